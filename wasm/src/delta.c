#include "delta.h"

#include <stdlib.h>
#include <string.h>

#include "delta_page.h"
#include "outbox.h"
#include "plant.h"
#include "sync.h"

/* ---- what is stored already ---- */

static bool may_hold_rows(const delta *d) {
    const chat *c = d->chat;
    if (d->from > d->to) return false;
    if (d->careful) return true;
    return gaps_known_in(&c->gaps, c->last_synced_sequence, d->from, d->to) ||
           gaps_stale_in(&c->gaps, d->from, d->to);
}

/** Whether settled history of the chat may lie in rows. */
static bool may_be_rows(const core *l, const delta *d) {
    return l->layout == LAYOUT_ROWS || d->chat->unsealed.rows || d->careful;
}

static bool may_be_blocks(const core *l) {
    return l->layout == LAYOUT_BLOCKS || l->blocks_there;
}

static void ask_for_range(core *l, const delta *d, int64_t from, int64_t to) {
    const char *request_id = d->chat->request_id;
    if (may_be_rows(l, d)) plan_read_rows(&l->plan, request_id, from, to, 0);
    if (may_be_blocks(l)) plan_read_blocks(&l->plan, request_id, from, to, 0);
}

static void ask_for_id(core *l, text **keys, const char *id) {
    if (!*keys) *keys = plan_read_keys(&l->plan, STORE_MESSAGES);
    text_comma(*keys);
    text_string(*keys, id);
}

/** Asks for the rows of messages and tombstones that the range doesn't speak of. */
static void ask_for_ids(core *l, const delta *d) {
    text *keys = NULL;
    for (size_t i = 0; i < d->message_count; i++) {
        if (delta_covers(d, d->messages[i].sequence) && !d->careful) continue;
        ask_for_id(l, &keys, d->messages[i].id);
    }
    for (size_t i = 0; i < d->tombstone_count; i++) ask_for_id(l, &keys, d->tombstones[i].id);
    if (keys) plan_read_close(&l->plan);
}

static int by_number(const void *left, const void *right) {
    const int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

/** Asks for the blocks around messages and tombstones that the range doesn't speak of; near ones at once. */
static void ask_for_blocks(core *l, const delta *d) {
    size_t count = 0;
    int64_t *at = arena_take(&l->memory, (d->message_count + d->tombstone_count + 1) * sizeof *at);
    if (!at) {
        core_no_memory(l);
        return;
    }
    for (size_t i = 0; i < d->message_count; i++) {
        if (!delta_covers(d, d->messages[i].sequence)) at[count++] = d->messages[i].sequence;
    }
    for (size_t i = 0; i < d->tombstone_count; i++) at[count++] = d->tombstones[i].sequence;
    qsort(at, count, sizeof *at, by_number);
    for (size_t i = 0; i < count;) {
        const size_t first = i++;
        while (i < count && at[i] - at[i - 1] < LIMIT_BLOCK_MESSAGES) i++;
        plan_read_blocks(&l->plan, d->chat->request_id, at[first], at[i - 1], 0);
    }
}

static void ask_for_rows(core *l, const delta *d) {
    if (may_hold_rows(d)) ask_for_range(l, d, d->from, d->to);
    if (may_be_rows(l, d)) ask_for_ids(l, d);
    if (may_be_blocks(l)) ask_for_blocks(l, d);
    /* The index of rows doesn't see a number that is taken by a block, nor the other way round. */
    const bool mixed = l->layout == LAYOUT_BLOCKS ? d->chat->unsealed.rows : l->blocks_there;
    if (!d->careful && !mixed) return;
    for (size_t i = 0; i < d->message_count; i++) {
        const int64_t sequence = d->messages[i].sequence;
        if (!delta_covers(d, sequence)) plan_read_rows(&l->plan, d->chat->request_id, sequence, sequence, 0);
    }
}

/* ---- deciding ---- */

static void drop_row(core *l, delta *d, stored_row *row) {
    if (row->gone) return;
    row->gone = true;
    if (PLANTED(count_forgotten)) d->chat->message_count++;
    if (row->block == NO_BLOCK) plan_delete(&l->plan, STORE_MESSAGES, row->id);
    stored_uncount(l, d->chat, row);
    if (d->chat->message_count > 0 && !stored_is_unsent(row)) d->chat->message_count--;
    d->chat->rows_moved = true;
}

/** As a row: one that is taken for new replaces none; if its id is there all the same the transaction fails.
 */
static void put_row(core *l, chat *c, const message *m, int64_t version, bool replaces) {
    plan *p = &l->plan;
    text *out = replaces ? plan_put(p, STORE_MESSAGES) : plan_add(p, STORE_MESSAGES);
    block_write_record(out, &m->read, version, m->temp_id, l->now_ms);
    stats_move_bytes(l, c, stats_row_bytes(record_text(&m->read, CACHED_MESSAGE_CONTENT)));
}

/** Into a block, at the end of the step; a row that it replaces is sealed by that. */
static void put_settled(core *l, delta *d, const message *m, int64_t version, const stored_row *replaced) {
    settled *fresh = &d->fresh[d->fresh_count++];
    *fresh = (settled){.sequence = m->sequence, .read = &m->read, .version = version, .temp_id = m->temp_id};
    if (!replaced || replaced->block != NO_BLOCK || replaced->gone) return;
    plan_delete(&l->plan, STORE_MESSAGES, replaced->id);
    if (PLANTED(edit_lost_on_sealing)) *fresh = (settled){.sequence = m->sequence, .bytes = replaced->bytes};
}

static void put_message(core *l, delta *d, message *m, stored_row *replaced) {
    if (replaced && !m->temp_id) m->temp_id = replaced->temp_id;
    const int64_t version = replaced ? replaced->version + 1 : 1;
    const bool is_row = replaced && replaced->block == NO_BLOCK;
    if (l->layout == LAYOUT_BLOCKS) put_settled(l, d, m, version, replaced);
    else put_row(l, d->chat, m, version, is_row);
    if (replaced) stored_uncount(l, d->chat, replaced);
    if (replaced) replaced->replaced = true;
    d->chat->rows_moved = true;
}

/**
 * Whether a message outside the covered range has a place: known history, or what was asked for (then the
 * server forgot to cover it). An edit of a message that lies in a gap comes with the gap.
 */
static bool has_place(const delta *d, const message *m) {
    const chat *c = d->chat;
    return delta_asks(&d->asked, m->sequence) ||
           gaps_known_in(&c->gaps, c->last_synced_sequence, m->sequence, m->sequence);
}

/** Whether the sequence number belongs to another message that stays. */
static bool is_sequence_taken(core *l, delta *d, const message *m) {
    const stored_row *other = stored_at(&d->rows, d->chat->request_id, m->sequence);
    if (!other || other->gone || strcmp(other->id, m->id) == 0) return false;
    delta_report(l, d, ERROR_CODE_SEQUENCE_CONFLICT, "messages", m->index, "sequenceNumber");
    return true;
}

static bool is_repeated(core *l, delta *d, const message *m) {
    if (m->repeated) delta_report(l, d, ERROR_CODE_ID_CONFLICT, "messages", m->index, "id");
    return m->repeated;
}

static bool is_own(const core *l, const message *m) {
    const char *sender = record_text(&m->read, CACHED_MESSAGE_SENDER_ID);
    return l->user_id && sender && strcmp(l->user_id, sender) == 0;
}

/** The operation that the message was sent by and that still waits; NULL where there is none. */
static operation *operation_of(const core *l, const delta *d, const message *m) {
    if (d->asked.operation) return outbox_find(l, d->asked.operation);
    const char *key = record_text(&m->read, CACHED_MESSAGE_CLIENT_TEMP_ID);
    return key ? outbox_find_message(d->chat, key) : NULL;
}

/** What waited to be sent has arrived: the server's message takes its place. False when none waited. */
static bool take_operation(core *l, const delta *d, message *m) {
    operation *o = operation_of(l, d, m);
    if (!o) return false;
    const size_t size = strlen(o->temp_id) + 1;
    char *temp_id = arena_take(&l->memory, size);
    if (!temp_id) return core_no_memory(l);
    m->temp_id = memcpy(temp_id, o->temp_id, size);
    outbox_remove(l, o);
    return true;
}

/** An answer to a message of which a page has known before that it was deleted. */
static bool is_late_answer(const delta *d, const message *m) {
    const chat *c = d->chat;
    return d->asked.operation && gaps_known_in(&c->gaps, c->last_synced_sequence, m->sequence, m->sequence);
}

/** A message that has moved leaves a number of which nothing is known any more, unless the page covers it. */
static void leave_place(core *l, delta *d, const stored_row *row, const message *m) {
    const int64_t left = row->sequence;
    if (left == m->sequence || delta_covers(d, left)) return;
    if (!chat_distrust_range(d->chat, left, left, l->now_ms)) core_no_memory(l);
}

/** Whether a block has the message just so: to write it again would rewrite the whole block for nothing. */
static bool is_unchanged(const stored_row *row, const message *m) {
    const slice bytes = m->read.bytes;
    return row->block != NO_BLOCK && row->sequence == m->sequence && row->bytes.size >= bytes.size &&
           memcmp(row->bytes.at, bytes.at, bytes.size - 1) == 0;
}

/** Decides on one message of the page; `*place` is set when it makes a sequence number known by itself. */
static void decide_message(core *l, delta *d, message *m, bool *place) {
    stored_row *row = stored_find(&d->rows, m->id);
    *place = false;
    if (delta_is_tombstone(d, m->id)) return;
    const bool orphan = row && !record_is_uuid(row->request_id); /* no chat can own it: it gives way */
    if (row && !orphan && strcmp(row->request_id, d->chat->request_id) != 0) {
        delta_report(l, d, ERROR_CODE_ID_CONFLICT, "messages", m->index, "id");
        return;
    }
    if (is_sequence_taken(l, d, m) || is_repeated(l, d, m)) return;
    stored_row *replaced = row;
    if (orphan || (row && row->gone)) row = NULL;
    const bool stays_there = row && row->sequence == m->sequence;
    const bool fits = stays_there || delta_covers(d, m->sequence) || has_place(d, m);
    const bool sent_here = (row || fits) && take_operation(l, d, m);
    if (!row && is_late_answer(d, m)) return;
    if (row && m->edited_ms < row->edited_ms && !PLANTED(older_edit_wins)) return;
    if (row && is_unchanged(row, m)) return;
    if (row) leave_place(l, d, row, m);
    if (!fits) return;
    if (!row || stored_is_unsent(row)) d->chat->message_count++;
    const bool fresh = !row && m->sequence > d->known_before && m->sequence > d->chat->counted_to;
    if (fresh && !sent_here && !is_own(l, m)) d->arrived++;
    put_message(l, d, m, replaced);
    *place = !delta_covers(d, m->sequence) && delta_asks(&d->asked, m->sequence);
}

static void mark_staying(delta *d) {
    for (size_t i = 0; i < d->message_count; i++) {
        stored_row *row = stored_find(&d->rows, d->messages[i].id);
        if (row) row->stays = true;
    }
    for (size_t i = 0; i < d->spared_count; i++) {
        stored_row *row = stored_find(&d->rows, d->spared[i]);
        if (row) row->stays = true;
    }
}

/** An answer to a message says of its number only that the message has it. */
static void drop_absent(core *l, delta *d) {
    if (d->spares_all || d->asked.operation || PLANTED(absent_kept)) return;
    for (size_t i = 0; i < d->rows.count; i++) {
        stored_row *row = &d->rows.at[i];
        const bool own = strcmp(row->request_id, d->chat->request_id) == 0;
        if (own && !row->stays && delta_covers(d, row->sequence)) drop_row(l, d, row);
    }
}

static void drop_tombstones(core *l, delta *d) {
    if (PLANTED(tombstone_ignored)) return;
    for (size_t i = 0; i < d->tombstone_count; i++) {
        stored_row *row = stored_find(&d->rows, d->tombstones[i].id);
        if (row && row->block != NO_BLOCK && PLANTED(deletion_forgotten)) continue;
        if (row && strcmp(row->request_id, d->chat->request_id) == 0) drop_row(l, d, row);
    }
}

/* ---- positions ---- */

static bool cover(core *l, const delta *d, int64_t from, int64_t to) {
    chat *c = d->chat;
    if (!d->asked.operation && to > c->paged_last) c->paged_last = to;
    if (!gaps_fill(&c->gaps, from, to)) return core_no_memory(l);
    if (to <= c->last_synced_sequence) return true;
    gap jump = {c->last_synced_sequence + 1, from - 1, l->now_ms, false};
    if (PLANTED(gap_end_off_by_one)) jump.end--;
    if (PLANTED(gap_not_recorded)) jump.end = 0;
    if (jump.start <= jump.end && !gaps_add(&c->gaps, jump)) return core_no_memory(l);
    c->last_synced_sequence = to;
    return true;
}

static void take_counts(const delta *d) {
    const record *fields = &d->page.fields;
    const chat_counts counts = {
        .unread = record_integer(fields, MESSAGES_PAGE_UNREAD_COUNT, -1),
        .last_read = record_integer(fields, MESSAGES_PAGE_LAST_READ_SEQUENCE, -1),
        .total = record_integer(fields, MESSAGES_PAGE_TOTAL_MESSAGE_COUNT, -1),
    };
    chat_take_counts(d->chat, counts, d->arrived);
}

static bool distrust(core *l, chat *c, int64_t from, int64_t to) {
    return chat_distrust_range(c, from, to, l->now_ms) || core_no_memory(l);
}

/**
 * A page of a hole gives a chat its first revision. What was known before, from answers to messages, may be
 * older than that.
 */
static bool distrust_others(core *l, const delta *d) {
    chat *c = d->chat;
    if (d->asked.operation || c->revision || !record_text(&d->page.fields, MESSAGES_PAGE_REVISION))
        return true;
    const bool empty = d->from > d->to;
    return distrust(l, c, 1, empty ? d->known_before : d->from - 1) &&
           (empty || distrust(l, c, d->to + 1, d->known_before));
}

/**
 * An answer that was asked for from an earlier position (by a core before this one) doesn't tell of edits of
 * what has come since and lies below its page.
 */
static bool distrust_between(core *l, const delta *d) {
    const int64_t to = d->from <= d->to ? d->from - 1 : d->paged_before;
    if (!d->asked.delta) return distrust_others(l, d);
    return distrust(l, d->chat, d->asked.after + 1, to);
}

/**
 * Whether edits were asked for since the revision that we have. One that a core before this one had, and
 * whose transaction was aborted, is none of ours: the edits between the two would be missed.
 */
static bool is_our_revision(const chat *c, const char *since) {
    if (!since || !c->revision) return !since && !c->revision;
    return strcmp(since, c->revision) == 0;
}

/** An answer to a message that leaves a hole below it: others have written meanwhile. */
static void note_jump(core *l, const delta *d) {
    chat *c = d->chat;
    if (!d->asked.operation || d->from <= c->last_synced_sequence + 1 || !c->last_synced_ms) return;
    if (!c->delta_from) c->delta_from = c->last_synced_sequence;
    sync_want_delta(l, c);
}

/**
 * An answer to a message doesn't say of which moment it is. One that falls into a hole which pages have been
 * above may be older than the chat's revision: what it shows is to be fetched again. When that hole was seen;
 * -1: it falls into none.
 */
static int64_t hole_of_answer_ms(const delta *d) {
    if (!d->asked.operation || d->from > d->to || d->from > d->paged_before) return -1;
    const gap *hole = gaps_last_in(&d->chat->gaps, d->from, d->to);
    return hole ? hole->detected_ms : -1;
}

static bool move_position(core *l, delta *d) {
    chat *c = d->chat;
    const int64_t hole_ms = hole_of_answer_ms(d);
    note_jump(l, d);
    if (d->from <= d->to && !cover(l, d, d->from, d->to)) return false;
    if (hole_ms >= 0 && !chat_distrust_range(c, d->from, d->to, hole_ms)) return core_no_memory(l);
    gaps_bound(&c->gaps, LIMIT_GAPS_PER_CHAT_MAX);
    take_counts(d);
    const bool fills = !d->asked.delta && !d->asked.operation && d->from <= d->to;
    if (fills) c->filling = (gap){.start = d->from, .end = d->to};
    if (d->asked.delta) {
        if (d->asked.after <= c->delta_from) c->delta_from = 0;
        c->last_synced_ms = l->now_ms;
        c->moved = c->last_synced_sequence < d->last_sequence;
        c->wants_delta = c->wants_delta || (c->moved && c->last_synced_sequence > d->known_before);
    }
    const char *revision = record_text(&d->page.fields, MESSAGES_PAGE_REVISION);
    const bool follows = d->asked.delta && is_our_revision(c, d->asked.since);
    const bool adopts = revision && (follows || !c->revision || PLANTED(revision_of_gap_page));
    const bool misses = d->asked.delta && revision && !adopts && strcmp(revision, c->revision) != 0;
    if (misses) c->wants_delta = true;
    if (adopts && !chat_replace(&c->revision, revision)) return core_no_memory(l);
    chat_mark_dirty(&l->chats, c);
    return true;
}

/** The server has forgotten our revision: what is cached stays on the screen and is fetched again. */
static void reset(core *l, delta *d) {
    chat *c = d->chat;
    if (!chat_distrust(c, l->now_ms)) core_no_memory(l);
    if (!chat_replace(&c->revision, NULL)) core_no_memory(l);
    take_counts(d);
    chat_mark_dirty(&l->chats, c);
    c->wants_delta = c->was_reset = true;
}

static void apply(core *l, delta *d) {
    if (!distrust_between(l, d)) return;
    mark_staying(d);
    drop_absent(l, d);
    drop_tombstones(l, d);
    for (size_t i = 0; i < d->message_count; i++) {
        bool place;
        message *m = &d->messages[i];
        decide_message(l, d, m, &place);
        if (place) cover(l, d, m->sequence, m->sequence);
    }
    if (!move_position(l, d)) return;
    /* What can't become rows, since one of their ids is another row's, stays in blocks. */
    if (l->layout == LAYOUT_BLOCKS || d->careful)
        block_settle(l, d->chat, &d->rows, (settlement){d->fresh, d->fresh_count, d->from, d->to});
    else block_dissolve(l, d->chat, &d->rows);
    if (PLANTED(position_without_rows)) d->chat->dirty = false;
}

void delta_rows(core *l, delta *d, slice rows, event_reader *blocks) {
    if (!stored_read(l, rows, blocks, &d->rows)) return;
    block_drop_damaged(l, d->chat, &d->rows);
    apply(l, d);
}

/**
 * A page that left before the answer to a message came doesn't know of that: it is no step back. Of a page
 * that a core before this one asked for nobody can tell.
 */
static void check_last_sequence(core *l, const delta *d) {
    const chat *c = d->chat;
    if (d->asked.operation || d->asked.by_another || d->last_sequence >= c->paged_last) return;
    plan_error(&l->plan, ERROR_CODE_SEQUENCE_REGRESSED, c->request_id, "lastSequence", NULL);
}

static bool is_of_another_chat(const delta *d) {
    const char *request_id = record_text(&d->page.fields, MESSAGES_PAGE_REQUEST_ID);
    return request_id && strcmp(request_id, d->chat->request_id) != 0;
}

delta_result delta_begin(core *l, chat *c, delta_question asked, slice body, bool careful, delta **out,
                         problem *wrong) {
    delta *d = arena_take_zeroed(&l->memory, sizeof *d);
    if (!d) return core_no_memory(l), DELTA_APPLIED;
    *out = d;
    *d = (delta){.chat = c,
                 .asked = asked,
                 .careful = careful,
                 .known_before = c->last_synced_sequence,
                 .paged_before = c->paged_last};
    if (!page_read(body, &messages_page_record, &l->memory, &d->page, wrong)) {
        if (wrong->code == ERROR_CODE_NO_MEMORY) return core_no_memory(l), DELTA_APPLIED;
        return DELTA_BAD_PAGE;
    }
    if (is_of_another_chat(d)) {
        *wrong = (problem){ERROR_CODE_REQUEST_MISMATCH, "requestId"};
        return DELTA_BAD_PAGE;
    }
    const bool forgotten = record_true(&d->page.fields, MESSAGES_PAGE_RESET_REQUIRED);
    if (forgotten && asked.since && asked.delta && c->revision) return reset(l, d), DELTA_APPLIED;
    d->last_sequence = record_integer(&d->page.fields, MESSAGES_PAGE_LAST_SEQUENCE, 0);
    check_last_sequence(l, d);
    if (!delta_read_page(l, d)) return DELTA_APPLIED;
    ask_for_rows(l, d);
    if (plan_has_reads(&l->plan)) return DELTA_NEEDS_ROWS;
    return apply(l, d), DELTA_APPLIED;
}
