#include "outbox_command.h"

#include "outbox.h"
#include "sync.h"

static void refuse(core *l, const event *e, error_code code) {
    if (command_of(e)) plan_reply(&l->plan, command_of(e), code, NULL);
}

static void reply_wrong(core *l, const event *e, const problem *wrong) {
    if (wrong->code == ERROR_CODE_NO_MEMORY) core_no_memory(l);
    else if (command_of(e)) plan_reply_wrong(&l->plan, command_of(e), (error_code)wrong->code, wrong->path);
}

/** What is stored of a message, but for its content, which the writer has. */
static void reply_message(core *l, const event *e, const operation *o) {
    if (!command_of(e)) return;
    text *out = plan_reply_result(&l->plan, command_of(e));
    operation_write_message(o, l->user_id, false, l->now_ms, out);
    text_raw(out, "}");
}

bool outbox_is_written_by(const event *e) {
    switch (e->type) {
    case EVENT_TYPE_SEND:
    case EVENT_TYPE_EDIT:
    case EVENT_TYPE_RETRY:
    case EVENT_TYPE_RETRY_ALL:
    case EVENT_TYPE_CANCEL: return true;
    case EVENT_TYPE_READ: return json_get(e->header, "id");
    default: return false;
    }
}

/* ---- send ---- */

static operation *queue(core *l, chat *c, const char *id, slice payload) {
    operation *o = operation_new(OPERATION_TYPE_SEND_MESSAGE, id, c, payload);
    if (!o) return core_no_memory(l), NULL;
    return outbox_add(l, o) ? o : NULL;
}

void outbox_send(core *l, const event *e) {
    problem wrong;
    slice payload;
    const char *id = json_text(e->header, "id");
    if (!id || !record_is_uuid(id)) {
        command_refuse(l, command_of(e), "id");
        return;
    }
    if (!operation_message_payload(e->body, slice_of("{}"), id, &l->memory, &payload, &wrong)) {
        reply_wrong(l, e, &wrong);
        return;
    }
    chat *c = command_chat(l, e);
    operation *o = c ? outbox_find(l, id) : NULL;
    if (c && !o) o = queue(l, c, id, payload);
    if (!o) return;
    sync_probe(l);
    reply_message(l, e, o);
}

/* ---- what is queued ---- */

/** The operation that a command names; NULL after the command was refused. */
static operation *operation_of(core *l, const event *e) {
    const char *id = json_text(e->header, "id");
    operation *o = id ? outbox_find(l, id) : NULL;
    if (!id) command_refuse(l, command_of(e), "id");
    else if (!o) refuse(l, e, ERROR_CODE_UNKNOWN_OPERATION);
    return o;
}

static void change(core *l, const event *e, operation *o) {
    problem wrong;
    slice payload;
    if (!operation_message_payload(e->body, slice_of(o->payload), o->temp_id, &l->memory, &payload, &wrong)) {
        reply_wrong(l, e, &wrong);
        return;
    }
    if (!operation_set_payload(o, payload)) {
        core_no_memory(l);
        return;
    }
    if (o->status == OPERATION_STATUS_FAILED) outbox_queue_again(l, o);
    else outbox_save(l, o);
    outbox_save_message(l, o);
    command_done(l, command_of(e));
}

void outbox_edit(core *l, const event *e) {
    operation *o = operation_of(l, e);
    if (!o) return;
    if (o->call) refuse(l, e, ERROR_CODE_OPERATION_UNDER_WAY);
    else if (o->may_have_arrived) refuse(l, e, ERROR_CODE_OPERATION_ATTEMPTED);
    else if (!o->temp_id) command_refuse(l, command_of(e), "id");
    else change(l, e, o);
}

static void try_now(core *l, operation *o) {
    if (o->call) return;
    o->retry_ms = 0;
    if (o->status == OPERATION_STATUS_FAILED) outbox_queue_again(l, o);
}

void outbox_retry(core *l, const event *e) {
    operation *o = operation_of(l, e);
    if (!o) return;
    try_now(l, o);
    sync_probe(l);
    command_done(l, command_of(e));
}

static operation *first_failed(const core *l) {
    operation *first = NULL;
    for (operation *o = l->outbox.table; o; o = o->hh.next) {
        const bool failed = o->status == OPERATION_STATUS_FAILED && !o->done;
        if (failed && (!first || o->serial < first->serial)) first = o;
    }
    return first;
}

void outbox_retry_all(core *l, const event *e) {
    for (operation *o = first_failed(l); o && !l->out_of_memory; o = first_failed(l)) try_now(l, o);
    sync_probe(l);
    command_done(l, command_of(e));
}

void outbox_cancel(core *l, const event *e) {
    operation *o = operation_of(l, e);
    if (!o) return;
    if (o->call) {
        refuse(l, e, ERROR_CODE_OPERATION_UNDER_WAY);
        return;
    }
    outbox_remove(l, o);
    command_done(l, command_of(e));
}
