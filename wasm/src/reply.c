#include "reply.h"

#include "attempt.h"
#include "listing.h"
#include "media_command.h"
#include "outbox.h"
#include "turn.h"

/* ---- pages ---- */

static void fail_reply(larder *l, const call_end *end, bool known) {
    if (known) sync_failed(&l->core, end);
    else plan_error(&l->core.plan, end->code, end->request_id, end->path, end->reason);
}

/** A page that can't be read is a failure of the server's; it is asked for again after a while. */
static void refuse_page(larder *l, call_end *end, const problem *wrong, bool known) {
    end->outcome = OUTCOME_RETRYABLE;
    end->code = (error_code)wrong->code;
    end->path = wrong->path;
    fail_reply(l, end, known);
}

static void finish_reply(larder *l, const call_end *end, bool has_more, bool known) {
    if (known) sync_succeeded(&l->core, end, has_more);
}

static void apply_chats(larder *l, call_end *end, const event *e, bool known) {
    problem wrong;
    bool has_more;
    const char *asked = json_text(json_get(json_get(e->header, "call"), "params"), "cursor");
    if (listing_apply(&l->core, asked, e->body, &has_more, &wrong)) finish_reply(l, end, has_more, known);
    else if (wrong.code == ERROR_CODE_NO_MEMORY) core_no_memory(&l->core);
    else refuse_page(l, end, &wrong, known);
}

static void apply_messages(larder *l, call_end *end, const event *e, bool known) {
    problem wrong;
    const cJSON *params = json_get(json_get(e->header, "call"), "params");
    const int64_t before = json_integer(params, "beforeSequence", 0);
    const delta_question asked = {json_integer(params, "afterSequence", 0), before, before == 0,
                                  json_text(params, "sinceRevision"),       NULL,   !known};
    chat *c = chat_ensure(&l->core.chats, end->request_id);
    if (!c) {
        core_no_memory(&l->core);
        return;
    }
    switch (delta_begin(&l->core, c, asked, e->body, e->attempt > 1, &l->delta, &wrong)) {
    case DELTA_BAD_PAGE: refuse_page(l, end, &wrong, known); break;
    case DELTA_APPLIED: finish_reply(l, end, false, known); break;
    case DELTA_NEEDS_ROWS:
        l->pending = PENDING_DELTA;
        l->delta_end = *end;
        l->delta_known = known;
        break;
    }
}

/** A page that could not be stored, whoever asked for it: its chat is not asked for again by itself. */
static void set_page_aside(larder *l, const event *e, call_end *end) {
    chat *c = end->request_id ? chat_ensure(&l->core.chats, end->request_id) : NULL;
    if (c) c->set_aside = true;
    else if (end->request_id) core_no_memory(&l->core);
    end->outcome = OUTCOME_TERMINAL;
    end->code = ERROR_CODE_SET_ASIDE;
    end->reason = json_text(e->header, "abortReason");
    sync_failed(&l->core, end);
}

/* ---- answers to the outbox ---- */

static void refuse_answer(larder *l, operation *o, call_end *end, problem *wrong, bool known) {
    page_blame_body(wrong);
    if (wrong->code == ERROR_CODE_NO_MEMORY) core_no_memory(&l->core);
    if (wrong->code == ERROR_CODE_NO_MEMORY || !known) return;
    end->outcome = OUTCOME_RETRYABLE;
    end->code = (error_code)wrong->code;
    end->path = wrong->path;
    attempt_failed(&l->core, o, end);
}

/** A message that could not take its place, since another has it, is sent no more, but not lost. */
static void finish_sent(larder *l, call_end *end, bool known) {
    operation *o = outbox_find(&l->core, end->operation);
    if (!o) sync_noticed(&l->core, end);
    if (!o || !known) return;
    end->outcome = OUTCOME_TERMINAL;
    end->code = ERROR_CODE_SEQUENCE_CONFLICT;
    attempt_failed(&l->core, o, end);
}

static void apply_sent(larder *l, operation *o, call_end *end, const event *e, bool known) {
    problem wrong;
    slice body;
    delta_question asked;
    if (!attempt_page(&l->core, o, e->body, &body, &asked, &wrong)) {
        refuse_answer(l, o, end, &wrong, known);
        return;
    }
    asked.operation = end->operation;
    switch (delta_begin(&l->core, o->chat, asked, body, e->attempt > 1, &l->delta, &wrong)) {
    case DELTA_BAD_PAGE: refuse_answer(l, o, end, &wrong, known); break;
    case DELTA_APPLIED: finish_sent(l, end, known); break;
    case DELTA_NEEDS_ROWS:
        l->pending = PENDING_DELTA;
        l->delta_end = *end;
        l->delta_known = known;
        break;
    }
}

static void apply_answer(larder *l, operation *o, call_end *end, const event *e, bool known) {
    problem wrong;
    if (operation_rule_of(o)->answer == ANSWER_MESSAGE) apply_sent(l, o, end, e, known);
    else if (attempt_counts(&l->core, o, e->body, &wrong)) sync_noticed(&l->core, end);
    else refuse_answer(l, o, end, &wrong, known);
}

/** That it was done counts whoever asked for it: the key was the same. What failed counts if we asked. */
static void on_operation(larder *l, const event *e, call_end *end) {
    bool known;
    operation *o = attempt_ended(&l->core, end, &known);
    if (e->attempt > 2) end->reason = json_text(e->header, "abortReason");
    if (!o) return;
    const bool aside = e->attempt > 2;
    if (aside && known) attempt_set_aside(&l->core, o, end);
    else if (!aside && end->outcome == OUTCOME_OK) apply_answer(l, o, end, e, known);
    else if (!aside && known) attempt_failed(&l->core, o, end);
}

/** The reply waits in the step's memory while messages go to make room for what it brings. */
static void on_item(larder *l, const event *e, const call_end *end) {
    if (!media_wants_room(&l->core, e, end)) {
        media_reply(&l->core, e, end);
        return;
    }
    l->item = *e;
    l->item_end = *end;
    l->pending = PENDING_ROOM;
}

static void on_page(larder *l, const event *e, call_end *end) {
    const bool known = sync_call_ended(&l->core, end);
    if (e->attempt > 2) set_page_aside(l, e, end);
    else if (end->outcome != OUTCOME_OK) fail_reply(l, end, known);
    else if (end->method == CALL_METHOD_SUBSCRIBE) finish_reply(l, end, false, known);
    else if (end->method == CALL_METHOD_FETCH_CHATS) apply_chats(l, end, e, known);
    else apply_messages(l, end, e, known);
}

void reply_take(larder *l, const event *e) {
    call_end end;
    if (!call_end_read(e, &end)) plan_error(&l->core.plan, ERROR_CODE_BAD_EVENT, NULL, "reply", NULL);
    else if (end.operation) on_operation(l, e, &end);
    else if (end.method == CALL_METHOD_ESTIMATE_STORAGE) retention_estimated(&l->core, e);
    else if (media_is_call(end.method)) on_item(l, e, &end);
    else on_page(l, e, &end);
}

void reply_go_on(larder *l, pending waited, slice rows, event_reader *blocks) {
    if (waited == PENDING_ROOM) {
        retention_rows(&l->core, rows, blocks);
        on_item(l, &l->item, &l->item_end);
        return;
    }
    delta_rows(&l->core, l->delta, rows, blocks);
    if (l->delta_end.operation) finish_sent(l, &l->delta_end, l->delta_known);
    else finish_reply(l, &l->delta_end, false, l->delta_known);
}
