#include <inttypes.h>

#include "../world.h"
#include "gen/schema.h"

/** The oldest piece of a chat's history: a block or a row; NULL: there is none. */
static const row *oldest(world *w, int chat) {
    char id[ID_BYTES];
    id_of_chat(id, chat);
    const row_index *rows = store_index(store_of(&w->store, STORE_MESSAGES), id);
    const row_index *blocks = store_index(store_of(&w->store, STORE_MESSAGE_BLOCKS), id);
    const row *first_row = rows && rows->count ? rows->at[0] : NULL;
    const row *first_block = blocks && blocks->count ? blocks->at[0] : NULL;
    if (!first_row || !first_block) return first_row ? first_row : first_block;
    return first_row->sequence < first_block->sequence ? first_row : first_block;
}

bool check_may_lose(world *w, int chat) {
    const cached_chat *c = cached_of(w, chat);
    const row *r = c->by_core && c->there && !space_is_open(w, chat) ? oldest(w, chat) : NULL;
    if (!r || r->sequence >= LIMIT_PROVISIONAL_SEQUENCE_MIN || view_of(w, chat)->hole_count) return false;
    return c->message_count - (r->block ? r->block->count : 1) >= LIMIT_KEPT_MESSAGES;
}

int64_t check_evictable_bytes(world *w) {
    int64_t bytes = 0;
    for (const row *r = store_of(&w->store, STORE_MEDIA_META)->rows; r; r = r->hh.next)
        bytes += entry_is_evictable(w, r->entry) ? entry_bytes(r->entry) : 0;
    return bytes;
}

void check_limit(world *w) {
    const int64_t total = space_messages(w) + space_media(w);
    if (total <= w->space.told.bytes) return;
    if (check_evictable_bytes(w) > 0)
        violation(w, "limit", "%" PRId64 " bytes are stored, and the limit is %" PRId64 "; media could go",
                  total, w->space.told.bytes);
    for (int chat = 0; chat < w->server.chat_count && !w->log.violated; chat++) {
        if (check_may_lose(w, chat))
            violation(w, "limit",
                      "%" PRId64 " bytes are stored, and the limit is %" PRId64 "; of chat %d some could go",
                      total, w->space.told.bytes, chat);
    }
}
