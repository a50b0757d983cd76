#include "block.h"

#include <stdlib.h>

#include "plant.h"

void block_write_record(text *out, const record *read, int64_t version, const char *temp_id, int64_t now_ms) {
    record_write_open(out, read, &cached_message_record);
    const slice status = record_slice(read, CACHED_MESSAGE_STATUS);
    if (status.at && !slice_is(status, "sent")) text_raw(out, ",\"status\":\"sent\"");
    if (temp_id && !read->value[CACHED_MESSAGE_TEMP_ID].at) {
        text_name(out, "tempId");
        text_string(out, temp_id);
    }
    text_raw(out, ",\"_cachedAt\":");
    text_number(out, now_ms);
    text_raw(out, ",\"_syncVersion\":");
    text_number(out, version);
    text_raw(out, "}");
}

/* ---- what is to be sealed ---- */

void block_note_unsealed(chat *c, unsealed range) {
    unsealed *u = &c->unsealed;
    if (!u->from || range.from < u->from) u->from = range.from;
    if (range.to > u->to) u->to = range.to;
    u->blocks += range.blocks;
    u->rows = u->rows || range.rows;
}

bool block_is_small(int64_t count, size_t bytes) {
    return count < LIMIT_SMALL_BLOCK_MESSAGES && bytes < LIMIT_BLOCK_BYTES / 2;
}

static void note_change(core *l, chat *c) {
    /* Not from 0: where storage was cleared meanwhile the same count would not mean the same blocks. */
    if (!c->block_changes) c->block_changes = (int64_t)random_below(&l->random, 1U << 30);
    if (!PLANTED(block_change_untold)) c->block_changes++;
    c->rows_moved = true;
    chat_mark_dirty(&l->chats, c);
}

/* ---- taking away ---- */

void block_delete(core *l, chat *c, int64_t first) {
    plan_delete_numbered(&l->plan, STORE_MESSAGE_BLOCKS, c->request_id, first);
    if (c->newest_block == first) c->newest_block = 0;
    note_change(l, c);
}

static void drop_block(core *l, chat *c, const stored_block *block) {
    block_delete(l, c, block->first);
    stats_move_bytes(l, c, -block->counted_bytes);
}

static void uncount(chat *c, int64_t messages) {
    c->message_count -= messages < c->message_count ? messages : c->message_count;
}

/** Of one id under two numbers the one goes: what belongs there is to be fetched again. */
static void distrust_copies(core *l, chat *c, const stored_rows *stored) {
    for (size_t i = 0; i < stored->surplus_count; i++) {
        const int64_t at = stored->surplus[i];
        if (!chat_distrust_range(c, at, at, l->now_ms)) core_no_memory(l);
    }
    if (stored->surplus_count) chat_mark_dirty(&l->chats, c);
}

void block_drop_damaged(core *l, chat *c, stored_rows *stored) {
    distrust_copies(l, c, stored);
    for (size_t i = 0; i < stored->block_count; i++) {
        const stored_block *block = &stored->blocks[i];
        if (!block->damaged) continue;
        drop_block(l, c, block);
        uncount(c, block->count);
        if (!chat_distrust_range(c, block->first, block->last, l->now_ms)) core_no_memory(l);
        chat_mark_dirty(&l->chats, c);
    }
}

static bool is_in_changed(const stored_rows *stored, const stored_row *row) {
    return row->block != NO_BLOCK && stored->blocks[row->block].changed;
}

/** Blocks that lose a message, whether it goes or comes anew. */
static void mark_losing(stored_rows *stored) {
    for (size_t i = 0; i < stored->count; i++) {
        const stored_row *row = &stored->at[i];
        if (row->block != NO_BLOCK && (row->gone || row->replaced)) stored->blocks[row->block].changed = true;
    }
}

static void drop_changed(core *l, chat *c, const stored_rows *stored) {
    uncount(c, (int64_t)stored->surplus_count);
    for (size_t i = 0; i < stored->block_count; i++) {
        const stored_block *block = &stored->blocks[i];
        if (block->changed && !block->damaged) drop_block(l, c, block);
    }
}

/* ---- writing ---- */

static int by_sequence(const void *left, const void *right) {
    const settled *a = left, *b = right;
    return (a->sequence > b->sequence) - (a->sequence < b->sequence);
}

static void write_message(core *l, const settled *m) {
    text *out = &l->plan.bytes;
    if (m->read) block_write_record(out, m->read, m->version, m->temp_id, l->now_ms);
    else text_bytes(out, m->bytes);
}

/** How much goes into one block. */
typedef struct {
    size_t messages;
    size_t bytes;
} bound;

/** Appends messages to the plan's bytes until the block is full; how many. */
static size_t write_messages(core *l, const settled *list, bound most) {
    text *out = &l->plan.bytes;
    const size_t start = out->size;
    size_t taken = 0;
    text_raw(out, "[");
    for (; taken < most.messages; taken++) {
        const size_t before = out->size;
        text_comma(out);
        write_message(l, &list[taken]);
        if (taken == 0 || out->size - start < most.bytes) continue;
        out->size = before;
        break;
    }
    text_raw(out, "]");
    return taken;
}

/** One block of the first messages of a list; how many. */
static size_t write_block(core *l, chat *c, const settled *list, bound most) {
    const size_t offset = l->plan.bytes.size;
    const size_t taken = write_messages(l, list, most);
    const size_t size = l->plan.bytes.size - offset;
    const int64_t first = list[0].sequence, last = list[taken - 1].sequence;
    int64_t version = 0;
    for (size_t i = 0; i < taken; i++) version = list[i].version > version ? list[i].version : version;
    note_change(l, c);
    text *out = plan_add_bytes(&l->plan, STORE_MESSAGE_BLOCKS);
    text_raw(out, "{\"requestId\":");
    text_string(out, c->request_id);
    text_number_member(out, "firstSequence", first);
    text_number_member(out, "lastSequence", last);
    text_number_member(out, "count", (int64_t)taken);
    text_number_member(out, "bytes", (int64_t)size);
    text_number_member(out, "cachedAt", l->now_ms);
    text_number_member(out, "syncVersion", version);
    text_number_member(out, "changes", c->block_changes);
    text_number_member(out, "data", (int64_t)offset);
    text_raw(out, "}");
    const bool small = block_is_small((int64_t)taken, size);
    if (small) block_note_unsealed(c, (unsealed){first, last, 1, false});
    l->last_block = (unsealed){first, last, small, false};
    stats_move_bytes(l, c, (int64_t)size);
    if (first > c->newest_block) c->newest_block = first;
    return taken;
}

static size_t size_of(const settled *m) {
    return m->read ? m->read->bytes.size : m->bytes.size;
}

static size_t divided_up(size_t number, size_t by) {
    return (number + by - 1) / by;
}

static size_t size_of_all(const settled *list, size_t count) {
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++) bytes += size_of(&list[i]);
    return bytes;
}

/** Messages that follow each other, in as few blocks as can be, evenly filled. */
static void write_evenly(core *l, chat *c, const settled *list, size_t count, bound most) {
    const size_t by_count = divided_up(count, most.messages);
    const size_t by_bytes = divided_up(size_of_all(list, count), most.bytes);
    const size_t each = divided_up(count, by_count > by_bytes ? by_count : by_bytes);
    for (size_t at = 0; at < count && !l->plan.bytes.failed;) {
        const size_t left = count - at;
        at += write_block(l, c, list + at, (bound){each < left ? each : left, most.bytes});
    }
}

/** Of messages that follow each other those that an opened chat shows: none, unless they are the newest. */
static size_t shown_of(const chat *c, const settled *list, size_t count) {
    if (list[count - 1].sequence < c->last_synced_sequence) return 0;
    return count < LIMIT_OPEN_PAGE_MESSAGES ? count : LIMIT_OPEN_PAGE_MESSAGES;
}

/** Messages that follow each other: what is older than the newest page goes into large blocks. */
static void write_run(core *l, chat *c, const settled *list, size_t count) {
    const bound small = {LIMIT_BLOCK_MESSAGES, LIMIT_BLOCK_BYTES};
    const bound large = {LIMIT_LARGE_BLOCK_MESSAGES, LIMIT_LARGE_BLOCK_BYTES};
    size_t older = count - shown_of(c, list, count);
    if (size_of_all(list, older) < LIMIT_LARGE_BLOCK_FROM_BYTES) older = 0;
    if (older) write_evenly(l, c, list, older, large);
    if (older < count) write_evenly(l, c, list + older, count - older, small);
}

/* ---- what belongs together ---- */

/** Whether a block that stays lies between two sequence numbers. */
static bool is_block_between(const stored_rows *stored, int64_t above, int64_t below) {
    for (size_t i = 0; i < stored->block_count; i++) {
        const stored_block *block = &stored->blocks[i];
        if (!block->changed && !block->damaged && block->first > above && block->last < below) return true;
    }
    return false;
}

/** Whether nothing can be stored between two sequence numbers but what was read. */
static bool is_read_between(const stored_rows *stored, const settlement *what, int64_t one, int64_t next) {
    if (one >= what->from && next <= what->to) return true;
    for (size_t i = 0; i < stored->block_count; i++) {
        const stored_block *block = &stored->blocks[i];
        if (block->changed && one >= block->first && next <= block->last) return true;
    }
    return false;
}

/** Whether two messages may be in one block. */
static bool follows(const chat *c, const stored_rows *stored, const settlement *what, int64_t one,
                    int64_t next) {
    if (next == one + 1) return true;
    if (is_block_between(stored, one, next)) return false;
    if (PLANTED(seal_across_gap)) return true;
    return !gaps_hole_in(&c->gaps, one + 1, next - 1) && is_read_between(stored, what, one, next);
}

static void write_runs(core *l, chat *c, const stored_rows *stored, const settlement *what) {
    size_t start = 0;
    for (size_t i = 1; i <= what->count; i++) {
        const settled *m = &what->fresh[i];
        if (i < what->count && follows(c, stored, what, m[-1].sequence, m->sequence)) continue;
        write_run(l, c, what->fresh + start, i - start);
        start = i;
    }
}

/** Blocks that a new message falls into. */
static void mark_receiving(stored_rows *stored, const settlement *what) {
    for (size_t i = 0; i < stored->block_count; i++) {
        stored_block *block = &stored->blocks[i];
        for (size_t k = 0; k < what->count && !block->changed; k++) {
            const int64_t sequence = what->fresh[k].sequence;
            block->changed = sequence >= block->first && sequence <= block->last;
        }
    }
}

/** Adds to the new messages those that stay of the blocks that are replaced; in order, no number twice. */
static bool gather(core *l, const stored_rows *stored, settlement *what) {
    size_t total = what->count, kept = 0;
    settled *all = arena_take(&l->memory, (stored->count + total + 1) * sizeof *all);
    if (!all) return core_no_memory(l);
    for (size_t i = 0; i < total; i++) all[i] = what->fresh[i];
    for (size_t i = 0; i < stored->count; i++) {
        const stored_row *row = &stored->at[i];
        if (row->gone || row->replaced || !is_in_changed(stored, row)) continue;
        all[total++] = (settled){.sequence = row->sequence, .bytes = row->bytes, .version = row->version};
    }
    qsort(all, total, sizeof *all, by_sequence);
    for (size_t i = 0; i < total; i++) {
        if (!kept || all[kept - 1].sequence != all[i].sequence) all[kept++] = all[i];
    }
    what->fresh = all;
    what->count = kept;
    return true;
}

void block_settle(core *l, chat *c, stored_rows *stored, settlement what) {
    mark_losing(stored);
    if (!PLANTED(block_overlaps)) mark_receiving(stored, &what);
    if (!gather(l, stored, &what)) return;
    drop_changed(l, c, stored);
    write_runs(l, c, stored, &what);
}

void block_dissolve(core *l, chat *c, stored_rows *stored) {
    mark_losing(stored);
    drop_changed(l, c, stored);
    for (size_t i = 0; i < stored->count; i++) {
        const stored_row *row = &stored->at[i];
        if (row->gone || row->replaced || !is_in_changed(stored, row)) continue;
        text_bytes(plan_add(&l->plan, STORE_MESSAGES), row->bytes);
        stats_move_bytes(l, c, row->row_bytes);
    }
}
