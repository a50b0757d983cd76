#include "attempt.h"

#include <string.h>

#include "plant.h"

static const int64_t calls_max[CHAT_LINES] = {
    [LINE_MESSAGES] = LIMIT_OPERATION_CALLS_MAX,
    [LINE_RECEIPTS] = LIMIT_RECEIPT_CALLS_MAX,
};

/* ---- what is due ---- */

static bool may_send(const core *l) {
    return l->sync.browser_online && l->sync.reachable && !l->sync.auth_paused;
}

bool attempt_may_come(const core *l) {
    const operation *o = l->outbox.table;
    while (o && o->status == OPERATION_STATUS_FAILED) o = o->hh.next;
    return o && may_send(l);
}

static bool is_held_back(const chat *c, operation_line line) {
    return PLANTED(receipt_blocks_message) && line == LINE_MESSAGES && c->lines[LINE_RECEIPTS];
}

/** The first of the chat's line, unless its call is under way or it has failed. */
static operation *waiting(const chat *c, operation_line line) {
    operation *o = outbox_first(c, line);
    return o && !o->call && o->status != OPERATION_STATUS_FAILED && !is_held_back(c, line) ? o : NULL;
}

/** Of all chats the one that was queued first. */
static operation *next_due(const core *l, operation_line line) {
    operation *next = NULL;
    for (const chat *c = l->chats.table; c; c = c->hh.next) {
        operation *o = c->lines[line] ? waiting(c, line) : NULL;
        if (o && o->retry_ms <= l->ticks_ms && (!next || o->serial < next->serial)) next = o;
    }
    return next;
}

static bool has_room(const core *l, operation_line line) {
    int64_t all = 0;
    for (int i = 0; i < CHAT_LINES; i++) all += l->outbox.calls[i];
    return all < LIMIT_OPERATION_CALLS_MAX && l->outbox.calls[line] < calls_max[line];
}

/* ---- the call ---- */

static void call(core *l, operation *o) {
    const operation_rule *rule = operation_rule_of(o);
    text *out = sync_begin_call(l, rule->method, LIMIT_CALL_TIMEOUT_MS, &o->call);
    operation_write_params(o, out);
    text_raw(out, "},\"operation\":");
    text_string(out, o->id);
    text_raw(out, "}");
    l->outbox.calls[rule->line]++;
}

/** The row of a try; planted bugs leave it out, or take the operation for done. */
static void store_try(core *l, operation *o) {
    if (PLANTED(attempt_unwritten)) return;
    if (PLANTED(deleted_unacknowledged)) plan_delete(&l->plan, STORE_OFFLINE_QUEUE, o->id);
    else outbox_save(l, o);
}

/** One that was interrupted is the same try once more. */
static void attempt(core *l, operation *o) {
    if (o->status != OPERATION_STATUS_SYNCING) o->tries++;
    o->status = OPERATION_STATUS_SYNCING;
    o->attempted_ms = l->now_ms;
    o->next_try_ms = -1;
    o->was_uncertain = o->may_have_arrived;
    o->counts_before = o->chat->counts_taken;
    o->may_have_arrived = true;
    call(l, o);
    store_try(l, o);
}

/** Tries go into a strict transaction; one that is open already and is not must be over first. */
static bool is_transaction_fit(core *l) {
    l->outbox.postponed = l->opened && !l->strict;
    if (!l->opened) l->strict = true;
    return !l->outbox.postponed;
}

static void pump_line(core *l, operation_line line) {
    while (has_room(l, line)) {
        operation *o = next_due(l, line);
        if (!o || !is_transaction_fit(l)) return;
        attempt(l, o);
    }
}

void attempt_pump(core *l) {
    l->outbox.postponed = false;
    for (int line = 0; line < CHAT_LINES && may_send(l); line++) pump_line(l, (operation_line)line);
}

int64_t attempt_deadline(const core *l) {
    int64_t deadline_ms = 0;
    if (l->outbox.postponed) return l->ticks_ms + 1;
    for (const chat *c = l->chats.table; c && may_send(l); c = c->hh.next) {
        for (int line = 0; line < CHAT_LINES; line++) {
            const operation *o = c->lines[line] ? waiting(c, (operation_line)line) : NULL;
            const int64_t at_ms = o ? o->retry_ms : 0;
            if (at_ms > l->ticks_ms && (!deadline_ms || at_ms < deadline_ms)) deadline_ms = at_ms;
        }
    }
    return deadline_ms;
}

/* ---- its end ---- */

operation *attempt_ended(core *l, const call_end *end, bool *known) {
    operation *o = outbox_find_any(l, end->operation);
    *known = o && end->id && o->call == end->id;
    if (*known) {
        o->call = 0;
        l->outbox.calls[operation_rule_of(o)->line]--;
        if (o->done) outbox_forget(l, o);
    }
    return outbox_find(l, end->operation);
}

/** What an answer from 400 to 499 says for certain: it was not done. */
static bool is_refusal(const call_end *end) {
    return end->status >= 400 && end->status < 500;
}

static void wait_for_next_try(core *l, operation *o, const call_end *end) {
    const int64_t wait_ms = retry_wait_ms(&l->random, (int)o->tries, end->retry_after, l->now_ms);
    o->status = OPERATION_STATUS_PENDING;
    o->unanswered = !end->answered;
    o->retry_ms = l->ticks_ms + wait_ms;
    o->next_try_ms = l->now_ms + wait_ms;
    outbox_save(l, o);
}

/** Without credentials nothing was tried. */
static void give_back_try(core *l, operation *o) {
    o->status = OPERATION_STATUS_PENDING;
    if (o->tries > 0) o->tries--;
    outbox_save(l, o);
}

static const char *reason_of(const call_end *end) {
    return end->reason && *end->reason ? end->reason : error_code_names[end->code];
}

static bool is_last_try(const operation *o) {
    return o->tries >= o->tries_max && !PLANTED(tries_unbounded);
}

/** Whether a newer one behind it says all that it does. */
static bool is_stood_for(const operation *o) {
    return operation_rule_of(o)->merges && o->next && o->next->up_to >= o->up_to;
}

void attempt_failed(core *l, operation *o, const call_end *end) {
    const char *request_id = o->chat->request_id;
    sync_noticed(l, end);
    if (is_refusal(end)) o->may_have_arrived = o->was_uncertain;
    if (!chat_replace(&o->last_error, reason_of(end))) core_no_memory(l);
    if (is_stood_for(o)) outbox_remove(l, o);
    else if (end->outcome == OUTCOME_AUTH) give_back_try(l, o);
    else if (end->outcome == OUTCOME_TERMINAL || is_last_try(o)) outbox_fail(l, o, reason_of(end));
    else wait_for_next_try(l, o, end);
    const char *path = end->path && *end->path ? end->path : call_method_names[end->method];
    plan_error(&l->plan, end->code, request_id, path, end->reason);
}

void attempt_set_aside(core *l, operation *o, const call_end *end) {
    outbox_fail(l, o, end->reason ? end->reason : error_code_names[ERROR_CODE_SET_ASIDE]);
    plan_error(&l->plan, ERROR_CODE_SET_ASIDE, o->chat->request_id, call_method_names[end->method],
               end->reason);
}

/* ---- what it brought ---- */

static bool is_of_chat(const operation *o, const record *read, problem *wrong) {
    if (slice_is(record_slice(read, CACHED_MESSAGE_REQUEST_ID), o->chat->request_id)) return true;
    *wrong = (problem){ERROR_CODE_REQUEST_MISMATCH, "requestId"};
    return false;
}

static void write_page(slice body, int64_t sequence, int64_t last, text *out) {
    text_raw(out, "{\"messages\":[");
    text_bytes(out, body);
    text_raw(out, "],\"covers\":{");
    text_number_member(out, "from", sequence);
    text_number_member(out, "to", sequence);
    text_raw(out, "}");
    text_number_member(out, "lastSequence", last);
    text_raw(out, "}");
}

bool attempt_page(core *l, const operation *o, slice body, slice *out, delta_question *asked,
                  problem *wrong) {
    record read;
    text made = {0};
    if (!record_read(body, &cached_message_record, &l->memory, &read, wrong)) return false;
    if (!is_of_chat(o, &read, wrong)) return false;
    const int64_t sequence = record_integer(&read, CACHED_MESSAGE_SEQUENCE_NUMBER, 0);
    const int64_t known = o->chat->last_synced_sequence;
    write_page(body, sequence, sequence > known ? sequence : known, &made);
    *out = (slice){made.failed ? NULL : arena_copy(&l->memory, made.at, made.size), made.size};
    text_free(&made);
    if (!out->at) *wrong = (problem){.code = ERROR_CODE_NO_MEMORY};
    *asked = (delta_question){.after = sequence - 1, .before = sequence + 1};
    return out->at != NULL;
}

/**
 * A server may say nothing; what it says must be an object. It doesn't say of which moment it is: what a page
 * or the list has told since the call left is newer.
 */
bool attempt_counts(core *l, operation *o, slice body, problem *wrong) {
    record read = {0};
    if (body.size && !record_read(body, &read_answer_record, &l->memory, &read, wrong)) return false;
    const chat_counts counts = {
        .unread = record_integer(&read, READ_ANSWER_UNREAD_COUNT, -1),
        .last_read = record_integer(&read, READ_ANSWER_LAST_READ_SEQUENCE, -1),
        .total = -1,
    };
    if (o->chat->counts_taken == o->counts_before) chat_take_counts(o->chat, counts, 0);
    chat_mark_dirty(&l->chats, o->chat);
    outbox_remove(l, o);
    return true;
}
