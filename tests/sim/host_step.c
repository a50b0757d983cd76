#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "gen/schema.h"
#include "host_apply.h"
#include "host_events.h"
#include "host_parts.h"
#include "plant.h"
#include "world.h"

enum { ATTEMPTS_MAX = 2 }; /* transactions that an event may break before the core sets it aside */

/** Whether it has a transaction open. */
bool host_holds_turn(const world *w, const host *h) {
    return h->life && w->turns.holder == h->life;
}

void host_drop(world *w) {
    host *h = w->host;
    larder_free(h->core);
    h->core = NULL;
    h->db_open = false;
    network_abort_all(w);
    if (host_holds_turn(w, h)) {
        store_abort(&w->store);
        checks_forget_touched(w);
    }
    turn_release(w, h->life);
    cJSON_Delete(h->plan);
    h->plan = NULL;
    host_clear_effects(&h->effects);
}

/** What was committed is answered all the same, or it would be done again. */
static void answer_last(world *w) {
    cJSON *replies = w->host->effects.replies;
    w->host->effects.replies = NULL;
    if (replies) host_answer(w, replies);
    cJSON_Delete(replies);
}

/** The transaction of a host that is no more is through. */
void host_rest(world *w) {
    host_clear(w);
    w->host->closing = false;
    w->host->life = ++w->tabs.lives;
    if (w->tab->unlocks_at_rest) lock_release(w);
    w->tab->unlocks_at_rest = false;
}

/** Another host begins in the same tab. */
void host_rest_now(world *w) {
    if (host_holds_turn(w, w->host)) {
        host_store_step(w);
        answer_last(w);
    }
    host_rest(w);
}

static void fail(world *w, step_failure failure) {
    static const char *const names[] = {"", "storage", "own fault", "the browser's quota"};
    log_event(w, "host: the step failed: %s", names[failure]);
    if (w->host->closing) {
        host_rest(w);
        return;
    }
    if (failure == STEP_QUOTA) space_aborted(w);
    host_drop(w);
    if (w->host->opening) {
        events_clear(&w->host->group);
        host_open_failed(w);
    } else {
        host_recover(w, failure);
    }
}

static void note_stored(host *h, const host_event *event) {
    if (event->page_of < 0 || event->page_of >= SERVER_CHATS_MAX) return;
    h->set_aside[event->page_of] = event->attempt > ATTEMPTS_MAX;
}

/** After the commit, or where there was nothing to commit. */
static void finish(world *w) {
    host *h = w->host;
    const int64_t life = h->life;
    const bool current = host_is_current(w);
    host_release(w);
    if (h->life != life) return;
    if (!h->opening) h->failures = 0;
    if (!h->opening && current) w->space.times = 0;
    for (size_t i = 0; i < h->group.count; i++) note_stored(h, h->group.at[i]);
    events_clear(&h->group);
    if (current) usage_through(w);
}

static void go_on(world *w) {
    if (w->host->opening) host_opened(w);
    else host_next_group(w);
}

/** All that was written is stored; nobody has heard of it yet. */
void host_store_step(world *w) {
    host *h = w->host;
    log_event(w, "host: committed %zu changes", w->store.change_count);
    model_committed(w, &h->group);
    space_told(w, &h->group);
    usage_heard(w, &h->group);
    checks_committed(w);
    check_generation(w);
    check_applied(w, h->effects.replies);
    changes_note(w);
    h->changes = w->changes.last;
    check_signals(w, h->effects.signals);
    store_commit(&w->store);
    turn_release(w, h->life);
}

/** The end of the transaction; true when the tab lives on and the step is done. */
static bool commit(world *w) {
    if (host_hits(w, FAULT_KILLED_AT_COMMIT)) {
        tab_kill(w);
        return false;
    }
    if (host_hits(w, FAULT_ABORT_COMMIT)) {
        fail(w, STEP_STORAGE);
        return false;
    }
    if (!space_has_room(w)) {
        fail(w, STEP_QUOTA);
        return false;
    }
    host_store_step(w);
    if (host_hits(w, FAULT_KILLED_AFTER_COMMIT)) {
        tab_kill(w);
        return false;
    }
    if (w->host->closing) {
        answer_last(w);
        host_rest(w);
        return false;
    }
    const int64_t life = w->host->life;
    finish(w);
    return w->host->life == life;
}

/** Tells the core the time and takes the plan it made; false when the step has failed. */
static bool take_plan(world *w, int result) {
    host *h = w->host;
    cJSON_Delete(h->plan);
    h->plan = NULL;
    if (result < 0 || host_hits(w, FAULT_OWN_FAULT)) {
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
    host *h = w->host;
    if (now_ms > h->core_told_ms) h->core_now_ms += now_ms - h->core_told_ms;
    h->core_told_ms = now_ms;
    return (double)now_ms;
}

/** Writes, then reads, until a plan asks for no more; false when that has failed. */
static bool carry_out(world *w) {
    host *h = w->host;
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
    const int64_t pause_ms = prng_pause_ms(&w->tabs.random, w->swarm.storage);
    tab_after(w, pause_ms, storage_is_through, w->host->life, 0, 0);
    return false;
}

/** What may still become part of the open transaction; often the answers come a moment too late for it. */
static event_list joining(world *w) {
    host *h = w->host;
    size_t size = 0;
    for (size_t i = 0; i < h->group.count; i++) size += h->group.at[i]->body.size;
    const bool full = size >= LIMIT_TRANSACTION_BYTES;
    if (h->closing || h->opening || h->alone || full || events_any_command(&h->queue)) return (event_list){0};
    return prng_between(&w->tabs.random, 0, 3) ? events_take_replies(&h->queue) : (event_list){0};
}

/** Decides on more events within the open transaction. */
static bool extend(world *w, event_list *more) {
    host *h = w->host;
    log_event(w, "host: %zu answers join the transaction", more->count);
    const int result = events_step(h->core, more, true, tell_time(w));
    events_move(more, &h->group);
    return take_plan(w, result) && apply(w);
}

/** What the browser did in the meantime; true when the step is done. */
static bool hear_late(world *w) {
    const unheard_end heard = w->host->unheard;
    const int64_t life = w->host->life;
    w->host->unheard = UNHEARD_NOTHING;
    if (heard == UNHEARD_ABORT) fail(w, STEP_STORAGE);
    else if (w->host->closing) {
        answer_last(w);
        host_rest(w);
    } else {
        finish(w);
    }
    return heard == UNHEARD_COMMIT && w->host->life == life;
}

static void storage_is_through(world *w, const happening *happens) {
    if (happens->a != w->host->life) return;
    if (w->host->unheard) {
        if (hear_late(w)) go_on(w);
        return;
    }
    event_list more = joining(w);
    if (more.count ? extend(w, &more) : commit(w)) go_on(w);
}

/** Another has claimed the database since: nothing of the step is stored, and this host is no more. */
void host_fenced(world *w) {
    log_event(w, "host: fenced, generation %" PRId64 " and now it is %" PRId64, w->host->generation,
              turn_generation(w));
    w->tabs.totals.fenced++;
    host_close(w);
    tab_tell(w, "\"type\":\"fenced\"");
}

static bool is_fenced(const world *w) {
    const cJSON *generation = cJSON_GetObjectItemCaseSensitive(w->host->plan, "generation");
    return cJSON_IsNumber(generation) && (int64_t)generation->valuedouble != turn_generation(w);
}

static void begin_later(world *w, const happening *happens);

/** Begins the transaction of the plan when it may; true when it has committed. */
static bool begin(world *w) {
    host *h = w->host;
    if (!turn_is_free(w)) {
        turn_wait(w, begin_later, h->life, 0, 0);
        return false;
    }
    if (is_fenced(w)) {
        host_fenced(w);
        return false;
    }
    turn_take(w, h->life);
    if (PLANTED(acknowledged_uncommitted) && h->effects.replies) {
        host_answer(w, h->effects.replies);
        cJSON_Delete(h->effects.replies);
        h->effects.replies = NULL;
    }
    return apply(w);
}

static void begin_later(world *w, const happening *happens) {
    if (happens->a == w->host->life && begin(w)) go_on(w);
}

/** What the core was told without a transaction. */
static void note_unstored(world *w) {
    host *h = w->host;
    if (!host_is_current(w)) return;
    model_committed(w, &h->group);
    space_told(w, &h->group);
    usage_heard(w, &h->group);
    check_signals(w, h->effects.signals);
}

/** Plans the group and carries it out; true when that is done, false when it waits or has failed. */
bool host_plan(world *w) {
    host *h = w->host;
    if (!h->core || host_hits(w, FAULT_CONNECTION_LOST)) h->db_open = false;
    if (!h->db_open) {
        fail(w, STEP_STORAGE);
        return false;
    }
    if (!take_plan(w, events_step(h->core, &h->group, false, tell_time(w)))) return false;
    h->strict = apply_is_strict(h->plan);
    if (apply_is_needed(h->plan)) return begin(w);
    const int64_t life = h->life;
    apply_eager(w, h->plan);
    note_unstored(w);
    finish(w);
    return h->life == life;
}

void host_next_group(world *w) {
    host *h = w->host;
    while (h->queue.count && h->alive) {
        h->group = events_take(&h->queue, h->alone ? 1 : h->queue.count);
        if (h->alone) h->alone--;
        if (!host_plan(w)) return;
    }
    h->running = false;
    if (host_is_current(w)) check_rest(w);
}
