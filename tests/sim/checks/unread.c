#include <inttypes.h>

#include "../world.h"

void check_unread(world *w, int chat) {
    const cached_chat *c = cached_of(w, chat);
    if (c->unread >= 0 && c->last_read >= 0 && c->total >= 0) return;
    violation(w, "unread",
              "chat %d: unreadCount %" PRId64 ", lastReadSequence %" PRId64 ", totalMessageCount %" PRId64,
              chat, c->unread, c->last_read, c->total);
}
