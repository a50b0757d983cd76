#include "sync.h"

#include <string.h>

#include "number.h"
#include "outbox.h"
#include "plant.h"
#include "waiter.h"

/* ---- what is wanted ---- */

void sync_want_list(core *l) {
    l->sync.list_wanted = true;
    l->sync.list_quiet_ms = 0;
    if (l->sync.list_call) l->sync.list_moved_in_call = true;
}

void sync_want_failed(core *l) {
    for (chat *c = l->chats.table; c; c = c->hh.next) {
        if (c->failed && !c->call) sync_want_delta(l, c);
    }
}

void sync_want_delta(core *l, chat *c) {
    c->wants_delta = true;
    if (c->call) c->moved_in_call = true;
    chat_touch(&l->chats, c);
}

void sync_heard(core *l, chat *c, const char *revision) {
    if (!c->call || c->purpose != PURPOSE_DELTA) sync_want_delta(l, c);
    else if (!chat_replace(&c->heard, revision)) core_no_memory(l);
}

static bool is_wanted(const chat *c) {
    return c->wants_delta || c->wanted_gap.start;
}

static bool is_busy(const chat *c, int64_t ticks_ms) {
    return (c->call && c->purpose != PURPOSE_REPAIR) || (is_wanted(c) && c->retry_ms <= ticks_ms);
}

/** Whether the list and all chats that moved are caught up with. */
static bool is_caught_up(const core *l) {
    if (l->sync.list_wanted || l->sync.list_call) return false;
    for (const chat *c = l->chats.table; c; c = c->hh.next) {
        if (is_busy(c, l->ticks_ms)) return false;
    }
    return true;
}

void sync_settle(core *l) {
    if (l->sync.waiters && is_caught_up(l)) waiters_succeed(l, NULL, PURPOSE_DELTA, 0);
}

/* ---- what happened outside ---- */

void sync_start(core *l) {
    l->sync.stream.wanted = true;
    sync_want_list(l);
}

void sync_forget_waits(core *l) {
    l->sync.list_retry_ms = l->sync.stream.retry_ms = 0;
    for (chat *c = l->chats.table; c; c = c->hh.next) c->retry_ms = 0;
}

void sync_probe(core *l) {
    if (!l->sync.reachable) l->sync.list_retry_ms = 0;
}

void sync_connectivity(core *l, const event *e) {
    sync_state *s = &l->sync;
    s->browser_online = !cJSON_IsFalse(json_get(e->header, "online"));
    if (!s->browser_online) {
        s->list_complete = false;
        waiters_fail_all(l, ERROR_CODE_OFFLINE);
        return;
    }
    s->reachable = true;
    sync_forget_waits(l);
    outbox_forget_waits(l);
    sync_want_list(l);
}

void sync_credentials(core *l) {
    l->sync.auth_paused = false;
}

/** One list answers many signals: the first is followed at once, the others when there is a pause. */
static void wait_for_quiet(core *l) {
    sync_state *s = &l->sync;
    s->list_quiet_ms = lesser(l->ticks_ms + LIMIT_LIST_QUIET_MS, s->list_asked_ms + LIMIT_LIST_PAUSE_MS);
}

void sync_signal(core *l, const event *e) {
    if (PLANTED(signal_lost) && l->sync.calls_under_way) return;
    const char *request_id = json_text(e->header, "requestId");
    const char *revision = json_text(e->header, "revision");
    sync_want_list(l);
    wait_for_quiet(l);
    chat *c = request_id ? chat_find(&l->chats, request_id) : NULL;
    if (!c || !revision || (c->revision && strcmp(c->revision, revision) == 0)) return;
    c->moved = true;
    if (c->open_count) sync_heard(l, c, revision);
    chat_touch(&l->chats, c);
}

/* ---- calls ---- */

static void number_param(text *out, const char *name, int64_t number) {
    if (!number) return;
    text_name(out, name);
    text_number(out, number);
}

text *sync_begin_call(core *l, call_method method, int64_t timeout_ms, int64_t *id) {
    *id = l->sync.next_call++;
    text *out = plan_call(&l->plan);
    text_name(out, "id");
    text_number(out, *id);
    text_name(out, "method");
    text_string(out, call_method_names[method]);
    number_param(out, "timeoutMs", timeout_ms);
    text_name(out, "params");
    text_raw(out, "{");
    return out;
}

/** The stream of signals has no time limit and no share in the calls at once. */
static void call_stream(core *l) {
    sync_begin_call(l, CALL_METHOD_SUBSCRIBE, 0, &l->sync.stream.call);
    text_raw(&l->plan.calls, "}}");
}

static void call_list(core *l) {
    sync_state *s = &l->sync;
    s->calls_under_way++;
    s->list_wanted = s->list_moved_in_call = false;
    s->list_asked_ms = l->ticks_ms;
    stats_list_asked(l, !l->chats_cursor);
    text *out = sync_begin_call(l, CALL_METHOD_FETCH_CHATS, LIMIT_CALL_TIMEOUT_MS, &s->list_call);
    if (l->chats_cursor) {
        text_name(out, "cursor");
        text_string(out, l->chats_cursor);
    }
    number_param(out, "limit", LIMIT_PAGE_CHATS);
    text_raw(out, "}}");
}

/** What one `fetchMessages` call asks. */
typedef struct {
    call_purpose purpose;
    int64_t after;
    int64_t before;
    int64_t limit;
    const char *since;
    bool eager;
} question;

static void call_messages(core *l, chat *c, question asked) {
    l->sync.calls_under_way++;
    c->purpose = asked.purpose;
    c->top_asked = asked.before - 1;
    text *out = sync_begin_call(l, CALL_METHOD_FETCH_MESSAGES, LIMIT_CALL_TIMEOUT_MS, &c->call);
    text_name(out, "requestId");
    text_string(out, c->request_id);
    number_param(out, "afterSequence", asked.after);
    number_param(out, "beforeSequence", asked.before);
    number_param(out, "limit", asked.limit);
    if (asked.since) {
        text_name(out, "sinceRevision");
        text_string(out, asked.since);
    }
    text_raw(out, asked.eager ? "},\"eager\":true}" : "}}");
    chat_touch(&l->chats, c);
}

/**
 * Everything after what we have, newest first, with the edits since our revision; at first the newest page.
 * With many chats to come, one need not wait for the commit, unless somebody looks at it, who is to see what
 * there is at once.
 */
static void call_delta(core *l, chat *c, bool many) {
    const question newest = {.purpose = PURPOSE_DELTA, .limit = LIMIT_OPEN_PAGE_MESSAGES};
    const question since = {
        .purpose = PURPOSE_DELTA,
        .after = c->delta_from ? c->delta_from : c->last_synced_sequence,
        .limit = LIMIT_PAGE_MESSAGES,
        .since = c->revision,
    };
    question asked = c->revision ? since : newest;
    asked.eager = many && !c->open_count;
    c->wants_delta = c->moved_in_call = c->was_reset = false;
    c->delta_from = 0;
    call_messages(l, c, asked);
}

/** The newest page of the newest hole in the range that was asked for, unless it has been filled already. */
static void call_gap(core *l, chat *c) {
    const gap wanted = c->wanted_gap;
    const gap *hole = gaps_last_in(&c->gaps, wanted.start, wanted.end);
    c->wanted_gap = (gap){0};
    if (!hole) {
        waiters_filled(l, c, (gap){0});
        c->wanted_gap = waiters_range(l, c);
        return;
    }
    c->filling = (gap){.start = greater(hole->start, wanted.start), .end = lesser(hole->end, wanted.end)};
    call_messages(l, c,
                  (question){
                      .purpose = PURPOSE_GAP,
                      .after = c->filling.start - 1,
                      .before = c->filling.end + 1,
                      .limit = LIMIT_PAGE_MESSAGES,
                  });
}

static const gap *hole_of(const chat *c) {
    return gaps_last_hole(&c->gaps, c->evicted_below);
}

/** The newest page of a chat's newest hole, though nobody asked. What was evicted stays so. */
static void call_repair(core *l, chat *c) {
    const gap *hole = hole_of(c);
    const int64_t from = hole->stale ? hole->start : greater(hole->start, c->evicted_below + 1);
    l->sync.repairs++;
    call_messages(l, c,
                  (question){
                      .purpose = PURPOSE_REPAIR,
                      .after = from - 1,
                      .before = hole->end + 1,
                      .limit = LIMIT_REPAIR_MESSAGES,
                  });
}

/** Which of two chats is served first: one that is open, then the one that was opened last. */
static bool goes_before(const chat *a, const chat *b) {
    if (!b) return true;
    if ((a->open_count > 0) != (b->open_count > 0)) return a->open_count > 0;
    return a->last_accessed_ms > b->last_accessed_ms;
}

/** While the server can't be reached only the list is tried, and what somebody waits for. */
static bool may_call(const core *l, const chat *c) {
    return is_wanted(c) && !c->call && (l->sync.reachable || c->waiting);
}

static bool is_due(const core *l, const chat *c) {
    return may_call(l, c) && c->retry_ms <= l->ticks_ms;
}

static bool is_repairable(const core *l, const chat *c) {
    const bool may_go_on = !c->call && !c->failed && !c->stuck;
    if (!may_go_on || !c->revision || c->retry_ms > l->ticks_ms) return false;
    const gap *hole = hole_of(c);
    return hole && (hole->stale || retention_has_room(l));
}

static chat *next_chat(const core *l, bool (*fits)(const core *l, const chat *c)) {
    chat *first = NULL;
    for (chat *c = l->chats.table; c; c = c->hh.next) {
        if (fits(l, c) && goes_before(c, first)) first = c;
    }
    return first;
}

/** With nothing else to do holes are repaired: one call at a time, a bounded number since the start. */
static void repair_when_idle(core *l) {
    const sync_state *s = &l->sync;
    const bool idle = !s->calls_under_way && !s->list_wanted && s->reachable && s->list_complete;
    if (!idle || s->repairs >= LIMIT_REPAIR_PAGES_MAX) return;
    chat *c = next_chat(l, is_repairable);
    if (c) call_repair(l, c);
}

static int64_t list_due_ms(const sync_state *s) {
    return greater(s->list_retry_ms, s->list_quiet_ms);
}

static bool list_is_due(const sync_state *s, int64_t ticks_ms) {
    return s->list_wanted && !s->list_call && list_due_ms(s) <= ticks_ms;
}

static bool stream_is_due(const sync_state *s, int64_t ticks_ms) {
    return s->stream.wanted && !s->stream.call && s->reachable && s->stream.retry_ms <= ticks_ms;
}

static int count_due(const core *l) {
    int count = 0;
    for (const chat *c = l->chats.table; c; c = c->hh.next) count += is_due(l, c);
    return count;
}

void sync_pump(core *l) {
    sync_state *s = &l->sync;
    if (!s->browser_online || s->auth_paused) return;
    if (stream_is_due(s, l->ticks_ms)) call_stream(l);
    if (list_is_due(s, l->ticks_ms) && s->calls_under_way < LIMIT_CALLS_MAX) call_list(l);
    const bool many = s->calls_under_way + count_due(l) > LIMIT_CALLS_MAX;
    while (s->calls_under_way < LIMIT_CALLS_MAX + PLANTED(one_call_more)) {
        chat *c = next_chat(l, is_due);
        if (!c) break;
        if (c->wants_delta) call_delta(l, c, many);
        else call_gap(l, c);
    }
    repair_when_idle(l);
}

static chat *chat_of_call(core *l, const call_end *end) {
    return end->method == CALL_METHOD_FETCH_MESSAGES ? chat_find(&l->chats, end->request_id) : NULL;
}

bool sync_call_ended(core *l, const call_end *end) {
    sync_state *s = &l->sync;
    chat *c = chat_of_call(l, end);
    if (end->method == CALL_METHOD_FETCH_MESSAGES && !c) return false;
    const bool stream = end->method == CALL_METHOD_SUBSCRIBE;
    int64_t *under_way = c ? &c->call : stream ? &s->stream.call : &s->list_call;
    if (!end->id || *under_way != end->id) return false;
    *under_way = 0;
    if (!stream) s->calls_under_way--;
    if (c) chat_touch(&l->chats, c);
    return true;
}

/** An answer of any kind shows that the server is there; after a time without one the list is caught up with.
 */
static void reached(core *l) {
    if (l->sync.reachable) return;
    l->sync.reachable = true;
    sync_forget_waits(l);
    sync_want_list(l);
}

static void chat_succeeded(core *l, chat *c, const call_end *end) {
    const bool is_delta = c->purpose == PURPOSE_DELTA;
    const bool ahead = c->heard && (!c->revision || strcmp(c->heard, c->revision) != 0);
    if (c->purpose == PURPOSE_GAP) waiters_filled(l, c, c->filling);
    else if (!c->was_reset) waiters_succeed(l, c, c->purpose, end->id);
    c->was_reset = false;
    c->wanted_gap = waiters_range(l, c);
    c->stuck = !is_delta && gaps_last_in(&c->gaps, c->top_asked, c->top_asked);
    const bool let_in_again = c->failed && !is_delta; /* a delta that was refused is worth another try */
    c->failed = c->set_aside = false;
    c->failures = 0;
    c->retry_ms = 0;
    if (c->moved_in_call || ahead || let_in_again) c->wants_delta = true;
    c->moved_in_call = false;
    chat_replace(&c->heard, NULL);
}

/** A signal that came late says of a chat what is known already: the list, caught up with, would tell. */
static void forget_late_signals(core *l) {
    for (chat *c = l->chats.table; c; c = c->hh.next) {
        const bool in_delta = c->call && c->purpose == PURPOSE_DELTA;
        if (!c->moved || c->wants_delta || in_delta || c->failed) continue;
        c->moved = false;
        chat_touch(&l->chats, c);
    }
}

static void list_succeeded(core *l, bool has_more) {
    sync_state *s = &l->sync;
    if (!has_more && !s->list_moved_in_call) forget_late_signals(l);
    if (!has_more) stats_list_caught_up(l);
    s->list_failures = 0;
    s->list_retry_ms = 0;
    if (has_more) sync_want_list(l);
    if (s->list_moved_in_call) s->list_wanted = true;
    s->list_moved_in_call = false;
    s->list_complete = s->list_complete || !has_more;
}

/** A stream that ended without an error is opened again after a short wait. */
static void stream_ended(core *l) {
    l->sync.stream.failures = 0;
    l->sync.stream.retry_ms = l->ticks_ms + retry_wait_ms(&l->random, 1, NULL, l->now_ms);
}

void sync_succeeded(core *l, const call_end *end, bool has_more) {
    chat *c = chat_of_call(l, end);
    reached(l);
    if (c) chat_succeeded(l, c, end);
    else if (end->method == CALL_METHOD_SUBSCRIBE) stream_ended(l);
    else list_succeeded(l, has_more);
}

static void pause_for_auth(core *l) {
    if (l->sync.auth_paused) return;
    l->sync.auth_paused = true;
    text_raw(plan_signal(&l->plan, SIGNAL_TYPE_AUTH), "}");
}

/** The network is gone: one call, the list, finds out when it is back. */
static void unreachable(core *l) {
    l->sync.reachable = false;
    l->sync.list_complete = false;
    l->sync.list_wanted = true;
}

/** After one more failure in a row: when to try again. */
static int64_t next_try_ms(core *l, int *failures, const call_end *end) {
    return l->ticks_ms + retry_wait_ms(&l->random, ++*failures, end->retry_after, l->now_ms);
}

static void fail_chat(core *l, chat *c, const call_end *end) {
    const bool again = end->outcome != OUTCOME_TERMINAL;
    c->failed = true;
    c->wanted_gap = (gap){0};
    c->wants_delta = again;
    chat_replace(&c->heard, NULL);
    if (end->outcome == OUTCOME_RETRYABLE) c->retry_ms = next_try_ms(l, &c->failures, end);
    waiters_fail(l, c, end->code, end->reason);
}

static void fail_list(core *l, const call_end *end) {
    sync_state *s = &l->sync;
    s->list_wanted = end->outcome != OUTCOME_TERMINAL;
    s->list_moved_in_call = false;
    if (end->outcome == OUTCOME_RETRYABLE) s->list_retry_ms = next_try_ms(l, &s->list_failures, end);
}

static void fail_stream(core *l, const call_end *end) {
    subscription *stream = &l->sync.stream;
    stream->wanted = end->outcome != OUTCOME_TERMINAL;
    if (end->outcome == OUTCOME_AUTH) return;
    stream->retry_ms = next_try_ms(l, &stream->failures, end);
}

void sync_noticed(core *l, const call_end *end) {
    if (end->answered) reached(l);
    else if (end->method == CALL_METHOD_SUBSCRIBE) sync_want_list(l); /* it will show */
    else unreachable(l);
    if (end->outcome == OUTCOME_AUTH) pause_for_auth(l);
}

void sync_failed(core *l, const call_end *end) {
    chat *c = chat_of_call(l, end);
    sync_noticed(l, end);
    if (end->method == CALL_METHOD_SUBSCRIBE) {
        fail_stream(l, end);
        return;
    }
    if (c) fail_chat(l, c, end);
    else fail_list(l, end);
    waiters_fail(l, NULL, end->code, end->reason);
    const char *path = end->path && *end->path ? end->path : call_method_names[end->method];
    plan_error(&l->plan, end->code, end->request_id, path, end->reason);
}

/* ---- when ---- */

/** A retry that is due already is none to wait for. */
static void wait_for(int64_t *deadline_ms, int64_t retry_ms, int64_t ticks_ms) {
    if (retry_ms > ticks_ms) *deadline_ms = earlier(*deadline_ms, retry_ms);
}

int64_t sync_deadline(const core *l) {
    const sync_state *s = &l->sync;
    int64_t deadline_ms = 0;
    if (!s->browser_online || s->auth_paused) return 0;
    if (s->stream.wanted && !s->stream.call && s->reachable)
        wait_for(&deadline_ms, s->stream.retry_ms, l->ticks_ms);
    if (s->list_wanted && !s->list_call) wait_for(&deadline_ms, list_due_ms(s), l->ticks_ms);
    for (const chat *c = l->chats.table; c; c = c->hh.next) {
        if (may_call(l, c)) wait_for(&deadline_ms, c->retry_ms, l->ticks_ms);
    }
    return deadline_ms;
}
