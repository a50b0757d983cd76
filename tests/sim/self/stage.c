#include "stage.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "host_apply.h"

stage stage_open(void) {
    world *w = checked(calloc(1, sizeof *w));
    w->seed = 1;
    w->time_ms = WORLD_START_MS;
    w->swarm = (swarm){.chats = 1, .history_kept = 100, .server_pause = 1000};
    clock_start(w);
    store_start(&w->store);
    network_start(w);
    lies_start(w);
    server_start(w);
    damage_start(w);
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
    buffer_print(&s->writes, ",\"cachedAt\":1,\"syncVersion\":1,\"bytes\":%zu,\"data\":%zu}]}",
                 s->bytes.size - start, start);
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
    id_of_chat(chat, STAGE_CHAT);
    open_write(s, "delete", "message_blocks", "keys");
    buffer_print(&s->writes, "[\"%s\",%" PRId64 "]]}", chat, first);
}

void stage_chat(stage *s, int64_t count, int64_t from, int64_t to, bool stale) {
    char chat[ID_BYTES];
    id_of_chat(chat, STAGE_CHAT);
    open_write(s, "put", "chat_meta", "rows");
    buffer_print(&s->writes, "{\"requestId\":\"%s\",\"lastSyncedSequence\":%d", chat, STAGE_MESSAGES);
    buffer_print(&s->writes, ",\"lastSyncedAt\":1,\"totalMessageCount\":%d,\"messageCount\":%" PRId64,
                 STAGE_MESSAGES, count);
    buffer_print(&s->writes, ",\"unreadCount\":0,\"lastReadSequence\":0,\"serverRevision\":\"%" PRId64 "\"",
                 server_find(s->w, STAGE_CHAT)->revision);
    buffer_text(&s->writes, ",\"knownGaps\":[");
    if (to) buffer_print(&s->writes, "{\"startSeq\":%" PRId64 ",\"endSeq\":%" PRId64, from, to);
    if (to) buffer_print(&s->writes, ",\"detectedAt\":0,\"stale\":%s}", stale ? "true" : "false");
    buffer_text(&s->writes, "]}]}");
}

/* ---- carrying out ---- */

step_failure stage_write(stage *s) {
    buffer text = {0};
    buffer_print(&text, "{\"writes\":[%s]}", s->writes.at);
    cJSON *plan = checked(cJSON_Parse(text.at));
    const step_failure failure = apply_writes(s->w, plan, s->bytes.at);
    if (failure) store_abort(&s->w->store);
    cJSON_Delete(plan);
    buffer_free(&text);
    buffer_clear(&s->writes);
    buffer_clear(&s->bytes);
    return failure;
}

const char *stage_commit(stage *s) {
    checks_committed(s->w);
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

buffer stage_read(stage *s, int64_t from, int64_t to, int64_t limit) {
    buffer text = {0}, rows = {0}, blocks = {0};
    char chat[ID_BYTES];
    id_of_chat(chat, STAGE_CHAT);
    buffer_print(&text, "{\"reads\":[{\"store\":\"message_blocks\",\"requestId\":\"%s\"", chat);
    buffer_print(&text, ",\"from\":%" PRId64 ",\"to\":%" PRId64, from, to);
    if (limit) buffer_print(&text, ",\"limit\":%" PRId64, limit);
    buffer_text(&text, "}]}");
    cJSON *plan = checked(cJSON_Parse(text.at));
    apply_reads(s->w, plan, &rows, &blocks);
    const bool empty = strcmp(rows.at, "[[]]") == 0;
    buffer out = numbers_of(&blocks);
    if (!empty) buffer_text(&out, " with rows");
    buffer_text(&out, "");
    cJSON_Delete(plan);
    buffer_free(&text);
    buffer_free(&rows);
    buffer_free(&blocks);
    return out;
}
