#include "checks.h"

#include <string.h>

#include "../world.h"

static void check_chat(world *w, int chat) {
    if (!cached_of(w, chat)->by_core) return;
    check_counts(w, chat);
    check_positions(w, chat);
    check_gaps(w, chat);
    check_holes(w, chat);
    check_unread(w, chat);
}

static void note_chat(world *w, const char *request_id) {
    const int chat = id_read_chat(request_id);
    if (chat >= 0 && chat < SERVER_CHATS_MAX) w->touched[chat] = true;
}

static void look_at(world *w, const row_change *change) {
    const row *any = change->after ? change->after : change->before;
    if (change->store->indexed) {
        check_truth(w, change);
        if (change->before) note_chat(w, change->before->request_id);
        if (change->after) note_chat(w, change->after->request_id);
    } else if (id_read_chat(any->key) >= 0) {
        const int chat = id_read_chat(any->key);
        note_chat(w, any->key);
        cached_read(w, chat);
        w->cached[chat].by_core = true;
    }
}

void checks_committed(world *w) {
    memset(w->touched, 0, sizeof w->touched);
    for (size_t i = 0; i < w->store.change_count; i++) look_at(w, &w->store.changes[i]);
    for (int chat = 0; chat < w->server.chat_count; chat++) {
        if (w->touched[chat]) check_chat(w, chat);
    }
    check_listing(w);
}

void checks_all(world *w) {
    if (w->store.change_count) return;
    check_recount(w);
    for (int chat = 0; chat < w->server.chat_count; chat++) check_chat(w, chat);
}
