#include <inttypes.h>

#include "../world.h"

void check_positions(world *w, int chat) {
    cached_chat *c = &w->cached[chat];
    if (!c->there) {
        violation(w, "positions", "chat %d: its row is gone", chat);
    } else if (c->last_synced < c->highest) {
        violation(w, "positions", "chat %d: lastSyncedSequence goes back from %" PRId64 " to %" PRId64, chat,
                  c->highest, c->last_synced);
    }
    c->highest = c->last_synced;
}
