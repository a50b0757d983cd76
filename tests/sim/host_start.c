#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "host_events.h"
#include "host_hydrate.h"
#include "host_parts.h"
#include "tab_mail.h"
#include "world.h"

static const int64_t pauses_ms[] = {0, 100, 1000};
enum { PAUSES = sizeof pauses_ms / sizeof *pauses_ms };

static const char files_header[] = "{\"type\":\"mediaFiles\"}";

static void reopen(world *w, const happening *happens);

/* ---- starting and recovering ---- */

static bool is_list_of_files(const host_event *event) {
    return strncmp(event->header, files_header, sizeof files_header - 1) == 0;
}

/** What is in the folder before a core begins; it is told behind what comes again, which may name some. */
static void list_files(world *w) {
    host *h = w->host;
    event_free(h->listing);
    h->listing = NULL;
    if (!w->swarm.files_from) return;
    h->listing = host_event_new(copy_of(files_header));
    folder_write_keys(w, &h->listing->body);
    log_event(w, "host: the files are listed: %.100s", h->listing->body.at);
}

/** A list that was made for an earlier core says nothing to this one. */
static void tell_files(host *h) {
    for (size_t i = h->queue.count; i-- > 0;) {
        if (is_list_of_files(h->queue.at[i])) events_remove(&h->queue, &h->queue.at[i]);
    }
    if (h->listing) events_append(&h->queue, h->listing);
    h->listing = NULL;
}

/** The new core is told at once that something is to go, and of the world, so that it knows what may. */
static void ask_for_room(world *w) {
    host *h = w->host;
    buffer header = {0};
    buffer_print(&header, "{\"type\":\"quotaExceeded\",\"times\":%d", w->space.times);
    buffer_print(&header, ",\"usage\":%" PRId64 "}", space_taken(w));
    for (size_t i = 0; i < h->standing.count; i++) events_append(&h->group, event_copy(h->standing.at[i]));
    events_append(&h->group, host_event_new(header.at));
}

/** Reads all that is stored, and claims the database with it; false when another has since it did so last. */
static bool claim(world *w) {
    if (w->host->generation && !host_is_current(w)) return false;
    w->host->generation = turn_claim(w);
    w->host->changes = w->changes.last;
    tab_drop_answers(w);
    log_event(w, "tab %" PRId64 " claims the database: generation %" PRId64, w->tab->number,
              w->host->generation);
    return true;
}

static void open_database(world *w) {
    host *h = w->host;
    h->opening = true;
    if (!turn_is_free(w)) {
        turn_wait(w, reopen, h->life, 0, 0);
        return;
    }
    if (host_hits(w, FAULT_OPEN_FAILS)) {
        host_open_failed(w);
        return;
    }
    checks_all(w);
    if (!claim(w)) {
        host_fenced(w);
        return;
    }
    list_files(w);
    h->db_open = true;
    h->core = checked(larder_new((uint32_t)prng_next(&w->tabs.random)));
    h->core_now_ms = clock_ms(w);
    h->core_told_ms = clock_ms(w);
    space_core_starts(w);
    usage_core_starts(w);
    h->group = host_hydrate(w);
    if (h->recovering && h->failure == STEP_QUOTA) ask_for_room(w);
    log_event(w, "host: a new core, %zu bytes of rows", h->group.at[0]->body.size);
    if (host_plan(w)) host_opened(w);
}

/** Storage can't be had: whoever waits is told, and the next event tries again. */
static void give_up(world *w) {
    host *h = w->host;
    log_event(w, "host: gives up");
    event_list refused = h->unanswered;
    h->unanswered = (event_list){0};
    events_clear(&h->queue);
    events_clear(&h->again);
    h->opening = h->recovering = h->running = false;
    for (size_t i = 0; i < refused.count; i++) {
        if (refused.at[i]->mailed) buffer_print(&h->refused, ",%s,", refused.at[i]->command);
        tab_refuse(w, refused.at[i]);
    }
    events_clear(&refused);
    if (!h->began) tab_tell(w, "\"type\":\"failed\"");
}

static void reopen(world *w, const happening *happens) {
    if (happens->a == w->host->life) open_database(w);
}

/** Waits for the next try, after growing pauses. */
static void reopen_later(world *w) {
    host *h = w->host;
    if (h->reopenings >= PAUSES) {
        h->failures = 0;
        give_up(w);
        return;
    }
    tab_after(w, pauses_ms[h->reopenings++], reopen, h->life, 0, 0);
}

void host_open_failed(world *w) {
    log_event(w, "host: the database can't be opened");
    host_drop(w);
    if (w->host->recovering) reopen_later(w);
    else give_up(w);
}

void host_recover(world *w, step_failure failure) {
    host *h = w->host;
    h->life = ++w->tabs.lives;
    h->recovering = h->opening = true;
    h->failure = failure;
    h->again = h->group;
    h->group = (event_list){0};
    h->reopenings = failure == STEP_STORAGE ? h->failures++ : 0;
    reopen_later(w);
}

/** Puts an event in front of the queue, to be tried as those behind it. */
static void push_first(host *h, host_event *event) {
    events_prepend(&h->queue, event);
    if (h->alone) h->alone++;
}

/** Commands without an answer. */
static void replay_commands(host *h) {
    for (size_t i = h->unanswered.count; i-- > 0;) {
        if (events_find_command(&h->queue, h->unanswered.at[i]->command)) continue;
        push_first(h, event_copy(h->unanswered.at[i]));
    }
}

/** What a new core must know of the world. */
static void replay_standing(host *h) {
    for (size_t i = h->standing.count; i-- > 0;) push_first(h, event_copy(h->standing.at[i]));
}

/** Of a group that broke its transaction nobody knows which event it was; alone, it was the one. */
static void hand_in_again(world *w) {
    host *h = w->host;
    event_list again = h->again;
    h->again = (event_list){0};
    if (h->failure == STEP_OWN_FAULT && again.count == 1) again.at[0]->attempt++;
    h->alone = h->failure == STEP_OWN_FAULT ? again.count : 0;
    for (size_t i = again.count; i-- > 0;) {
        if (is_list_of_files(again.at[i])) {
            event_free(again.at[i]);
            continue;
        }
        if (h->failure == STEP_QUOTA) again.at[i]->quota = w->space.times;
        events_prepend(&h->queue, again.at[i]);
    }
    free(again.at);
    replay_commands(h);
    if (h->failure != STEP_QUOTA) replay_standing(h);
}

void host_opened(world *w) {
    host *h = w->host;
    const bool recovered = h->recovering;
    h->opening = h->recovering = false;
    if (recovered) hand_in_again(w);
    tell_files(h);
    const int64_t life = h->life;
    tab_collect_all(w);
    tab_accept_all(w);
    check_takeover_later(w);
    if (!h->began) tab_tell(w, "\"type\":\"leading\",\"generation\":%" PRId64, h->generation);
    if (h->life != life) return;
    h->began = true;
    host_next_group(w);
}

/* ---- beginning and ending ---- */

void host_open(world *w) {
    host *h = w->host;
    if (h->closing) host_rest_now(w);
    *h = (host){.alive = true, .running = true, .life = ++w->tabs.lives, .online = w->network.browser_online};
    h->blocks = swarm_blocks(&w->swarm, w->tabs.hosts++);
    w->tab->leads = true;
    tab_forget_accepted(w->tab);
    memset(w->tab->partials, 0, sizeof w->tab->partials);
    log_event(w, "host: tab %" PRId64 " leads, history in %s", w->tab->number, h->blocks ? "blocks" : "rows");
    h->opening = true;
    tab_after(w, 0, reopen, h->life, 0, 0); /* what it is handed at once comes first */
}

void host_clear(world *w) {
    host *h = w->host;
    host_drop(w);
    events_clear(&h->queue);
    events_clear(&h->unanswered);
    events_clear(&h->standing);
    events_clear(&h->group);
    events_clear(&h->again);
    event_free(h->listing);
    h->listing = NULL;
    buffer_free(&h->refused);
}

/** Nobody hears of it any more. */
static void go_quiet(world *w) {
    host *h = w->host;
    if (host_is_current(w)) w->space.times = 0;
    h->alive = h->running = w->tab->leads = false;
    h->timer++;
    network_abort_all(w);
}

void host_close(world *w) {
    host *h = w->host;
    if (!h->alive) return;
    log_event(w, "host: tab %" PRId64 " leads no more", w->tab->number);
    go_quiet(w);
    h->closing = true;
    if (!host_holds_turn(w, h) && !h->unheard) host_rest(w);
}

void host_die(world *w) {
    go_quiet(w);
    host_clear(w);
    w->host->closing = false;
    w->host->life = ++w->tabs.lives;
}

/* ---- frozen ---- */

static void browser_goes_on(world *w, const happening *happens) {
    tab *t = tab_find(w, happens->a);
    if (!t || !t->frozen || !host_holds_turn(w, &t->host) || t->host.life != happens->b) return;
    tab_focus(w, t);
    if (happens->c == UNHEARD_COMMIT && space_has_room(w)) {
        host_store_step(w);
        t->host.unheard = UNHEARD_COMMIT;
        return;
    }
    log_event(w, "host: the browser aborts a transaction of a frozen tab");
    store_abort(&w->store);
    checks_forget_touched(w);
    turn_release(w, t->host.life);
    t->host.unheard = UNHEARD_ABORT;
}

void host_freeze(world *w) {
    static const int64_t patience_ms = 15000;
    prng *p = &w->tabs.fate;
    const bool commits = prng_hits(p, 5000);
    if (!host_holds_turn(w, w->host)) return;
    world_after(w, prng_between(p, 0, commits ? 200 : patience_ms), browser_goes_on, w->tab->number,
                w->host->life, commits ? UNHEARD_COMMIT : UNHEARD_ABORT);
}
