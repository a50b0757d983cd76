#include "cached.h"

#include <stdlib.h>

#include "world.h"

const cached_chat *cached_of(const world *w, int chat) {
    return &w->cached[chat];
}

static int64_t integer(const cJSON *object, const char *name) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsNumber(item) ? (int64_t)item->valuedouble : -1;
}

static int64_t number_in_text(const cJSON *object, const char *name) {
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
    return text ? strtoll(text, NULL, 10) : -1;
}

static void read_gaps(cached_chat *c, const cJSON *gaps) {
    c->gap_count = 0;
    c->gaps = checked(realloc(c->gaps, (size_t)(cJSON_GetArraySize(gaps) + 1) * sizeof *c->gaps));
    for (const cJSON *each = gaps ? gaps->child : NULL; each; each = each->next) {
        c->gaps[c->gap_count++] = (cached_gap){
            .start = integer(each, "startSeq"),
            .end = integer(each, "endSeq"),
            .detected_ms = integer(each, "detectedAt"),
            .stale = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(each, "stale")),
        };
    }
}

void cached_load(world *w, int chat, cached_chat *c) {
    char id[ID_BYTES];
    id_of_chat(id, chat);
    const row *r = store_get(store_of(&w->store, "chat_meta"), id);
    c->there = r != NULL;
    if (!r) return;
    cJSON *value = checked(cJSON_Parse(r->text));
    c->last_synced = integer(value, "lastSyncedSequence");
    c->last_synced_ms = integer(value, "lastSyncedAt");
    c->total = integer(value, "totalMessageCount");
    c->unread = integer(value, "unreadCount");
    c->last_read = integer(value, "lastReadSequence");
    c->message_count = integer(value, "messageCount");
    c->revision = number_in_text(value, "serverRevision");
    read_gaps(c, cJSON_GetObjectItemCaseSensitive(value, "knownGaps"));
    const cJSON *unsealed = cJSON_GetObjectItemCaseSensitive(value, "unsealed");
    c->unsealed_told = unsealed != NULL;
    c->unsealed = cJSON_IsObject(unsealed);
    c->small_blocks = integer(unsealed, "blocks");
    c->unsealed_rows = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(unsealed, "rows"));
    const cJSON *unsent = cJSON_GetObjectItemCaseSensitive(value, "unsent");
    c->unsent = integer(unsent, "count");
    c->unsent_ms = integer(unsent, "lastAt");
    const cJSON *listed = cJSON_GetObjectItemCaseSensitive(value, "chat");
    c->listed_revision = number_in_text(listed, "revision");
    c->listed_last = integer(listed, "lastSequence");
    c->accessed_ms = integer(value, "lastAccessedAt");
    c->message_bytes = integer(value, "messageBytes");
    c->media_bytes = integer(value, "mediaSize");
    c->evicted_below = integer(value, "evictedBelow");
    c->media_pinned = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(value, "mediaPinned"));
    cJSON_Delete(value);
}

void cached_read(world *w, int chat) {
    cached_load(w, chat, &w->cached[chat]);
}

bool cached_knows(const cached_chat *c, int64_t sequence) {
    if (!c->there || sequence > c->last_synced) return false;
    for (int64_t i = 0; i < c->gap_count; i++) {
        if (sequence >= c->gaps[i].start && sequence <= c->gaps[i].end) return false;
    }
    return true;
}

int64_t cached_unknown(const cached_chat *c, int64_t from, int64_t to) {
    int64_t unknown = 0;
    for (int64_t i = 0; c->there && i < c->gap_count; i++) {
        const int64_t start = c->gaps[i].start > from ? c->gaps[i].start : from;
        const int64_t end = c->gaps[i].end < to ? c->gaps[i].end : to;
        if (start <= end) unknown += end - start + 1;
    }
    return unknown;
}

void cached_free(world *w) {
    for (int i = 0; i < SERVER_CHATS_MAX; i++) free(w->cached[i].gaps);
}
