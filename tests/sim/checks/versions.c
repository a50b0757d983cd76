#include <inttypes.h>
#include <string.h>

#include "../world.h"

/** Whether a message of the chat was written or deleted in this transaction. */
static bool has_moved(const database *s, const char *request_id) {
    for (size_t i = 0; i < s->change_count; i++) {
        const row_change *change = &s->changes[i];
        const row *any = change->after ? change->after : change->before;
        if (change->store->kind != KIND_PLAIN && strcmp(any->request_id, request_id) == 0) return true;
    }
    return false;
}

void check_versions(world *w, int chat, int64_t before) {
    char id[ID_BYTES];
    const cached_chat *c = cached_of(w, chat);
    id_of_chat(id, chat);
    if (!c->there || c->history_version < 0 || c->history_version > before) return;
    if (!has_moved(&w->store, id)) return;
    violation(w, "versions", "chat %d: its messages changed, and its version is %" PRId64 " as before", chat,
              c->history_version);
}
