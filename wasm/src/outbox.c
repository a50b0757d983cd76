#include "outbox.h"

#include <stdlib.h>
#include <string.h>

/* utlist's macros compare in place. */
#include <utlist.h>

#include "moment.h"
#include "plant.h"
#include "text.h"

/* ---- finding ---- */

operation *outbox_find_any(const core *l, const char *id) {
    return registry_find(l->outbox.table, id);
}

operation *outbox_find(const core *l, const char *id) {
    operation *found = outbox_find_any(l, id);
    return found && !found->done ? found : NULL;
}

operation *outbox_find_message(const chat *c, const char *temp_id) {
    operation *o = c->lines[LINE_MESSAGES];
    while (o && strcmp(o->temp_id, temp_id) != 0) o = o->next;
    return o;
}

/** Of those that may go; a planted bug lets the lowest id go first. */
static bool goes_before(const operation *o, const operation *first) {
    return !first || (PLANTED(ordered_by_id) && strcmp(o->id, first->id) < 0);
}

operation *outbox_first(const chat *c, operation_line line) {
    operation *first = NULL;
    for (operation *o = c->lines[line]; o; o = o->next) {
        if (o->status == OPERATION_STATUS_FAILED && !PLANTED(failed_blocks)) continue;
        if (goes_before(o, first)) first = o;
        if (!PLANTED(ordered_by_id)) break;
    }
    return first;
}

/* ---- lines ---- */

static operation **line_of(const operation *o) {
    return &o->chat->lines[operation_rule_of(o)->line];
}

static bool is_message(const operation *o) {
    return operation_rule_of(o)->line == LINE_MESSAGES;
}

/** The number behind the last message of the chat that waits. */
static int64_t next_sequence(const chat *c) {
    const operation *first = c->lines[LINE_MESSAGES];
    return first ? first->prev->sequence + 1 : LIMIT_PROVISIONAL_SEQUENCE_MIN;
}

/** When the message was written that is the last to go; 0: none waits. */
static int64_t last_written_ms(const chat *c) {
    const operation *first = c->lines[LINE_MESSAGES];
    return first ? first->prev->created_ms : 0;
}

/** Keeps what the chat's row says of its messages that wait. */
static void note_unsent(core *l, chat *c, int change) {
    c->unsent_count += change;
    c->unsent_last_ms = last_written_ms(c);
    c->rows_moved = true;
    chat_mark_dirty(&l->chats, c);
}

static void enter_line(core *l, operation *o) {
    operation **line = line_of(o);
    o->serial = l->outbox.next_serial++;
    DL_APPEND(*line, o);
}

static void leave_line(operation *o) {
    operation **line = line_of(o);
    DL_DELETE(*line, o);
    o->prev = o->next = NULL;
}

static bool enter_table(core *l, operation *o) {
    operation *table = registry_add(l->outbox.table, o, o->id);
    if (!table) {
        operation_free(o);
        return core_no_memory(l);
    }
    l->outbox.table = table;
    return true;
}

void outbox_forget(core *l, operation *o) {
    l->outbox.table = registry_remove(l->outbox.table, o);
    operation_free(o);
}

/* ---- rows ---- */

void outbox_save(core *l, operation *o) {
    operation_write(o, plan_put(&l->plan, STORE_OFFLINE_QUEUE));
    l->outbox.moved = true;
}

static int64_t row_bytes_of(core *l, const operation *o) {
    cJSON *payload;
    const json_result result = json_parse(slice_of(o->payload), &l->memory, &payload);
    if (result == JSON_NO_MEMORY) core_no_memory(l);
    return stats_row_bytes(result == JSON_OK ? json_text(payload, "content") : NULL);
}

/** Its row takes so many bytes now; 0: it goes. */
static void count_row(core *l, operation *o, int64_t bytes) {
    stats_move_bytes(l, o->chat, bytes - o->row_bytes);
    o->row_bytes = bytes;
}

void outbox_save_message(core *l, operation *o) {
    operation_write_message(o, l->user_id, true, l->now_ms, plan_put(&l->plan, STORE_MESSAGES));
    count_row(l, o, row_bytes_of(l, o));
    o->chat->rows_moved = true;
    chat_touch(&l->chats, o->chat);
}

static void save_both(core *l, operation *o) {
    outbox_save(l, o);
    if (is_message(o)) outbox_save_message(l, o);
}

/* ---- coming and going ---- */

bool outbox_add(core *l, operation *o) {
    o->created_ms = l->now_ms;
    o->status = OPERATION_STATUS_PENDING;
    if (is_message(o)) o->sequence = next_sequence(o->chat);
    if (!enter_table(l, o)) return false;
    enter_line(l, o);
    if (!PLANTED(acknowledged_early) || !is_message(o)) outbox_save(l, o);
    if (!is_message(o)) return true;
    outbox_save_message(l, o);
    note_unsent(l, o->chat, 1);
    return true;
}

static bool receipt_payload(int64_t up_to, text *out) {
    text_raw(out, "{\"messageIds\":[]");
    text_name(out, "upToSequence");
    text_number(out, up_to);
    text_raw(out, "}");
    return !out->failed;
}

/** The receipt that a new one goes up into: any that no call is under way for. */
static operation *waiting_receipt(const chat *c) {
    operation *o = c->lines[LINE_RECEIPTS];
    while (o && o->status == OPERATION_STATUS_SYNCING) o = o->next;
    return o;
}

static bool merge_receipt(core *l, operation *o, slice payload, int64_t up_to) {
    if (up_to <= o->up_to) return true;
    o->up_to = up_to;
    if (!operation_set_payload(o, payload)) return false;
    if (o->status == OPERATION_STATUS_FAILED) outbox_queue_again(l, o);
    else outbox_save(l, o);
    return true;
}

void outbox_add_receipt(core *l, chat *c, const char *id, int64_t up_to) {
    text payload = {0};
    bool ok = receipt_payload(up_to, &payload);
    const slice bytes = {payload.at, payload.size};
    operation *o = ok ? waiting_receipt(c) : NULL;
    if (o) {
        ok = merge_receipt(l, o, bytes, up_to);
    } else if (ok && !outbox_find(l, id)) {
        o = operation_new(OPERATION_TYPE_MARK_READ, id, c, bytes);
        if (o) o->up_to = up_to;
        ok = o && outbox_add(l, o);
    }
    if (!ok) core_no_memory(l);
    text_free(&payload);
}

void outbox_queue_again(core *l, operation *o) {
    leave_line(o);
    if (is_message(o)) o->sequence = next_sequence(o->chat);
    enter_line(l, o);
    o->status = OPERATION_STATUS_PENDING;
    o->tries = o->retry_ms = 0;
    o->next_try_ms = -1;
    save_both(l, o);
    if (is_message(o)) note_unsent(l, o->chat, 0);
}

void outbox_fail(core *l, operation *o, const char *reason) {
    o->status = OPERATION_STATUS_FAILED;
    o->next_try_ms = -1;
    if (!chat_replace(&o->last_error, reason)) core_no_memory(l);
    save_both(l, o);
}

void outbox_remove(core *l, operation *o) {
    plan_delete(&l->plan, STORE_OFFLINE_QUEUE, o->id);
    if (is_message(o)) plan_delete(&l->plan, STORE_MESSAGES, o->temp_id);
    if (is_message(o)) count_row(l, o, 0);
    l->outbox.moved = true;
    if (PLANTED(replaced_twice) && o->call) return; /* its answer does it once more */
    leave_line(o);
    if (is_message(o)) note_unsent(l, o->chat, -1);
    o->done = true;
    if (!o->call) outbox_forget(l, o);
}

void outbox_forget_waits(core *l) {
    for (operation *o = l->outbox.table; o; o = o->hh.next) {
        if (o->unanswered) o->retry_ms = 0;
    }
}

/* ---- the start ---- */

/** A wait goes on where it was, but never longer than the longest there is, whatever the clock says. */
static void take_wait(core *l, operation *o) {
    const int64_t left_ms = o->next_try_ms - l->now_ms;
    if (o->status != OPERATION_STATUS_PENDING || o->next_try_ms < 0 || left_ms <= 0) return;
    o->retry_ms = l->ticks_ms + (left_ms < LIMIT_RETRY_AFTER_MAX_MS ? left_ms : LIMIT_RETRY_AFTER_MAX_MS);
}

static int compare(int64_t a, int64_t b) {
    return (a > b) - (a < b);
}

/** By place in the line; what another program has queued has none and comes last, in the order of time. */
static int by_place(const void *left, const void *right) {
    const operation *a = *(operation *const *)left, *b = *(operation *const *)right;
    if (!a->sequence != !b->sequence) return a->sequence ? -1 : 1;
    if (a->sequence != b->sequence) return compare(a->sequence, b->sequence);
    return a->created_ms != b->created_ms ? compare(a->created_ms, b->created_ms) : strcmp(a->id, b->id);
}

static void report(core *l, const problem *wrong, size_t index) {
    char path[PROBLEM_PATH_BYTES];
    problem_path(path, STORE_OFFLINE_QUEUE, index, wrong->path);
    plan_error(&l->plan, (error_code)wrong->code, NULL, path, NULL);
}

/** Its number is behind the others', if it has none of its own yet; its message is written along. */
static void adopt(core *l, operation *o) {
    const operation *first = o->chat->lines[LINE_MESSAGES];
    const bool placed = o->sequence && (!first || first->prev->sequence < o->sequence);
    if (!is_message(o)) return;
    if (o->sequence) o->row_bytes = row_bytes_of(l, o);
    if (placed) return;
    o->sequence = next_sequence(o->chat);
    save_both(l, o);
}

static void take_operation(core *l, operation *o) {
    if (o->status == OPERATION_STATUS_COMPLETED) {
        plan_delete(&l->plan, STORE_OFFLINE_QUEUE, o->id);
        operation_free(o);
        return;
    }
    if (outbox_find_any(l, o->id)) {
        operation_free(o);
        return;
    }
    if (!enter_table(l, o)) return;
    take_wait(l, o);
    adopt(l, o);
    enter_line(l, o);
}

/** The chats' rows say how many messages wait. */
static void recount(core *l) {
    for (chat *c = l->chats.table; c; c = c->hh.next) {
        const operation *o;
        int count = 0;
        DL_FOREACH(c->lines[LINE_MESSAGES], o) count++;
        const bool told = count == c->unsent_count && last_written_ms(c) == c->unsent_last_ms;
        if (!told) note_unsent(l, c, count - (int)c->unsent_count);
    }
}

void outbox_hydrate(core *l, page_list rows) {
    size_t count = 0;
    operation **all = arena_take(&l->memory, (rows.count + 1) * sizeof *all);
    if (!all) {
        core_no_memory(l);
        return;
    }
    for (size_t i = 0; i < rows.count; i++) {
        problem wrong;
        operation *o = operation_hydrate(&l->chats, rows.at[i], &l->memory, &wrong);
        if (o) all[count++] = o;
        else if (wrong.code == ERROR_CODE_NO_MEMORY) core_no_memory(l);
        else report(l, &wrong, i);
    }
    qsort(all, count, sizeof(operation *), by_place);
    for (size_t i = 0; i < count; i++) take_operation(l, all[i]);
    recount(l);
}

void outbox_free(core *l) {
    while (l->outbox.table) outbox_forget(l, l->outbox.table);
}
