#include <inttypes.h>

#include "../world.h"

/** A chat that has not changed since the cursor's place in the feed must be stored as the server has it. */
static void check_record(world *w, int chat, int64_t position) {
    const server_chat *truth = server_find(w, chat);
    const cached_chat *c = cached_of(w, chat);
    if (truth->feed_position > position) return;
    if (c->there && c->listed_revision == truth->revision && c->listed_last == truth->last_sequence) return;
    violation(w, "listing",
              "the cursor stands at %" PRId64 ", but of chat %d, changed at %" PRId64 ", revision %" PRId64
              " is stored and not %" PRId64,
              position, chat, truth->feed_position, c->there ? c->listed_revision : -1, truth->revision);
}

void check_listing(world *w) {
    const row *r = store_get(store_of(&w->store, "cache_stats"), "sync");
    if (!r || w->swarm.lies) return;
    cJSON *value = checked(cJSON_Parse(r->text));
    const char *cursor = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(value, "chatsCursor"));
    const int64_t position = cursor_feed_position(cursor);
    for (int chat = 0; chat < w->server.chat_count; chat++) check_record(w, chat, position);
    cJSON_Delete(value);
}
