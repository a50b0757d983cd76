#include <inttypes.h>
#include <string.h>

#include "../world.h"
#include "gen/schema.h"

/** How many messages a damaged block had nobody can tell who hasn't read it. */
static void compare(world *w, int chat, int64_t messages) {
    const cached_chat *c = cached_of(w, chat);
    const int64_t counted = c->there ? c->message_count : 0;
    if (counted == messages || view_of(w, chat)->hole_count || c->miscounted) return;
    violation(w, "counts", "chat %d: messageCount is %" PRId64 ", but there are %" PRId64 " messages", chat,
              counted, messages);
}

/** What waits in the outbox is not counted. */
void check_counts(world *w, int chat) {
    const chat_view *v = view_of(w, chat);
    compare(w, chat, (int64_t)(view_settled(v) + v->copies));
}

/** A copy of a row is no message of its own. */
static int64_t count_block(world *w, const row *r) {
    const row_index *rows = store_index(store_of(&w->store, "messages"), r->request_id);
    int64_t count = 0;
    for (size_t i = 0; i < r->block->message_count; i++) {
        count += !rows || !store_at(rows, r->block->messages[i].sequence);
    }
    return count;
}

static void recount(world *w, const object_store *store, int64_t messages[SERVER_CHATS_MAX]) {
    for (const row *r = store->rows; r; r = r->hh.next) {
        const int chat = id_read_chat(r->request_id);
        if (chat < 0 || chat >= SERVER_CHATS_MAX)
            violation(w, "counts", "%s is of chat %s, which nobody knows", r->key, r->request_id);
        else if (r->block) messages[chat] += count_block(w, r);
        else messages[chat] += r->sequence < LIMIT_PROVISIONAL_SEQUENCE_MIN;
    }
}

void check_recount(world *w) {
    int64_t messages[SERVER_CHATS_MAX] = {0};
    recount(w, store_of(&w->store, "messages"), messages);
    recount(w, store_of(&w->store, "message_blocks"), messages);
    for (int chat = 0; chat < w->server.chat_count; chat++) {
        cached_read(w, chat);
        if (cached_of(w, chat)->by_core) compare(w, chat, messages[chat]);
    }
}
