#include <inttypes.h>

#include "../world.h"

static void check_caught_up(world *w, const page_command *c) {
    for (int chat = 0; chat < w->server.chat_count; chat++) {
        const int64_t stored = cached_of(w, chat)->revision;
        const bool was_reset = stored < 0 && host_took_several(w);
        if (c->revisions[chat] <= stored || was_reset) continue;
        violation(w, "replies",
                  "%s is answered, but chat %d is stored at revision %" PRId64 ", and was at %" PRId64
                  " when it was asked for",
                  c->name, chat, stored, c->revisions[chat]);
    }
}

static void check_filled(world *w, const page_command *c) {
    const int64_t unknown = cached_unknown(cached_of(w, c->chat), c->from, c->to);
    const bool reset = model_of(w, c->chat)->resets != c->resets;
    if (reset || unknown < c->unknown || c->unknown == 0) return;
    violation(w, "replies",
              "%s is answered, but of chat %d, %" PRId64 " to %" PRId64 ", %" PRId64
              " are missing, as many as before",
              c->name, c->chat, c->from, c->to, unknown);
}

static void check_read(world *w, const page_command *c) {
    if (cached_of(w, c->chat)->last_read >= c->from) return;
    violation(w, "replies", "%s is answered, but chat %d is read up to %" PRId64 " and not %" PRId64, c->name,
              c->chat, cached_of(w, c->chat)->last_read, c->from);
}

void check_reply(world *w, const page_command *c, bool fine) {
    if (!fine || w->swarm.lies) return;
    switch (c->kind) {
    case COMMAND_SYNC_ALL:
    case COMMAND_SYNC: check_caught_up(w, c); break;
    case COMMAND_FILL: check_filled(w, c); break;
    case COMMAND_READ: check_read(w, c); break;
    case COMMAND_WRONG: violation(w, "replies", "%s is wrong and was carried out", c->name); break;
    }
}
