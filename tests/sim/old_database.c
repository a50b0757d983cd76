#include "old_database.h"

#include <inttypes.h>

#include "moment.h"
#include "world.h"

static void put(world *w, const char *store, const buffer *json) {
    cJSON *value = checked(cJSON_Parse(json->at));
    store_put(&w->store, store_of(&w->store, store), value, true);
    cJSON_Delete(value);
}

static void put_message(world *w, int chat, int64_t sequence) {
    buffer json = {0};
    char id[ID_BYTES], request_id[ID_BYTES], moment[MOMENT_BYTES];
    const server_message *m = server_message_of(w, chat, sequence);
    id_of_message(id, chat, sequence);
    id_of_chat(request_id, chat);
    moment_write(moment, m->created_ms);
    buffer_print(&json, "{\"id\":\"%s\",\"requestId\":\"%s\",\"sequenceNumber\":%" PRId64, id, request_id,
                 sequence);
    buffer_print(&json, ",\"senderId\":\"user-%d\",\"content\":\"message %" PRId64 " version 0\"", m->sender,
                 sequence);
    buffer_print(&json, ",\"createdAt\":\"%s\",\"status\":\"sent\",\"_cachedAt\":1,\"_syncVersion\":1}",
                 moment);
    put(w, "messages", &json);
    model_of(w, chat)->newest[sequence] = 0;
    buffer_free(&json);
}

static void put_chat(world *w, int chat) {
    prng *p = &w->server.random;
    buffer json = {0};
    char id[ID_BYTES];
    id_of_chat(id, chat);
    buffer_print(&json, "{\"requestId\":\"%s\",\"lastSyncedSequence\":%" PRId64, id,
                 prng_between(p, 0, server_find(w, chat)->last_sequence));
    buffer_print(&json, ",\"lastSyncedAt\":%" PRId64 ",\"messageCount\":3,\"theirs\":[1]}", WORLD_START_MS);
    put(w, "chat_meta", &json);
    buffer_free(&json);
}

static void put_operation(world *w, int chat, int64_t number, bool failed) {
    buffer json = {0};
    char id[ID_BYTES], request_id[ID_BYTES];
    id_of_operation(id, number);
    id_of_chat(request_id, chat);
    buffer_print(&json, "{\"id\":\"%s\",\"type\":\"send_message\",\"requestId\":\"%s\"", id, request_id);
    buffer_print(&json, ",\"status\":\"%s\",\"createdAt\":%" PRId64, failed ? "failed" : "pending", number);
    buffer_print(&json, ",\"attemptedAt\":null,\"retryCount\":%d,\"maxRetries\":5", failed ? 5 : 0);
    buffer_text(&json, failed ? ",\"lastError\":\"theirs\"" : ",\"lastError\":null");
    buffer_print(&json, ",\"nextRetryAt\":null,\"payload\":{\"tempId\":\"%s\",\"content\":\"", id);
    outgoing_write_text(&json, number, 1);
    buffer_text(&json, " version 0\"}}");
    put(w, "offline_queue", &json);
    buffer_free(&json);
}

void old_queue_make(world *w) {
    prng *p = &w->server.random;
    for (int64_t left = prng_between(p, 1, 8); left > 0; left--) {
        const int chat = prng_skewed(p, w->server.chat_count);
        const int64_t number = outgoing_add(w, false, chat);
        *outgoing_of(w, number) = (outgoing){.chat = chat, .drafts = 1, .draft = 1, .acknowledged = true};
        put_operation(w, chat, number, prng_hits(p, 2000));
    }
    store_commit(&w->store);
}

void old_database_make(world *w) {
    prng *p = &w->server.random;
    buffer mark = {0};
    for (int chat = 0; chat < w->server.chat_count; chat++) {
        const int share = (int)prng_between(p, 0, 3) * 3000;
        for (int64_t s = 1; s <= server_find(w, chat)->last_sequence; s++) {
            if (prng_hits(p, share)) put_message(w, chat, s);
        }
        if (prng_hits(p, 7000)) put_chat(w, chat);
    }
    buffer_text(&mark, "{\"key\":\"sync\",\"chatsCursor\":null,\"upgradedFrom\":2}");
    put(w, "cache_stats", &mark);
    buffer_free(&mark);
    store_commit(&w->store);
    for (int chat = 0; chat < w->server.chat_count; chat++) view_refresh(w, chat);
}
