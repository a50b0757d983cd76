#include "queued.h"

#include <stdlib.h>
#include <string.h>

#include "gen/schema.h"
#include "world.h"

static const cJSON *member(const cJSON *value, const char *name) {
    return cJSON_GetObjectItemCaseSensitive(value, name);
}

static const char *text_of(const cJSON *value, const char *name) {
    return cJSON_GetStringValue(member(value, name));
}

static int64_t integer(const cJSON *value, const char *name) {
    return cJSON_IsNumber(member(value, name)) ? (int64_t)member(value, name)->valuedouble : -1;
}

static queued_status status_of(const char *name) {
    static const char *const names[] = {"pending", "syncing", "failed"};
    for (int i = 0; name && i < QUEUED_OTHER; i++) {
        if (strcmp(name, names[i]) == 0) return (queued_status)i;
    }
    return QUEUED_OTHER;
}

queued *queued_new(const cJSON *value) {
    const char *type = text_of(value, "type");
    const cJSON *payload = member(value, "payload");
    queued *q = checked(malloc(sizeof *q));
    *q = (queued){
        .number = id_read_operation(text_of(value, "id")),
        .receipt = type && strcmp(type, "mark_read") == 0,
        .chat = id_read_chat(text_of(value, "requestId")),
        .status = status_of(text_of(value, "status")),
        .sequence = integer(value, "sequenceNumber"),
        .tries = integer(value, "retryCount"),
        .tries_max = integer(value, "maxRetries"),
        .created_ms = integer(value, "createdAt"),
        .attempted_ms = integer(value, "attemptedAt"),
        .next_try_ms = integer(value, "nextRetryAt"),
        .has_error = text_of(value, "lastError") != NULL,
        .up_to = integer(payload, "upToSequence"),
    };
    outgoing_read_text(text_of(payload, "content"), &q->written, &q->draft);
    return q;
}

const queued *queued_of(world *w, int64_t number) {
    char id[ID_BYTES];
    id_of_operation(id, number);
    const row *r = store_get(store_of(&w->store, STORE_OFFLINE_QUEUE), id);
    return r ? r->queued : NULL;
}

int64_t queued_messages(world *w, int chat, int64_t *last_ms) {
    int64_t count = 0, last = 0;
    for (const row *r = store_of(&w->store, STORE_OFFLINE_QUEUE)->rows; r; r = r->hh.next) {
        const queued *q = r->queued;
        if (q->receipt || q->chat != chat) continue;
        count++;
        if (q->sequence < last) continue;
        last = q->sequence;
        *last_ms = q->created_ms;
    }
    return count;
}
