#include <string.h>

#include "../world.h"

static const char *text_of(const cJSON *signal, const char *name) {
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(signal, name));
    return text ? text : "";
}

static bool is_told(const cJSON *signals, const char *type, const char *request_id) {
    for (const cJSON *each = signals ? signals->child : NULL; each; each = each->next) {
        if (strcmp(text_of(each, "type"), type) != 0) continue;
        if (!request_id) return true;
        const bool written = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(each, "written"));
        if (written && strcmp(text_of(each, "requestId"), request_id) == 0) return true;
    }
    return false;
}

static bool is_media_told(const cJSON *signals, const char *id) {
    for (const cJSON *each = signals ? signals->child : NULL; each; each = each->next) {
        if (strcmp(text_of(each, "type"), "media") == 0 && strcmp(text_of(each, "id"), id) == 0) return true;
    }
    return false;
}

static void check_media_told(world *w, const cJSON *signals) {
    char id[GALLERY_ID_BYTES];
    for (int chat = 0; chat < SERVER_CHATS_MAX; chat++) {
        for (int file = 0; file < GALLERY_FILES_MAX; file++) {
            if (!w->usage.now[chat][file].changed) continue;
            gallery_id(id, chat, file);
            if (!is_media_told(signals, id))
                violation(w, "signals", "file %d of chat %d has changed, and the page is not told", file,
                          chat);
        }
    }
}

void check_signals(world *w, const cJSON *signals) {
    if (w->usage.any_changed) check_media_told(w, signals);
    for (int chat = 0; chat < w->server.chat_count; chat++) {
        char id[ID_BYTES];
        if (!w->touched[chat]) continue;
        id_of_chat(id, chat);
        if (!is_told(signals, "chat", id))
            violation(w, "signals", "chat %d was written, and the page is not told", chat);
    }
    if (w->queue_touched && !is_told(signals, "outbox", NULL))
        violation(w, "signals", "the outbox was written, and the page is not told");
    if (w->list_touched && !is_told(signals, "chats", NULL))
        violation(w, "signals", "chats were written, and the page is not told");
    checks_forget_touched(w);
}

void check_error(world *w, const char *code) {
    static const char *const expected[] = {
        "network", "timeout", "rate_limited", "server", "rejected", "auth", "set_aside",
    };
    const bool damaged = w->damaged && strcmp(code, "body_syntax") == 0;
    const bool wrong_file = w->file_spoilt && strcmp(code, "media_damaged") == 0;
    const bool spoilt = w->blocks_damaged && strncmp(code, "block", strlen("block")) == 0;
    if (w->swarm.lies || damaged || spoilt || wrong_file) return;
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        if (strcmp(code, expected[i]) == 0) return;
    }
    violation(w, "signals", "the page is told of %s, but the server told the truth", code);
}
