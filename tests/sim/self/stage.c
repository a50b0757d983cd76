#include "stage.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "accept.h"
#include "gen/schema.h"
#include "host_apply.h"
#include "host_events.h"

/** Each of 100 bytes, with all that can be known of it. */
static void give_files(world *w) {
    for (int file = 0; file < STAGE_FILES; file++) {
        media_file *f = &w->gallery.files[STAGE_CHAT][file];
        *f = (media_file){.bytes = {1 + file, STAGE_FILE_BYTES}, .has_hash = true, .has_size = true};
    }
}

stage stage_open(void) {
    world *w = checked(calloc(1, sizeof *w));
    w->seed = 1;
    w->time_ms = WORLD_START_MS;
    w->swarm = (swarm){.tabs = 1,
                       .chats = 1,
                       .history_kept = 100,
                       .server_pause = 1000,
                       .media_files = STAGE_FILES,
                       .media_size = 1000};
    tab_focus(w, &w->tabs.at[0]);
    clock_start(w);
    gallery_start(w);
    give_files(w);
    store_start(&w->store);
    network_start(w);
    lies_start(w);
    server_start(w);
    damage_start(w);
    w->host->strict = true;
    w->sizes_unsaid = true;
    w->space.told.bytes = LIMIT_CACHE_BYTES;
    while (server_find(w, STAGE_CHAT)->last_sequence < STAGE_MESSAGES) server_post(w, STAGE_CHAT, 1);
    model_chat *m = model_of(w, STAGE_CHAT);
    for (int64_t i = 0; i <= STAGE_MESSAGES; i++) m->known_at[i] = 1;
    return (stage){.w = w};
}

void stage_close(stage *s) {
    buffer_free(&s->writes);
    buffer_free(&s->bytes);
    world_free(s->w);
}

/* ---- plans ---- */

static void write_message(buffer *out, int64_t sequence, int version) {
    char id[ID_BYTES], chat[ID_BYTES];
    id_of_message(id, STAGE_CHAT, sequence);
    id_of_chat(chat, STAGE_CHAT);
    buffer_print(out, "{\"id\":\"%s\",\"requestId\":\"%s\",\"sequenceNumber\":%" PRId64, id, chat, sequence);
    buffer_print(out, ",\"content\":\"message %" PRId64 " version %d\"}", sequence, version);
}

static void open_write(stage *s, const char *op, const char *store, const char *list) {
    if (s->writes.size) buffer_text(&s->writes, ",");
    buffer_print(&s->writes, "{\"op\":\"%s\",\"store\":\"%s\",\"%s\":[", op, store, list);
}

void stage_block(stage *s, int64_t first, int64_t last, int64_t without, int version) {
    char chat[ID_BYTES];
    const size_t start = s->bytes.size;
    s->blocks_written = true;
    int64_t count = 0;
    for (int64_t i = first; i <= last; i++) {
        if (i == without) continue;
        buffer_text(&s->bytes, count++ ? "," : "[");
        write_message(&s->bytes, i, i == first ? version : 0);
    }
    buffer_text(&s->bytes, "]");
    id_of_chat(chat, STAGE_CHAT);
    open_write(s, "addBytes", "message_blocks", "rows");
    buffer_print(&s->writes, "{\"requestId\":\"%s\",\"firstSequence\":%" PRId64, chat, first);
    buffer_print(&s->writes, ",\"lastSequence\":%" PRId64 ",\"count\":%" PRId64, last, count);
    buffer_print(&s->writes, ",\"cachedAt\":1,\"syncVersion\":1,\"changes\":%d", s->changes + 1);
    buffer_print(&s->writes, ",\"bytes\":%zu,\"data\":%zu}]}", s->bytes.size - start, start);
}

void stage_row(stage *s, int64_t sequence, int version) {
    open_write(s, "put", "messages", "rows");
    write_message(&s->writes, sequence, version);
    buffer_text(&s->writes, "]}");
}

void stage_delete_row(stage *s, int64_t sequence) {
    char id[ID_BYTES];
    id_of_message(id, STAGE_CHAT, sequence);
    open_write(s, "delete", "messages", "keys");
    buffer_print(&s->writes, "\"%s\"]}", id);
}

void stage_delete_block(stage *s, int64_t first) {
    char chat[ID_BYTES];
    s->blocks_written = true;
    id_of_chat(chat, STAGE_CHAT);
    open_write(s, "delete", "message_blocks", "keys");
    buffer_print(&s->writes, "[\"%s\",%" PRId64 "]]}", chat, first);
}

void stage_chat(stage *s, int64_t count, int64_t from, int64_t to, bool stale) {
    char chat[ID_BYTES];
    s->meta = (stage_meta){count, from, to, stale};
    s->meta_written = true;
    id_of_chat(chat, STAGE_CHAT);
    open_write(s, "put", "chat_meta", "rows");
    buffer_print(&s->writes, "{\"requestId\":\"%s\",\"lastSyncedSequence\":%d", chat, STAGE_MESSAGES);
    buffer_print(&s->writes, ",\"lastSyncedAt\":1,\"totalMessageCount\":%d,\"messageCount\":%" PRId64,
                 STAGE_MESSAGES, count);
    buffer_print(&s->writes, ",\"unreadCount\":0,\"lastReadSequence\":0,\"serverRevision\":\"%" PRId64 "\"",
                 server_find(s->w, STAGE_CHAT)->revision);
    buffer_print(&s->writes, ",\"blockChanges\":%d", ++s->changes);
    buffer_text(&s->writes, ",\"knownGaps\":[");
    if (to) buffer_print(&s->writes, "{\"startSeq\":%" PRId64 ",\"endSeq\":%" PRId64, from, to);
    if (to) buffer_print(&s->writes, ",\"detectedAt\":0,\"stale\":%s}", stale ? "true" : "false");
    buffer_text(&s->writes, "]");
    if (s->unsent) buffer_print(&s->writes, ",\"unsent\":{\"count\":%d,\"lastAt\":1}", s->unsent);
    buffer_text(&s->writes, "}]}");
}

/* ---- the outbox ---- */

static int64_t place_number(int place) {
    return LIMIT_PROVISIONAL_SEQUENCE_MIN + place;
}

int64_t stage_written(stage *s) {
    const int64_t number = outgoing_add(s->w, false, STAGE_CHAT);
    outgoing_of(s->w, number)->drafts = 1;
    return number;
}

static void write_text(buffer *out, int64_t number) {
    buffer_text(out, ",\"content\":\"");
    outgoing_write_text(out, number, 1);
    buffer_text(out, " version 0\"");
}

void stage_operation(stage *s, int64_t number, int place, const char *status, const char *fields) {
    char id[ID_BYTES], chat[ID_BYTES];
    id_of_operation(id, number);
    id_of_chat(chat, STAGE_CHAT);
    open_write(s, "put", "offline_queue", "rows");
    buffer_print(&s->writes, "{%s\"id\":\"%s\",\"type\":\"send_message\"", fields, id);
    buffer_print(&s->writes, ",\"requestId\":\"%s\",\"status\":\"%s\"", chat, status);
    buffer_print(&s->writes, ",\"createdAt\":1,\"maxRetries\":5,\"sequenceNumber\":%" PRId64,
                 place_number(place));
    buffer_print(&s->writes, ",\"payload\":{\"tempId\":\"%s\"", id);
    write_text(&s->writes, number);
    buffer_text(&s->writes, "}}]}");
}

/** A message of the outbox under an id and a number. */
static void write_sent(stage *s, const char *id, int64_t number, int64_t sequence, const char *status) {
    char temp_id[ID_BYTES], chat[ID_BYTES];
    id_of_operation(temp_id, number);
    id_of_chat(chat, STAGE_CHAT);
    open_write(s, "put", "messages", "rows");
    buffer_print(&s->writes, "{\"id\":\"%s\",\"tempId\":\"%s\",\"requestId\":\"%s\"", id, temp_id, chat);
    buffer_print(&s->writes, ",\"sequenceNumber\":%" PRId64 ",\"status\":\"%s\"", sequence, status);
    write_text(&s->writes, number);
    buffer_text(&s->writes, "}]}");
}

void stage_shown(stage *s, int64_t number, int place, const char *status) {
    char id[ID_BYTES];
    id_of_operation(id, number);
    write_sent(s, id, number, place_number(place), status);
}

void stage_settled(stage *s, int64_t number, int64_t sequence) {
    char id[ID_BYTES];
    id_of_message(id, STAGE_CHAT, sequence);
    model_of(s->w, STAGE_CHAT)->known_at[sequence] = 1;
    write_sent(s, id, number, sequence, "sent");
}

void stage_waiting(stage *s, int64_t number, int place) {
    stage_operation(s, number, place, "pending", "\"retryCount\":0,");
    stage_shown(s, number, place, "pending");
}

void stage_forget(stage *s, const char *store, int64_t number) {
    char id[ID_BYTES];
    id_of_operation(id, number);
    open_write(s, "delete", store, "keys");
    buffer_print(&s->writes, "\"%s\"]}", id);
}

/** What a call of it says. */
static void write_params(buffer *out, int64_t number, const char *key) {
    char chat[ID_BYTES];
    id_of_chat(chat, STAGE_CHAT);
    buffer_print(out, "{\"requestId\":\"%s\",\"clientTempId\":\"%s\"", chat, key);
    write_text(out, number);
    buffer_text(out, "}");
}

int stage_accept(stage *s, int64_t number, const char *key) {
    buffer json = {0}, body = {0};
    answer said;
    write_params(&json, number, key);
    cJSON *params = checked(cJSON_Parse(json.at));
    const int status = accept_message(s->w, params, false, &body, &said);
    cJSON_Delete(params);
    buffer_free(&json);
    buffer_free(&body);
    return status;
}

const char *stage_call(stage *s, int64_t number, const char *key) {
    buffer json = {0};
    char id[ID_BYTES];
    id_of_operation(id, number);
    buffer_print(&json, "{\"id\":1,\"method\":\"sendMessage\",\"operation\":\"%s\",\"params\":", id);
    write_params(&json, number, key);
    buffer_text(&json, "}");
    cJSON *plan = checked(cJSON_Parse(json.at));
    network_call(s->w, plan);
    cJSON_Delete(plan);
    buffer_free(&json);
    return s->w->log.checker;
}

/* ---- media ---- */

static void write_name(buffer *out, int file) {
    char name[GALLERY_NAME_BYTES];
    gallery_name(name, file);
    buffer_print(out, "\"filename\":\"%s\"", name);
}

void stage_file(stage *s, int file, const char *fields) {
    char id[GALLERY_ID_BYTES], chat[ID_BYTES];
    gallery_id(id, STAGE_CHAT, file);
    id_of_chat(chat, STAGE_CHAT);
    open_write(s, "put", "media_meta", "rows");
    buffer_print(&s->writes, "{%s\"id\":\"%s\",\"requestId\":\"%s\",", fields, id, chat);
    write_name(&s->writes, file);
    buffer_text(&s->writes, ",\"downloadStatus\":\"pending\",\"priority\":\"normal\"}]}");
}

void stage_kept(stage *s, int file, int64_t used_at, const char *fields) {
    const media_bytes bytes = gallery_find(s->w, STAGE_CHAT, file)->bytes;
    char hash[GALLERY_HASH_BYTES];
    buffer all = {0};
    gallery_hash(hash, bytes);
    buffer_print(&all, "%s\"fileSize\":%" PRId64 ",\"localBlobKey\":\"b-%d\"", fields, bytes.size, file);
    buffer_print(&all, ",\"lastAccessedAt\":%" PRId64 ",\"sha256Hash\":\"%s\"", used_at, hash);
    buffer_text(&all, ",\"isVerified\":true,\"downloadedAt\":1,\"downloadStatus\":\"completed\",");
    stage_file(s, file, all.at);
    buffer_free(&all);
}

void stage_forget_file(stage *s, int file) {
    char id[GALLERY_ID_BYTES];
    gallery_id(id, STAGE_CHAT, file);
    open_write(s, "delete", "media_meta", "keys");
    buffer_print(&s->writes, "\"%s\"]}", id);
}

/** The tab holds bytes, by the file's number and one. */
static int64_t hold(stage *s, int file, bool wrong) {
    host_event *event = host_event_new(copy_of("{\"type\":\"reply\"}"));
    event->held = file + 1;
    event->bytes = gallery_find(s->w, STAGE_CHAT, file)->bytes;
    if (wrong) event->bytes = gallery_others(s->w, event->bytes.size);
    events_append(&s->w->host->group, event);
    s->decided = true;
    return event->bytes.size;
}

void stage_blob(stage *s, int file, bool wrong) {
    const int64_t size = hold(s, file, wrong);
    open_write(s, "putBlob", "media_blobs", "rows");
    buffer_print(&s->writes, "{\"key\":\"b-%d\",\"held\":%d,\"size\":%" PRId64 "}]}", file, file + 1, size);
}

void stage_forget_blob(stage *s, int file) {
    open_write(s, "delete", "media_blobs", "keys");
    buffer_print(&s->writes, "\"b-%d\"]}", file);
}

void stage_stats(stage *s, int64_t messages, int64_t media, int files) {
    s->w->sizes_unsaid = false;
    open_write(s, "put", "cache_stats", "rows");
    buffer_print(&s->writes, "{\"key\":\"stats\",\"totalSize\":%" PRId64, messages + media);
    buffer_print(&s->writes, ",\"messagesSize\":%" PRId64 ",\"mediaSize\":%" PRId64, messages, media);
    buffer_print(&s->writes, ",\"mediaCount\":%d}]}", files);
}

void stage_event(stage *s, const char *header) {
    events_append(&s->w->host->group, host_event_new(copy_of(header)));
    s->decided = true;
}

/* ---- carrying out ---- */

step_failure stage_write(stage *s) {
    buffer json = {0};
    const stage_meta meta = s->meta;
    if (s->blocks_written && !s->meta_written) stage_chat(s, meta.count, meta.from, meta.to, meta.stale);
    s->blocks_written = s->meta_written = false;
    buffer_print(&json, "{\"writes\":[%s]}", s->writes.at);
    cJSON *plan = checked(cJSON_Parse(json.at));
    const step_failure failure = apply_writes(s->w, plan, s->bytes.at);
    if (failure) store_abort(&s->w->store);
    cJSON_Delete(plan);
    buffer_free(&json);
    buffer_clear(&s->writes);
    buffer_clear(&s->bytes);
    return failure;
}

const char *stage_commit(stage *s) {
    usage_heard(s->w, &s->w->host->group);
    checks_committed(s->w);
    if (s->decided) events_clear(&s->w->host->group);
    s->decided = false;
    usage_through(s->w);
    store_commit(&s->w->store);
    checks_all(s->w);
    return s->w->log.checker;
}

/** Of frames as the core gets them the numbers that their headers name. */
static buffer numbers_of(const buffer *frames) {
    buffer out = {0};
    for (size_t at = 0; at < frames->size;) {
        const unsigned char *head = (const unsigned char *)frames->at + at;
        const size_t header = head[0] | (size_t)head[1] << 8, body = head[4] | (size_t)head[5] << 8;
        cJSON *value = checked(cJSON_ParseWithLength(frames->at + at + 8, header));
        const cJSON *first = cJSON_GetObjectItem(value, "firstSequence");
        const cJSON *last = cJSON_GetObjectItem(value, "lastSequence");
        buffer_print(&out, "%s%d-%d", out.size ? " " : "", first->valueint, last->valueint);
        cJSON_Delete(value);
        at += 8 + header + body;
    }
    return out;
}

void stage_finds(stage *s, const char *checker) {
    assert_int_equal(stage_write(s), STEP_FINE);
    assert_string_equal(stage_commit(s), checker);
    stage_close(s);
}

buffer stage_read(stage *s, int64_t from, int64_t to, int64_t limit) {
    buffer json = {0}, rows = {0}, blocks = {0};
    char chat[ID_BYTES];
    id_of_chat(chat, STAGE_CHAT);
    buffer_print(&json, "{\"reads\":[{\"store\":\"message_blocks\",\"requestId\":\"%s\"", chat);
    buffer_print(&json, ",\"from\":%" PRId64 ",\"to\":%" PRId64, from, to);
    if (limit) buffer_print(&json, ",\"limit\":%" PRId64, limit);
    buffer_text(&json, "}]}");
    cJSON *plan = checked(cJSON_Parse(json.at));
    apply_reads(s->w, plan, &rows, &blocks);
    const bool empty = strcmp(rows.at, "[[]]") == 0;
    buffer out = numbers_of(&blocks);
    if (!empty) buffer_text(&out, " with rows");
    buffer_text(&out, "");
    cJSON_Delete(plan);
    buffer_free(&json);
    buffer_free(&rows);
    buffer_free(&blocks);
    return out;
}
