#include <inttypes.h>
#include <string.h>

#include "../world.h"
#include "gen/schema.h"

static void differs(world *w, const char *when, int chat, const char *what, int64_t here, int64_t there) {
    if (here == there) return;
    violation(w, "liveness", "%s chat %d has %s %" PRId64 ", the server %" PRId64, when, chat, what, here,
              there);
}

static void check_messages(world *w, const char *when, int chat) {
    const server_chat *truth = server_find(w, chat);
    for (int64_t s = 1; s <= truth->last_sequence; s++) {
        if (!cached_knows(cached_of(w, chat), s)) continue;
        const brief *b = view_at(view_of(w, chat), s);
        const server_message *m = &truth->messages[s];
        if (!b == !m->deleted)
            violation(w, "liveness", "%s message %" PRId64 " of chat %d is %s", when, s, chat,
                      b ? "there though deleted" : "missing");
        if (b && b->version != m->edit_count)
            violation(w, "liveness", "%s message %" PRId64 " of chat %d has version %d, not %d", when, s,
                      chat, b->version, m->edit_count);
    }
}

/** What was read here and not yet there counts here alone. */
static void check_marks(world *w, const char *when, int chat) {
    const server_chat *truth = server_find(w, chat);
    const cached_chat *c = cached_of(w, chat);
    differs(w, when, chat, "totalMessageCount", c->total, server_total(truth));
    if (c->last_read > truth->last_read) return;
    differs(w, when, chat, "lastReadSequence", c->last_read, truth->last_read);
    differs(w, when, chat, "unreadCount", c->unread, server_unread(truth));
}

/** Whether what nobody asked for may be fetched; the core may have learned of the browser's that it has less.
 */
static bool has_room(world *w) {
    const int64_t total = space_messages(w) + space_media(w);
    return total < w->space.told.bytes / 10 * 9 && !w->swarm.quota && !w->swarm.estimates;
}

/**
 * A history that was never fetched may stay so, and what went for want of room; other holes are repaired when
 * nothing else is to be done, if there is room.
 */
static void check_repaired(world *w, const char *when, int chat) {
    const cached_chat *c = cached_of(w, chat);
    if (w->gap_calls >= LIMIT_REPAIR_PAGES_MAX || !has_room(w)) return;
    for (int64_t i = 0; i < c->gap_count; i++) {
        if (!c->gaps[i].stale && c->gaps[i].start == 1) continue;
        if (c->gaps[i].end <= c->evicted_below) continue;
        violation(w, "liveness", "%s chat %d has a hole from %" PRId64 " to %" PRId64, when, chat,
                  c->gaps[i].start, c->gaps[i].end);
    }
}

static void check_state(world *w, const char *when, const tab_page *p, int chat) {
    const char *state = p->missed_at > p->heard_at[chat] ? "" : p->states[chat];
    const int64_t now_ms = w->host->core_now_ms > clock_ms(w) ? w->host->core_now_ms : clock_ms(w);
    const bool expired = now_ms - cached_of(w, chat)->last_synced_ms > LIMIT_CHAT_EXPIRES_MS;
    if (!*state || strcmp(state, "SYNCED") == 0 || strcmp(state, "GAP_DETECTED") == 0) return;
    if (expired && strcmp(state, "EXPIRED") == 0) return;
    violation(w, "liveness", "%s the page was told last that chat %d is %s", when, chat, state);
}

static void check_chat(world *w, const char *when, int chat) {
    const server_chat *truth = server_find(w, chat);
    const cached_chat *c = cached_of(w, chat);
    if (!c->there) {
        violation(w, "liveness", "%s chat %d is not listed", when, chat);
        return;
    }
    check_sealed(w, when, chat);
    differs(w, when, chat, "a listed revision", c->listed_revision, truth->revision);
    if (c->last_synced_ms <= 0) return;
    differs(w, when, chat, "lastSequence", c->last_synced, truth->last_sequence);
    differs(w, when, chat, "revision", c->revision, truth->revision);
    check_messages(w, when, chat);
    check_marks(w, when, chat);
    check_repaired(w, when, chat);
    for (int i = 0; i < TABS_MAX; i++) {
        if (w->tabs.at[i].alive) check_state(w, when, &w->tabs.at[i].page, chat);
    }
}

void check_converged(world *w, const char *when) {
    check_tabs(w, when);
    if (command_waiting(w))
        violation(w, "liveness", "%s command %s was never answered", when, command_waiting(w)->name);
    if (network_calls(w)) violation(w, "liveness", "%s %d calls never end", when, network_calls(w));
    check_queue_at_rest(w, when);
    if (host_is_busy(w)) violation(w, "liveness", "%s the host is still busy", when);
    if (w->swarm.lies) return;
    for (int i = 0; i < TABS_MAX; i++) {
        const tab *t = &w->tabs.at[i];
        if (t->alive && !t->page.online && t->page.missed_at <= t->page.heard_online_at)
            violation(w, "liveness", "%s tab %" PRId64 " was told last that it is offline", when, t->number);
    }
    for (int chat = 0; chat < w->server.chat_count && !w->log.violated; chat++) check_chat(w, when, chat);
    checks_all(w);
}
