#include "host.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "gen/schema.h"
#include "host_apply.h"
#include "host_events.h"
#include "host_hydrate.h"
#include "world.h"

static const int64_t pauses_ms[] = {0, 100, 1000};
enum { PAUSES = sizeof pauses_ms / sizeof *pauses_ms };
enum { ATTEMPTS_MAX = 2 }; /* transactions that an event may break before the core sets it aside */
static const int64_t timer_ms_max = INT64_C(2147483647);

static const char files_header[] = "{\"type\":\"mediaFiles\"}";

static void next_group(world *w);
static void recover(world *w, step_failure failure);
static void opened(world *w);
static void open_failed(world *w);

static bool hits(world *w, fault f) {
    return prng_hits(&w->host.random, w->swarm.rate[f]);
}

host_event *host_event_new(char *header) {
    host_event *event = checked(calloc(1, sizeof *event));
    event->header = header;
    event->attempt = 1;
    event->page_of = -1;
    return event;
}

static host_event *event_of(const char *header) {
    return host_event_new(copy_of(header));
}

/* ---- events come in ---- */

static void remember_standing(host *h, const host_event *event) {
    host_event **known = events_find_standing(&h->standing, event->standing);
    if (event->ends_standing) {
        if (known) events_remove(&h->standing, known);
    } else if (known) {
        event_free(*known);
        *known = event_copy(event);
    } else {
        events_append(&h->standing, event_copy(event));
    }
}

static void start_running(world *w, const happening *happens) {
    if (happens->a == w->host.life) next_group(w);
}

/** Whoever does not wait any more needs no new core to begin again. */
static void forget_command(host *h, const char *command) {
    host_event **known = events_find_command(&h->unanswered, command);
    if (known) events_remove(&h->unanswered, known);
}

/** What comes in the same breath, as the answers of several calls do, is one group. */
static void run(world *w) {
    if (w->host.running) return;
    w->host.running = true;
    world_after(w, 0, start_running, w->host.life, 0, 0);
}

void host_push(world *w, host_event *event) {
    host *h = &w->host;
    if (!h->alive) {
        event_free(event);
        return;
    }
    if (*event->command) events_append(&h->unanswered, event_copy(event));
    if (*event->standing) remember_standing(h, event);
    if (*event->forgets) forget_command(h, event->forgets);
    events_append(&h->queue, event);
    run(w);
}

void host_tell_connectivity(world *w) {
    host_event *event = event_of(w->network.browser_online ? "{\"type\":\"connectivity\",\"online\":true}"
                                                           : "{\"type\":\"connectivity\",\"online\":false}");
    strcpy(event->standing, "connectivity");
    if (!w->network.browser_online) w->host.told = true;
    log_event(w, "the browser says %s", w->network.browser_online ? "online" : "offline");
    host_push(w, event);
}

/* ---- effects go out ---- */

static void timer_fires(world *w, const happening *happens) {
    if (!w->host.alive || happens->a != w->host.timer) return;
    log_event(w, "host: deadline");
    host_push(w, event_of("{\"type\":\"deadline\"}"));
}

static void schedule(world *w, int64_t deadline_ms) {
    w->host.timer++;
    if (!deadline_ms) return;
    int64_t wait_ms = deadline_ms - clock_ms(w);
    if (wait_ms < 0) wait_ms = 0;
    if (wait_ms > timer_ms_max) wait_ms = timer_ms_max;
    world_after(w, wait_ms, timer_fires, w->host.timer, 0, 0);
}

static void answer_commands(world *w, const cJSON *replies) {
    host *h = &w->host;
    for (const cJSON *reply = replies->child; reply; reply = reply->next) {
        const char *command = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(reply, "command"));
        host_event **known = events_find_command(&h->unanswered, command ? command : "");
        if (known) events_remove(&h->unanswered, known);
    }
    for (const cJSON *reply = replies->child; reply; reply = reply->next) command_reply(w, reply);
}

static void effects_clear(effects *e) {
    cJSON_Delete(e->calls);
    cJSON_Delete(e->signals);
    cJSON_Delete(e->replies);
    *e = (effects){0};
}

static void release_effects(world *w) {
    effects e = w->host.effects;
    w->host.effects = (effects){0};
    if (e.replies) answer_commands(w, e.replies);
    for (const cJSON *each = e.signals ? e.signals->child : NULL; each; each = each->next)
        users_signal(w, each);
    if (e.signals && e.signals->child) w->host.told = true;
    for (const cJSON *each = e.calls ? e.calls->child : NULL; each; each = each->next) network_call(w, each);
    schedule(w, e.deadline_ms);
    effects_clear(&e);
}

/* ---- one step ---- */

static void drop(world *w) {
    host *h = &w->host;
    larder_free(h->core);
    h->core = NULL;
    h->db_open = false;
    network_abort_all(w);
    store_abort(&w->store);
    cJSON_Delete(h->plan);
    h->plan = NULL;
    effects_clear(&h->effects);
    checks_forget_touched(w);
}

static void fail(world *w, step_failure failure) {
    static const char *const names[] = {"", "storage", "own fault", "the browser's quota"};
    log_event(w, "host: the step failed: %s", names[failure]);
    if (failure == STEP_QUOTA) space_aborted(w);
    drop(w);
    if (w->host.opening) {
        events_clear(&w->host.group);
        open_failed(w);
    } else {
        recover(w, failure);
    }
}

static void note_stored(host *h, const host_event *event) {
    if (event->page_of < 0 || event->page_of >= SERVER_CHATS_MAX) return;
    h->set_aside[event->page_of] = event->attempt > ATTEMPTS_MAX;
}

/** After the commit, or where there was nothing to commit. */
static void finish(world *w) {
    host *h = &w->host;
    check_signals(w, h->effects.signals);
    release_effects(w);
    if (!h->opening) h->failures = 0;
    if (!h->opening) w->space.times = 0;
    for (size_t i = 0; i < h->group.count; i++) note_stored(h, h->group.at[i]);
    events_clear(&h->group);
    usage_through(w);
}

static void go_on(world *w) {
    if (w->host.opening) opened(w);
    else next_group(w);
}

/** The end of the transaction; true when the tab lives on and the step is done. */
static bool commit(world *w) {
    if (hits(w, FAULT_KILLED_AT_COMMIT)) {
        host_kill(w);
        return false;
    }
    if (hits(w, FAULT_ABORT_COMMIT)) {
        fail(w, STEP_STORAGE);
        return false;
    }
    if (!space_has_room(w)) {
        fail(w, STEP_QUOTA);
        return false;
    }
    log_event(w, "host: committed %zu changes", w->store.change_count);
    model_committed(w, &w->host.group);
    space_told(w, &w->host.group);
    usage_heard(w, &w->host.group);
    checks_committed(w);
    store_commit(&w->store);
    if (hits(w, FAULT_KILLED_AFTER_COMMIT)) {
        host_kill(w);
        return false;
    }
    finish(w);
    return true;
}

/** Tells the core the time and takes the plan it made; false when the step has failed. */
static bool take_plan(world *w, int result) {
    host *h = &w->host;
    cJSON_Delete(h->plan);
    h->plan = NULL;
    if (result < 0 || hits(w, FAULT_OWN_FAULT)) {
        fail(w, STEP_OWN_FAULT);
        return false;
    }
    log_bytes(w, larder_plan(h->core), larder_plan_size(h->core));
    h->plan = cJSON_ParseWithLength(larder_plan(h->core), larder_plan_size(h->core));
    if (!h->plan) {
        violation(w, "plan", "a plan that is no JSON: %.300s", larder_plan(h->core));
        fail(w, STEP_STORAGE);
        return false;
    }
    apply_gather(h->plan, &h->effects);
    return true;
}

static double tell_time(world *w) {
    const int64_t now_ms = clock_ms(w);
    host *h = &w->host;
    if (now_ms > h->core_told_ms) h->core_now_ms += now_ms - h->core_told_ms;
    h->core_told_ms = now_ms;
    return (double)now_ms;
}

/** Writes, then reads, until a plan asks for no more; false when that has failed. */
static bool carry_out(world *w) {
    host *h = &w->host;
    for (;;) {
        const step_failure failure = apply_writes(w, h->plan, larder_bytes(h->core));
        if (failure) {
            fail(w, failure);
            return false;
        }
        apply_eager(w, h->plan);
        buffer rows = {0}, blocks = {0};
        if (!apply_reads(w, h->plan, &rows, &blocks) && !cJSON_HasObjectItem(h->plan, "more")) return true;
        const int result = events_step_rows(h->core, &rows, &blocks, tell_time(w));
        buffer_free(&rows);
        buffer_free(&blocks);
        if (!take_plan(w, result)) return false;
    }
}

static void storage_is_through(world *w, const happening *happens);

/** True when the step has committed, false when it waits for the storage or has failed. */
static bool apply(world *w) {
    if (!carry_out(w)) return false;
    if (!w->swarm.storage) return commit(w);
    const int64_t pause_ms = prng_pause_ms(&w->host.random, w->swarm.storage);
    world_after(w, pause_ms, storage_is_through, w->host.life, 0, 0);
    return false;
}

/** What may still become part of the open transaction; often the answers come a moment too late for it. */
static event_list joining(world *w) {
    host *h = &w->host;
    size_t size = 0;
    for (size_t i = 0; i < h->group.count; i++) size += h->group.at[i]->body.size;
    const bool full = size >= LIMIT_TRANSACTION_BYTES;
    if (h->opening || h->alone || full || events_any_command(&h->queue)) return (event_list){0};
    return prng_between(&h->random, 0, 3) ? events_take_replies(&h->queue) : (event_list){0};
}

/** Decides on more events within the open transaction. */
static bool extend(world *w, event_list *more) {
    host *h = &w->host;
    log_event(w, "host: %zu answers join the transaction", more->count);
    const int result = events_step(h->core, more, true, tell_time(w));
    events_move(more, &h->group);
    return take_plan(w, result) && apply(w);
}

static void storage_is_through(world *w, const happening *happens) {
    if (happens->a != w->host.life) return;
    event_list more = joining(w);
    if (more.count ? extend(w, &more) : commit(w)) go_on(w);
}

/** Plans the group and carries it out; true when that is done, false when it waits or has failed. */
static bool step(world *w) {
    host *h = &w->host;
    if (!h->core || hits(w, FAULT_CONNECTION_LOST)) h->db_open = false;
    if (!h->db_open) {
        fail(w, STEP_STORAGE);
        return false;
    }
    if (!take_plan(w, events_step(h->core, &h->group, false, tell_time(w)))) return false;
    h->strict = apply_is_strict(h->plan);
    if (apply_is_needed(h->plan)) return apply(w);
    apply_eager(w, h->plan);
    model_committed(w, &h->group);
    space_told(w, &h->group);
    usage_heard(w, &h->group);
    finish(w);
    return true;
}

static void next_group(world *w) {
    host *h = &w->host;
    while (h->queue.count && h->alive) {
        h->group = events_take(&h->queue, h->alone ? 1 : h->queue.count);
        if (h->alone) h->alone--;
        if (!step(w)) return;
    }
    h->running = false;
    check_rest(w);
}

/* ---- starting and recovering ---- */

static bool is_list_of_files(const host_event *event) {
    return strncmp(event->header, files_header, sizeof files_header - 1) == 0;
}

/** What is in the folder before a core begins; it is told behind what comes again, which may name some. */
static void list_files(world *w) {
    host *h = &w->host;
    event_free(h->listing);
    h->listing = NULL;
    if (!w->swarm.files_from) return;
    h->listing = event_of(files_header);
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
    host *h = &w->host;
    buffer header = {0};
    buffer_print(&header, "{\"type\":\"quotaExceeded\",\"times\":%d", w->space.times);
    buffer_print(&header, ",\"usage\":%" PRId64 "}", space_taken(w));
    for (size_t i = 0; i < h->standing.count; i++) events_append(&h->group, event_copy(h->standing.at[i]));
    events_append(&h->group, host_event_new(header.at));
}

static void open_database(world *w) {
    host *h = &w->host;
    h->opening = true;
    if (hits(w, FAULT_OPEN_FAILS)) {
        open_failed(w);
        return;
    }
    checks_all(w);
    list_files(w);
    h->db_open = true;
    h->core = checked(larder_new((uint32_t)prng_next(&h->random)));
    h->core_now_ms = clock_ms(w);
    h->core_told_ms = clock_ms(w);
    space_core_starts(w);
    usage_core_starts(w);
    h->group = host_hydrate(w);
    if (h->recovering && h->failure == STEP_QUOTA) ask_for_room(w);
    log_event(w, "host: a new core, %zu bytes of rows", h->group.at[0]->body.size);
    if (step(w)) opened(w);
}

/** Storage can't be had: whoever waits is told, and the next event tries again. */
static void give_up(world *w) {
    host *h = &w->host;
    log_event(w, "host: gives up");
    for (size_t i = 0; i < h->unanswered.count; i++) command_give_up(w, h->unanswered.at[i]->command);
    events_clear(&h->unanswered);
    events_clear(&h->queue);
    events_clear(&h->again);
    h->opening = h->recovering = h->running = false;
}

static void reopen(world *w, const happening *happens) {
    if (happens->a == w->host.life) open_database(w);
}

/** Waits for the next try, after growing pauses. */
static void reopen_later(world *w) {
    host *h = &w->host;
    if (h->reopenings >= PAUSES) {
        h->failures = 0;
        give_up(w);
        return;
    }
    world_after(w, pauses_ms[h->reopenings++], reopen, h->life, 0, 0);
}

static void open_failed(world *w) {
    log_event(w, "host: the database can't be opened");
    drop(w);
    if (w->host.recovering) reopen_later(w);
    else give_up(w);
}

static void recover(world *w, step_failure failure) {
    host *h = &w->host;
    h->life++;
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
    host *h = &w->host;
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

static void opened(world *w) {
    host *h = &w->host;
    const bool recovered = h->recovering;
    h->opening = h->recovering = false;
    if (recovered) hand_in_again(w);
    tell_files(h);
    next_group(w);
}

static void open_tab(world *w, const happening *happens) {
    (void)happens;
    host *h = &w->host;
    h->alive = h->running = true;
    h->blocks = swarm_blocks(&w->swarm, h->tabs++);
    h->life++;
    log_event(w, "host: the tab is opened, history in %s", h->blocks ? "blocks" : "rows");
    host_tell_connectivity(w);
    users_tab_opened(w);
    open_database(w);
}

void host_start(world *w) {
    w->host.random = prng_for(w->seed, "host");
    world_after(w, 1, open_tab, 0, 0, 0);
}

static void host_clear(world *w) {
    host *h = &w->host;
    drop(w);
    events_clear(&h->queue);
    events_clear(&h->unanswered);
    events_clear(&h->standing);
    events_clear(&h->group);
    events_clear(&h->again);
    event_free(h->listing);
    h->listing = NULL;
}

void host_kill(world *w) {
    host *h = &w->host;
    if (!h->alive) return;
    log_event(w, "host: the tab is killed");
    host_clear(w);
    transfers_forget(w);
    h->alive = h->opening = h->recovering = false;
    h->life++;
    h->timer++;
    h->failures = 0;
    h->alone = 0;
    w->space.times = 0;
    memset(h->set_aside, 0, sizeof h->set_aside);
    h->told = false;
    users_tab_gone(w);
    world_after(w, prng_pause_ms(&h->random, 1000), open_tab, 0, 0, 0);
}

void host_step(world *w) {
    if (hits(w, FAULT_KILLED)) host_kill(w);
}

bool host_gave_up(const world *w) {
    return w->host.alive && !w->host.core && !w->host.running;
}

bool host_took_several(const world *w) {
    int answers = 0;
    for (size_t i = 0; i < w->host.group.count; i++) answers += events_is_reply(w->host.group.at[i]);
    return answers > 1;
}

bool host_is_busy(const world *w) {
    return !w->host.alive || w->host.running;
}

void host_free(world *w) {
    host_clear(w);
}
