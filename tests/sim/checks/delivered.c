#include <inttypes.h>

#include "../world.h"
#include "gen/schema.h"

void check_queue_at_rest(world *w, const char *when) {
    if (network_operations(w))
        violation(w, "liveness", "%s %d calls of the outbox never end", when, network_operations(w));
    for (const row *r = store_of(&w->store, STORE_OFFLINE_QUEUE)->rows; r; r = r->hh.next) {
        if (r->queued->status == QUEUED_FAILED) continue;
        violation(w, "liveness", "%s operation %" PRId64 " is %s", when, r->queued->number,
                  r->queued->status == QUEUED_SYNCING ? "under way for ever" : "still to be sent");
    }
}

/**
 * Nothing helps where the server doesn't know the chat, or had the message and it is deleted; nor where it
 * has it, and an earlier lie of its leaves no room for that.
 */
static bool is_refused(const world *w, int chat, const server_message *sent) {
    return !server_find(w, chat) || (sent && (sent->deleted || w->swarm.lies));
}

/** The newest text, unless an older one came late, on a way that the device had given up, or nobody was told.
 */
static bool has_text(const outgoing *o, const server_message *sent) {
    return sent->straggled || o->contradicted || o->crossed || sent->draft >= o->draft;
}

static void check_message(world *w, const char *when, int64_t number) {
    const outgoing *o = outgoing_of(w, number);
    const server_message *sent = check_find_sent(w, number);
    check_accepted_once(w, number);
    if (!o->acknowledged || o->cancelled) return;
    if (queued_of(w, number) && is_refused(w, o->chat, sent)) return;
    if (queued_of(w, number))
        violation(w, "liveness", "%s operation %" PRId64 " fails for no reason", when, number);
    else if (!sent) violation(w, "liveness", "%s message %" PRId64 " is not at the server", when, number);
    else if (!has_text(o, sent))
        violation(w, "liveness", "%s message %" PRId64 " has draft %d, and draft %d was acknowledged", when,
                  number, sent->draft, o->draft);
}

static void check_mark(world *w, const char *when, int chat) {
    const int64_t read_to = w->outgoing.read_to[chat];
    if (w->swarm.lies || server_find(w, chat)->last_read >= read_to) return;
    violation(w, "liveness", "%s chat %d was read up to %" PRId64 ", the server knows of %" PRId64, when,
              chat, read_to, server_find(w, chat)->last_read);
}

void check_delivered(world *w, const char *when) {
    for (int64_t number = 1; number <= w->outgoing.count && !w->log.violated; number++) {
        if (!outgoing_of(w, number)->receipt) check_message(w, when, number);
    }
    for (int chat = 0; chat < w->server.chat_count && !w->log.violated; chat++) check_mark(w, when, chat);
}
