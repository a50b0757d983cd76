#include <inttypes.h>
#include <stdlib.h>

#include "../world.h"

/** How often the server has stored a message of the outbox, by what the messages say and not by their keys.
 */
static int64_t times_stored(const world *w, int64_t number) {
    int64_t times = 0;
    for (int chat = 0; chat < w->server.chat_count; chat++) {
        const server_chat *c = server_find(w, chat);
        for (int64_t s = 1; s <= c->last_sequence; s++) times += c->messages[s].written == number;
    }
    return times;
}

void check_accepted_once(world *w, int64_t number) {
    const int64_t times = times_stored(w, number);
    if (times > 1)
        violation(w, "sent_once", "the server has message %" PRId64 " of the outbox %" PRId64 " times",
                  number, times);
}

void check_accepted(world *w, int chat, int64_t sequence) {
    const server_message *m = server_message_of(w, chat, sequence);
    check_accepted_once(w, m->written);
    check_accepted_order(w, chat, m);
}

const server_message *check_find_sent(const world *w, int64_t number) {
    const outgoing *o = outgoing_of(w, number);
    const server_chat *c = o ? server_find(w, o->chat) : NULL;
    for (int64_t s = c ? c->last_sequence : 0; s >= 1; s--) {
        if (c->messages[s].written == number) return &c->messages[s];
    }
    return NULL;
}

/** A server that lies may give out one message as several. */
void check_shown_once(world *w, int chat) {
    const chat_view *v = view_of(w, chat);
    bool *seen = checked(calloc((size_t)w->outgoing.count + 1, sizeof *seen));
    for (size_t i = 0; i < v->count && !w->swarm.lies; i++) {
        const int64_t number = v->at[i].written;
        if (!outgoing_of(w, number)) continue;
        if (seen[number])
            violation(w, "sent_once", "chat %d shows message %" PRId64 " of the outbox twice", chat, number);
        seen[number] = true;
    }
    free(seen);
}
