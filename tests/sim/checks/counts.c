#include <inttypes.h>
#include <string.h>

#include "../world.h"

static void compare(world *w, int chat, int64_t rows) {
    const cached_chat *c = cached_of(w, chat);
    const int64_t counted = c->there ? c->message_count : 0;
    if (counted == rows) return;
    violation(w, "counts", "chat %d: messageCount is %" PRId64 ", but there are %" PRId64 " rows", chat,
              counted, rows);
}

void check_counts(world *w, int chat) {
    char id[ID_BYTES];
    id_of_chat(id, chat);
    const row_index *rows = store_index(store_of(&w->store, "messages"), id);
    compare(w, chat, rows ? (int64_t)rows->count : 0);
}

void check_recount(world *w) {
    int64_t rows[SERVER_CHATS_MAX] = {0};
    for (const row *r = store_of(&w->store, "messages")->rows; r; r = r->hh.next) {
        const int chat = id_read_chat(r->request_id);
        if (chat >= 0 && chat < SERVER_CHATS_MAX) rows[chat]++;
        else violation(w, "counts", "message %s is of chat %s, which nobody knows", r->key, r->request_id);
    }
    for (int chat = 0; chat < w->server.chat_count; chat++) {
        cached_read(w, chat);
        if (cached_of(w, chat)->by_core) compare(w, chat, rows[chat]);
    }
}
