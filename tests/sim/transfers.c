#include "transfers.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "host_events.h"
#include "world.h"

static const int64_t plenty_bytes = INT64_C(10) << 30;

static bool hits(world *w, fault f) {
    return prng_hits(&w->transfers.random, w->swarm.rate[f]);
}

static int64_t between(world *w, int64_t least, int64_t most) {
    return prng_between(&w->transfers.random, least, most);
}

static const char *text_of(const cJSON *params, const char *name) {
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(params, name));
    return text ? text : "";
}

static int64_t number_of(const cJSON *params, const char *name) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(params, name);
    return cJSON_IsNumber(item) ? (int64_t)item->valuedouble : 0;
}

void transfers_start(world *w) {
    w->transfers.random = prng_for(w->seed, "transfers");
}

bool transfer_is(const call *c) {
    return c->kind == METHOD_MEDIA;
}

static partial *partial_of(world *w, const call *c) {
    static partial nobody;
    tab *t = c->chat >= 0 && c->file >= 0 ? tab_find(w, c->tab) : NULL;
    if (!t) nobody = (partial){0};
    return t ? &t->partials[c->chat][c->file] : &nobody;
}

/* ---- calls that want no answer ---- */

static void delete_files(world *w, const cJSON *params) {
    const cJSON *files = cJSON_GetObjectItemCaseSensitive(params, "files");
    for (const cJSON *each = files ? files->child : NULL; each; each = each->next) {
        log_event(w, "file %s is deleted", text_of(each, "key"));
        check_file_goes(w, text_of(each, "key"));
        folder_delete(w, text_of(each, "requestId"), text_of(each, "key"));
    }
}

/** Nobody waits for the file any more: what was kept of it goes as well. */
static void abort_download(world *w, const cJSON *params) {
    const int chat = id_read_chat(text_of(params, "requestId"));
    const int file = gallery_read_name(text_of(params, "filename"));
    network_abort(w, number_of(params, "call"));
    if (chat >= 0 && chat < SERVER_CHATS_MAX && file >= 0) w->tab->partials[chat][file] = (partial){0};
}

bool transfer_tell(world *w, const cJSON *plan) {
    const cJSON *params = cJSON_GetObjectItemCaseSensitive(plan, "params");
    const char *method = text_of(plan, "method");
    if (strcmp(method, "deleteFiles") == 0) delete_files(w, params);
    else if (strcmp(method, "abortCall") == 0) abort_download(w, params);
    else return false;
    return true;
}

/* ---- fetching ---- */

void transfer_leaves(world *w, call *c) {
    if (!transfer_is(c)) return;
    c->file = gallery_read_name(text_of(c->params, "filename"));
    c->offset = number_of(c->params, "offset");
    partial *kept = partial_of(w, c);
    if (!c->offset) *kept = (partial){0};
    if (c->offset != kept->received)
        violation(w, "downloads", "%s is to go on at %" PRId64 ", but %" PRId64 " bytes are kept",
                  text_of(c->params, "filename"), c->offset, kept->received);
}

static void answer_thumbnail(world *w, call *c) {
    c->status = hits(w, FAULT_THUMBNAIL) ? 0 : 200;
    c->coming = gallery_others(w, between(w, 1, 1 + w->swarm.media_size / 20));
}

static void answer_file(world *w, call *c) {
    media_file *file = gallery_find(w, c->chat, c->file);
    if (!file || file->missing) {
        c->status = 404;
        return;
    }
    c->coming = file->bytes;
    const bool wrong = hits(w, FAULT_MEDIA_WRONG);
    if (partial_of(w, c)->wrong || (wrong && between(w, 0, 1)))
        c->coming = gallery_others(w, file->bytes.size);
    else if (wrong && file->bytes.size) c->coming.size = between(w, 0, file->bytes.size - 1);
    if (file->wrong) c->coming = gallery_others(w, file->bytes.size + 1);
    if (c->coming.size < c->offset) c->coming.size = c->offset;
    file->spoilt = file->spoilt || gallery_tells(file, c->coming);
    w->file_spoilt = w->file_spoilt || file->spoilt;
}

void transfer_answer(world *w, call *c) {
    if (c->kind == METHOD_THUMBNAIL) answer_thumbnail(w, c);
    else if (c->kind == METHOD_MEDIA) answer_file(w, c);
}

bool transfer_breaks(world *w, call *c) {
    if (!transfer_is(c) || c->status != 200) return false;
    partial *kept = partial_of(w, c);
    const media_file *file = gallery_find(w, c->chat, c->file);
    const bool lost = w->network.down || hits(w, FAULT_MEDIA_BREAKS);
    if (!lost) return false;
    kept->received = between(w, c->offset, c->coming.size > c->offset ? c->coming.size - 1 : c->offset);
    kept->wrong = c->coming.content != file->bytes.content && kept->received > 0;
    return true;
}

/* ---- what comes ---- */

static bool goes_to_a_file(const call *c, int64_t size) {
    const int64_t from = number_of(c->params, "filesFrom"), most = number_of(c->params, "itemBytes");
    return from && size >= from && (!most || size <= most);
}

static void write_file(world *w, const call *c) {
    char key[KEY_BYTES];
    snprintf(key, sizeof key, "f-%s", text_of(c->params, "key"));
    folder_add(w, text_of(c->params, "requestId"), key, c->coming);
}

static void hold(world *w, const call *c, buffer *outcome, host_event *event) {
    event->held = ++w->transfers.helds;
    event->bytes = c->coming;
    buffer_print(outcome, ",\"held\":%" PRId64 ",\"size\":%" PRId64, event->held, c->coming.size);
}

static const char *const types[] = {"image/jpeg", "image/png", "video/mp4", "application/pdf"};

/** What the server says of the file besides its bytes. */
static void describe(world *w, const call *c, buffer *outcome) {
    const media_file *file = gallery_find(w, c->chat, c->file);
    char hash[GALLERY_HASH_BYTES];
    gallery_hash(hash, file->bytes);
    if (file->has_size) buffer_print(outcome, ",\"expectedSize\":%" PRId64, file->bytes.size);
    if (file->has_hash) buffer_print(outcome, ",\"expectedSha256\":\"%s\"", hash);
    if (c->file % 4) buffer_print(outcome, ",\"mimeType\":\"%s\"", types[c->file % 4]);
    if (c->file % 3) buffer_text(outcome, ",\"originalFilename\":\"Our \\u00fcber \\\"photo\\\"\"");
    if (c->file % 2) buffer_print(outcome, ",\"messageId\":\"%d\"", c->file);
}

static void file_succeeds(world *w, call *c, buffer *outcome, host_event *event) {
    const bool to_file = goes_to_a_file(c, c->coming.size);
    char hash[GALLERY_HASH_BYTES];
    *partial_of(w, c) = (partial){0};
    hold(w, c, outcome, event);
    gallery_hash(hash, c->coming);
    buffer_print(outcome, ",\"sha256\":\"%s\",\"place\":\"%s\"", hash, to_file ? "files" : "database");
    describe(w, c, outcome);
    if (to_file) write_file(w, c);
}

/** The browser's estimate; mostly it leaves plenty. */
static void estimate(world *w, buffer *outcome) {
    int64_t quota = plenty_bytes;
    const int64_t used = w->swarm.estimates ? space_messages(w) + space_media(w) : 0;
    if (w->swarm.estimates && w->space.quota) quota = w->space.quota;
    if (w->swarm.estimates && between(w, 0, 3) == 0) quota = used + between(w, 0, 2 * used);
    buffer_print(outcome, ",\"usage\":%" PRId64 ",\"quota\":%" PRId64 ",\"persisted\":false", used, quota);
}

void transfer_succeeds(world *w, call *c, buffer *outcome, host_event *event) {
    if (c->kind == METHOD_ESTIMATE) estimate(w, outcome);
    if (c->kind == METHOD_THUMBNAIL) {
        hold(w, c, outcome, event);
        buffer_text(outcome, ",\"mimeType\":\"image/webp\"");
    }
    if (c->kind == METHOD_MEDIA) file_succeeds(w, c, outcome, event);
}

bool transfer_may_repeat(const host_event *event) {
    return event->held && !strstr(event->header, "\"place\":\"files\"");
}

void transfer_fails(world *w, const call *c, buffer *outcome) {
    if (transfer_is(c)) buffer_print(outcome, ",\"received\":%" PRId64, partial_of(w, c)->received);
}

/* ---- what nobody waits for ---- */

void transfer_aborted(world *w, call *c) {
    if (!transfer_is(c) || !c->answered || c->status != 200) return;
    if (hits(w, FAULT_MEDIA_LATE)) {
        buffer outcome = {0};
        host_event *event = host_event_new(NULL);
        buffer_print(&outcome, "{\"type\":\"reply\",\"call\":%s,\"status\":200", c->plan);
        transfer_succeeds(w, c, &outcome, event);
        buffer_text(&outcome, "}");
        event->header = outcome.at;
        event->of_media = true;
        log_event(w, "call %" PRId64 " ends though it was aborted", c->serial);
        host_push(w, event);
    } else if (goes_to_a_file(c, c->coming.size) && between(w, 0, 3) == 0) {
        write_file(w, c);
    }
}

/* ---- held bytes ---- */

bool transfer_held(const world *w, int64_t number, media_bytes *out) {
    const event_list *group = &w->host->group;
    for (size_t i = 0; number && i < group->count; i++) {
        if (group->at[i]->held != number) continue;
        *out = group->at[i]->bytes;
        return true;
    }
    return false;
}
