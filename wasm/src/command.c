#include "command.h"

#include <string.h>

#include "block.h"
#include "outbox.h"
#include "sync.h"
#include "waiter.h"

const char *command_of(const event *e) {
    return json_text(e->header, "command");
}

void command_done(core *l, const char *command) {
    if (command) plan_reply(&l->plan, command, ERROR_CODE_NONE, NULL);
}

void command_refuse(core *l, const char *command, const char *argument) {
    if (command) plan_reply(&l->plan, command, ERROR_CODE_ARGUMENT, argument);
}

/** Refuses a command that would have to wait for a network or for credentials; false when there are both. */
static bool is_cut_off(core *l, const char *command) {
    const sync_state *s = &l->sync;
    if (s->browser_online && !s->auth_paused) return false;
    plan_reply(&l->plan, command, s->browser_online ? ERROR_CODE_AUTH : ERROR_CODE_OFFLINE, NULL);
    return true;
}

chat *command_chat(core *l, const event *e) {
    const char *request_id = json_text(e->header, "requestId");
    if (!request_id || !record_is_uuid(request_id)) {
        command_refuse(l, command_of(e), "requestId");
        return NULL;
    }
    chat *c = chat_ensure(&l->chats, request_id);
    if (!c) core_no_memory(l);
    return c;
}

static int64_t last_access_ms(const core *l) {
    int64_t last_ms = 0;
    for (const chat *c = l->chats.table; c; c = c->hh.next) {
        if (c->last_accessed_ms > last_ms) last_ms = c->last_accessed_ms;
    }
    return last_ms;
}

/** The chat comes behind all others, those too that were opened while the clock was ahead. */
static void note_access(core *l, chat *c) {
    const int64_t since_ms = l->now_ms - c->last_accessed_ms;
    const bool just_now = since_ms >= 0 && since_ms < LIMIT_ACCESSED_RESOLUTION_MS;
    if (!c->last_synced_ms || just_now) return;
    const int64_t last_ms = last_access_ms(l);
    if (since_ms < 0 && c->last_accessed_ms == last_ms) return;
    c->last_accessed_ms = l->now_ms >= last_ms ? l->now_ms : last_ms + 1;
    chat_mark_dirty(&l->chats, c);
}

/** Whether a chat that is opened is to be asked for; a delta under way will do. */
static bool may_be_behind(const core *l, const chat *c) {
    if (c->call && c->purpose == PURPOSE_DELTA) return false;
    const bool expired = l->now_ms - c->last_synced_ms > LIMIT_CHAT_EXPIRES_MS;
    return expired || c->failed || c->moved || !l->sync.list_complete;
}

void command_open(core *l, const event *e) {
    chat *c = command_chat(l, e);
    if (!c) return;
    c->open_count++;
    note_access(l, c);
    if (!c->set_aside && may_be_behind(l, c)) sync_want_delta(l, c);
    chat_touch(&l->chats, c);
    command_done(l, command_of(e));
}

void command_close(core *l, const event *e) {
    chat *c = command_chat(l, e);
    if (!c) return;
    if (c->open_count > 0) c->open_count--;
    command_done(l, command_of(e));
}

void command_touch(core *l, const event *e) {
    chat *c = command_chat(l, e);
    if (!c) return;
    note_access(l, c);
    chat_touch(&l->chats, c);
}

void command_sync(core *l, const event *e) {
    const char *command = command_of(e);
    if (!command) return;
    const bool whole = !json_get(e->header, "requestId");
    chat *c = whole ? NULL : command_chat(l, e);
    if (!whole && !c) return;
    if (is_cut_off(l, command) || !waiter_add(l, command, c, PURPOSE_DELTA, (gap){0})) return;
    if (c) {
        sync_want_delta(l, c);
        c->retry_ms = 0;
    } else {
        sync_want_list(l);
        sync_want_failed(l);
        sync_forget_waits(l);
        outbox_forget_waits(l);
    }
}

void command_fill(core *l, const event *e) {
    const char *command = command_of(e);
    chat *c = command ? command_chat(l, e) : NULL;
    if (!c) return;
    const gap wanted = {.start = json_integer(e->header, "startSeq", 0),
                        .end = json_integer(e->header, "endSeq", 0)};
    if (wanted.start < 1 || wanted.end < wanted.start) {
        command_refuse(l, command, "startSeq, endSeq");
    } else if (!gaps_last_in(&c->gaps, wanted.start, wanted.end)) {
        command_done(l, command);
    } else if (!is_cut_off(l, command) && waiter_add(l, command, c, PURPOSE_GAP, wanted)) {
        c->wanted_gap = waiters_range(l, c);
        c->retry_ms = 0;
        chat_touch(&l->chats, c);
    }
}

/* ---- reading ---- */

static void read_up_to(core *l, const reading *r, int64_t unread) {
    chat *c = r->chat;
    if (unread < c->unread_count) c->unread_count = unread;
    c->last_read_sequence = r->up_to;
    c->last_read_ms = l->now_ms;
    chat_mark_dirty(&l->chats, c);
    if (r->receipt) outbox_add_receipt(l, c, r->receipt, r->up_to);
    command_done(l, r->command);
}

static void ask_above(core *l, const chat *c, int64_t up_to) {
    const int64_t from = up_to + 1, to = c->last_synced_sequence;
    if (l->layout == LAYOUT_ROWS || c->unsealed.rows) plan_read_rows(&l->plan, c->request_id, from, to, 0);
    if (l->blocks_there) plan_read_blocks(&l->plan, c->request_id, from, to, 0);
}

bool command_read(core *l, const event *e, reading *out) {
    chat *c = command_chat(l, e);
    const int64_t up_to = json_integer(e->header, "upToSequence", 0);
    if (!c) return false;
    const char *receipt = json_text(e->header, "id");
    *out = (reading){c, command_of(e), receipt && record_is_uuid(receipt) ? receipt : NULL, up_to};
    if (up_to < 1 || up_to >= LIMIT_PROVISIONAL_SEQUENCE_MIN) {
        command_refuse(l, out->command, "upToSequence");
    } else if (up_to <= c->last_read_sequence) {
        command_done(l, out->command);
    } else if (up_to >= c->last_synced_sequence) {
        read_up_to(l, out, 0);
    } else {
        ask_above(l, c, up_to);
        return true;
    }
    return false;
}

static bool is_unread(const core *l, const stored_row *row, int64_t up_to) {
    const bool own = l->user_id && row->sender && strcmp(l->user_id, row->sender) == 0;
    return row->sequence > up_to && !own;
}

/** How many messages are known to exist above the mark without being here. */
static int64_t missing_above(const chat *c, int64_t up_to) {
    int64_t missing = 0;
    for (size_t i = 0; i < c->gaps.count; i++) {
        const gap *g = &c->gaps.at[i];
        const int64_t start = g->start > up_to ? g->start : up_to + 1;
        if (!g->stale && start <= g->end) missing += g->end - start + 1;
    }
    return missing;
}

void command_read_rows(core *l, const reading *r, slice rows, event_reader *blocks) {
    stored_rows stored;
    int64_t unread = missing_above(r->chat, r->up_to);
    if (!stored_read(l, rows, blocks, &stored)) return;
    block_drop_damaged(l, r->chat, &stored);
    for (size_t i = 0; i < stored.count; i++) unread += is_unread(l, &stored.at[i], r->up_to);
    read_up_to(l, r, unread);
}

/* ---- damage ---- */

chat *command_damaged(core *l, const event *e) {
    const char *request_id = json_text(e->header, "requestId");
    const int64_t first = json_integer(e->header, "firstSequence", 0);
    const int64_t last = json_integer(e->header, "lastSequence", 0);
    chat *c = request_id ? chat_find(&l->chats, request_id) : NULL;
    if (!c || first < 1 || last < first) return NULL;
    plan_read_blocks(&l->plan, c->request_id, first, last, 0);
    return c;
}

void command_damaged_rows(core *l, chat *c, event_reader *blocks) {
    stored_rows stored;
    if (stored_read(l, slice_of("[]"), blocks, &stored)) block_drop_damaged(l, c, &stored);
}
