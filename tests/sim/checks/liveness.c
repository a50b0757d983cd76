#include <inttypes.h>
#include <string.h>

#include "../world.h"

enum { EVENTS_MAX = 60000, CALM_CHANGES = 30, FILLS_MAX = 40, BURST_SIGNALS = 1000 };

static const int64_t quiet_ms = 600000;
static const int64_t calm_ms = 20000; /* in which tabs repeat what was not answered */
static const int64_t patience_ms = 7200000;

/** Whether nothing is to happen in the next minutes. */
static bool is_quiet(world *w) {
    const timeline *t = &w->timeline;
    if (!tabs_at_rest(w) || (t->count && t->at[0].time_ms < w->busy_ms + calm_ms)) return false;
    for (size_t i = 0; i < t->count; i++) {
        if (!t->at[i].idle && t->at[i].time_ms <= w->time_ms + quiet_ms) return false;
    }
    return true;
}

void check_settle(world *w, const char *when) {
    const int64_t until_ms = w->time_ms + patience_ms;
    int events = 0;
    while (!is_quiet(w) && events++ < EVENTS_MAX && w->time_ms < until_ms) {
        if (!world_next(w)) return;
    }
    if (!is_quiet(w)) {
        violation(w, "liveness", "%s there is no end: %d events in %" PRId64 " s", when, events,
                  (w->time_ms - until_ms + patience_ms) / 1000);
    }
    tabs_focus_leader(w);
}

static void wait_for(world *w, int64_t ms) {
    const int64_t until_ms = w->time_ms + ms;
    while (w->timeline.count && w->timeline.at[0].time_ms <= until_ms && world_next(w)) {
    }
    if (w->time_ms < until_ms) w->time_ms = until_ms;
}

/** Only where something was lost for good does anybody help: the tab is opened anew and each chat is synced.
 */
static void help(world *w) {
    if (w->refused || w->set_aside || w->swarm.lies) {
        tabs_kill_all(w);
        check_settle(w, "after the tab was opened anew");
        for (int chat = 0; chat < w->server.chat_count && !w->log.violated; chat++) {
            if (cached_of(w, chat)->last_synced_ms > 0 && tabs_focus_any(w)) users_sync(w, chat);
        }
    } else if (w->signal_lost || host_gave_up(w)) {
        users_look(w);
    }
}

static void heal(world *w) {
    log_event(w, "everything heals");
    swarm_heal(&w->swarm);
    tabs_heal(w);
    server_stop(w);
    users_stop(w);
    network_heal(w);
    check_settle(w, "after all healed");
    if (!w->log.violated) help(w);
    check_settle(w, "after all healed");
}

/** What was refused in the time of faults is asked for once more. */
static void retry_failed(world *w) {
    tabs_focus_any(w);
    author_retry_all(w);
    check_settle(w, "after what failed was tried again");
}

/** A time without any fault: signals alone must be enough to follow, with messages from both sides. */
static void live_calmly(world *w) {
    log_event(w, "a calm time");
    for (int i = 0; i < CALM_CHANGES && !w->log.violated; i++) {
        server_act(w);
        if (i % 3 == 0 && tabs_focus_any(w))
            author_write(w, prng_skewed(&w->clock.random, w->server.chat_count));
        wait_for(w, prng_between(&w->clock.random, 0, 3 * w->swarm.latency));
    }
    check_settle(w, "after a calm time");
    retry_failed(w); /* there may be chats now that were written in before */
}

/** What was read here is told to the server. */
static void tell_reads(world *w) {
    for (int chat = 0; chat < w->server.chat_count; chat++) {
        if (cached_of(w, chat)->there) server_read(w, chat, cached_of(w, chat)->last_read);
    }
    check_settle(w, "after reads were told");
}

/** The user scrolls up until there are no gaps, or for a good while; each step must bring something. */
static void scroll_up(world *w) {
    int fills = 0;
    for (int chat = 0; chat < w->server.chat_count; chat++) {
        const cached_chat *c = cached_of(w, chat);
        while (c->there && c->gap_count && fills++ < FILLS_MAX && !w->log.violated) {
            const cached_gap g = c->gaps[c->gap_count - 1];
            const int64_t before = cached_unknown(c, g.start, g.end);
            users_fill(w, chat, g.start, g.end);
            check_settle(w, "after a gap was filled");
            if (cached_unknown(c, g.start, g.end) >= before)
                violation(w, "liveness", "chat %d: the gap up to %" PRId64 " can't be filled", chat, g.end);
        }
    }
}

/** However many signals come at once, at most two requests for the chat follow. */
static void burst(world *w) {
    const int chat = (int)prng_between(&w->clock.random, 0, w->server.chat_count - 1);
    if (w->page->view_count == VIEWS_MAX || cached_of(w, chat)->gap_count) return;
    users_open(w, chat);
    check_settle(w, "after a chat was opened");
    const int64_t calls = w->calls_for[chat], list_calls = w->list_calls;
    server_post(w, chat, 1);
    network_burst(w, chat, BURST_SIGNALS);
    check_settle(w, "after a burst of signals");
    if (w->calls_for[chat] > calls + 2 || w->list_calls > list_calls + 3) {
        violation(w, "requests",
                  "%d signals of chat %d led to %" PRId64 " calls for it, %" PRId64 " for the list",
                  BURST_SIGNALS, chat, w->calls_for[chat] - calls, w->list_calls - list_calls);
    }
}

void check_liveness(world *w) {
    static void (*const phases[])(world * w) = {
        heal, retry_failed, check_media_phase, live_calmly, tell_reads, scroll_up, burst};
    static const char *const names[] = {
        "after all healed",
        "after what failed was tried again",
        "after media were asked for",
        "after a calm time",
        "after reads were told",
        "after all gaps",
        "after a burst",
    };
    enum { PHASES = sizeof phases / sizeof *phases, PHASES_OF_LIES = 3 };
    for (size_t i = 0; i < (w->swarm.lies ? PHASES_OF_LIES : PHASES) && !w->log.violated; i++) {
        phases[i](w);
        if (!w->log.violated) check_converged(w, names[i]);
        if (phases[i] != heal && !w->log.violated) check_delivered(w, names[i]);
    }
}
