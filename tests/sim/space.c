#include "space.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "gen/schema.h"
#include "world.h"

void space_start(world *w) {
    w->space.wanted = w->space.told =
        (space_limits){w->swarm.limit ? w->swarm.limit : LIMIT_CACHE_BYTES, w->swarm.item_limit};
    w->space.quota = w->swarm.quota;
}

/* ---- what the core was told ---- */

void space_core_starts(world *w) {
    memset(w->space.open, 0, sizeof w->space.open);
}

static bool starts_with(const char *whole, const char *start) {
    return strncmp(whole, start, strlen(start)) == 0;
}

static void take_view(space *s, const host_event *event) {
    const char *id = strstr(event->header, "\"requestId\":\"");
    char text_of_id[ID_BYTES];
    if (!id) return;
    snprintf(text_of_id, sizeof text_of_id, "%s", id + strlen("\"requestId\":\""));
    const int chat = id_read_chat(text_of_id);
    if (chat < 0 || chat >= SERVER_CHATS_MAX) return;
    s->open[chat] += event->ends_standing ? -1 : 1;
    if (s->open[chat] < 0) s->open[chat] = 0;
}

static void take_limits(space *s, const host_event *event) {
    cJSON *header = checked(cJSON_Parse(event->header));
    const cJSON *hydrate = cJSON_GetObjectItemCaseSensitive(header, "limits");
    const cJSON *limits = hydrate ? hydrate : header;
    const cJSON *bytes = cJSON_GetObjectItemCaseSensitive(limits, "bytes");
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(limits, "itemBytes");
    if (hydrate) s->told.item_bytes = 0;
    if (cJSON_IsNumber(bytes)) s->told.bytes = (int64_t)bytes->valuedouble;
    if (cJSON_IsNumber(item)) s->told.item_bytes = (int64_t)item->valuedouble;
    cJSON_Delete(header);
}

void space_told(world *w, const event_list *group) {
    for (size_t i = 0; i < group->count; i++) {
        const host_event *event = group->at[i];
        if (event->attempt > 2) continue;
        if (starts_with(event->standing, "open ")) take_view(&w->space, event);
        if (starts_with(event->header, "{\"type\":\"limits\"")) take_limits(&w->space, event);
        if (starts_with(event->header, "{\"type\":\"hydrate\"")) take_limits(&w->space, event);
    }
}

bool space_is_open(const world *w, int chat) {
    return w->space.open[chat] > 0;
}

int64_t space_item_limit(const world *w) {
    const space_limits *told = &w->space.told;
    const int64_t item = told->item_bytes ? told->item_bytes : told->bytes / 4;
    return item < told->bytes ? item : told->bytes;
}

/* ---- counting ---- */

static int64_t bytes_of(const object_store *store, int chat) {
    char id[ID_BYTES];
    id_of_chat(id, chat);
    const row_index *index = store_index(store, id);
    return index ? index->bytes : 0;
}

int64_t space_messages_of(world *w, int chat) {
    return bytes_of(store_of(&w->store, STORE_MESSAGES), chat) +
           bytes_of(store_of(&w->store, STORE_MESSAGE_BLOCKS), chat);
}

static int64_t bytes_of_all(const object_store *store) {
    int64_t bytes = 0;
    for (const row_index *index = store->index; index; index = index->hh.next) bytes += index->bytes;
    return bytes;
}

int64_t space_messages(world *w) {
    return bytes_of_all(store_of(&w->store, STORE_MESSAGES)) +
           bytes_of_all(store_of(&w->store, STORE_MESSAGE_BLOCKS));
}

int64_t space_media(world *w) {
    int64_t bytes = 0;
    for (const row *r = store_of(&w->store, STORE_MEDIA_META)->rows; r; r = r->hh.next)
        bytes += entry_bytes(r->entry);
    return bytes;
}

/* ---- the browser's quota ---- */

enum { TIMES_MAX = 4, ABORTS_MAX = 20 };

static int64_t size_of(const row *r) {
    if (!r) return 0;
    if (r->blob) return r->blob->bytes.size;
    return r->bytes;
}

/** What the transaction adds; rows without a body of their own count for nothing. */
static int64_t added(const world *w) {
    int64_t bytes = 0;
    for (size_t i = 0; i < w->store.change_count; i++)
        bytes += size_of(w->store.changes[i].after) - size_of(w->store.changes[i].before);
    return bytes;
}

int64_t space_taken(world *w) {
    int64_t bytes = space_messages(w) + w->folder.bytes;
    for (const row *r = store_of(&w->store, STORE_MEDIA_BLOBS)->rows; r; r = r->hh.next)
        bytes += r->blob->bytes.size;
    return bytes;
}

bool space_has_room(world *w) {
    return !w->space.quota || added(w) <= 0 || space_taken(w) <= w->space.quota;
}

void space_aborted(world *w) {
    w->space.aborts++;
    if (++w->space.times < TIMES_MAX && w->space.aborts < ABORTS_MAX) return;
    w->space.aborts = 0;
    w->space.quota = space_taken(w) + w->swarm.quota / 4;
    log_event(w, "the browser gives %" PRId64 " bytes", w->space.quota);
}
