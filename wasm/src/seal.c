#include "seal.h"

#include "plant.h"

enum { SEAL_PAUSE_MS = 20 };

static bool is_worth_it(const chat *c) {
    return c->unsealed.from && (c->unsealed.rows || c->unsealed.blocks >= LIMIT_SEAL_BLOCKS);
}

static chat *next_chat(const core *l) {
    for (chat *c = l->chats.table; c; c = c->hh.next) {
        if (is_worth_it(c)) return c;
    }
    return NULL;
}

/* ---- when ---- */

void seal_schedule(core *l) {
    const bool any = l->layout == LAYOUT_BLOCKS && !l->sync.calls_under_way && next_chat(l);
    if (!any) l->seal_ms = 0;
    else if (!l->seal_ms) l->seal_ms = l->ticks_ms + LIMIT_SEAL_DELAY_MS;
}

bool seal_begin(core *l, seal *out) {
    if (!l->seal_ms || l->seal_ms > l->ticks_ms) return false;
    chat *c = next_chat(l);
    if (!c) return false;
    *out = (seal){c, c->unsealed.from, c->unsealed.to};
    plan_read_rows(&l->plan, c->request_id, out->from, out->to, LIMIT_SEAL_ROWS);
    plan_read_blocks(&l->plan, c->request_id, out->from, out->to, LIMIT_SEAL_BLOCKS);
    return true;
}

/* ---- what ---- */

/** Up to where everything was read. */
typedef struct {
    int64_t end;
    bool more_rows;
    bool more_blocks;
} horizon;

static horizon horizon_of(const seal *s, const stored_rows *stored) {
    int64_t rows = 0, last_row = 0, last_block = 0;
    for (size_t i = 0; i < stored->count; i++) {
        if (stored->at[i].block != NO_BLOCK) continue;
        rows++;
        if (stored->at[i].sequence > last_row) last_row = stored->at[i].sequence;
    }
    for (size_t i = 0; i < stored->block_count; i++) {
        if (stored->blocks[i].last > last_block) last_block = stored->blocks[i].last;
    }
    horizon h = {s->to, rows >= LIMIT_SEAL_ROWS, stored->block_count >= LIMIT_SEAL_BLOCKS};
    if (h.more_rows && last_row < h.end) h.end = last_row;
    if (h.more_blocks && last_block < h.end) h.end = last_block;
    for (size_t i = 0; h.more_rows && i < stored->block_count; i++) {
        const stored_block *block = &stored->blocks[i];
        if (block->last > h.end && block->first <= h.end) h.end = block->first - 1;
    }
    return h;
}

/** The rows up to the end, which become part of blocks. Notes when there are others. */
static settled *take_rows(core *l, const seal *s, stored_rows *stored, horizon *h, size_t *count) {
    settled *list = arena_take(&l->memory, (stored->count + 1) * sizeof *list);
    if (!list) return core_no_memory(l), NULL;
    for (size_t i = 0; i < stored->count; i++) {
        stored_row *row = &stored->at[i];
        if (row->block != NO_BLOCK || row->sequence < s->from) continue;
        if (row->sequence > h->end) {
            h->more_rows = true;
            continue;
        }
        list[(*count)++] = (settled){.sequence = row->sequence, .bytes = row->bytes, .version = row->version};
        if (PLANTED(sealed_twice)) continue;
        plan_delete(&l->plan, STORE_MESSAGES, row->id);
        stored_uncount(l, s->chat, row);
    }
    return list;
}

static bool is_full(const stored_block *block) {
    return !block_is_small(block->count, block->bytes);
}

static bool may_join(const chat *c, const stored_block *one, const stored_block *next) {
    if (one->damaged || next->damaged || (is_full(one) && is_full(next))) return false;
    return next->first == one->last + 1 || !gaps_hole_in(&c->gaps, one->last + 1, next->first - 1);
}

/** Small blocks are to go up into others with what stands beside them. */
static void mark_small(const chat *c, stored_rows *stored, int64_t end) {
    for (size_t i = 1; i < stored->block_count; i++) {
        stored_block *one = &stored->blocks[i - 1], *next = &stored->blocks[i];
        if (next->last <= end && may_join(c, one, next)) one->changed = next->changed = true;
    }
}

/** The last block of the part, if it is small: what comes behind the part may go with it. */
static unsealed tail_of(const core *l, const stored_rows *stored, int64_t end) {
    unsealed tail = l->last_block;
    for (size_t i = 0; i < stored->block_count; i++) {
        const stored_block *block = &stored->blocks[i];
        if (block->changed || block->damaged || block->last > end || block->last < tail.to) continue;
        tail = (unsealed){block->first, block->last, !is_full(block), false};
    }
    return tail;
}

/** What is left: the part behind, with the small block before it. What could not be joined stays as it is. */
static void note_rest(core *l, const seal *s, const stored_rows *stored, horizon h) {
    const unsealed tail = tail_of(l, stored, h.end);
    s->chat->unsealed = (unsealed){0};
    if (tail.blocks) block_note_unsealed(s->chat, tail);
    if (h.end < s->from || h.end >= s->to) return;
    const int64_t blocks = h.more_blocks ? LIMIT_SEAL_BLOCKS : 0;
    block_note_unsealed(s->chat, (unsealed){h.end + 1, s->to, blocks, h.more_rows});
}

void seal_rows(core *l, const seal *s, slice rows, event_reader *blocks) {
    stored_rows stored;
    size_t count = 0;
    chat *c = s->chat;
    if (!stored_read(l, rows, blocks, &stored)) return;
    block_drop_damaged(l, c, &stored);
    horizon h = horizon_of(s, &stored);
    const settled *fresh = take_rows(l, s, &stored, &h, &count);
    if (!fresh) return;
    mark_small(c, &stored, h.end);
    l->last_block = (unsealed){0};
    block_settle(l, c, &stored, (settlement){fresh, count, s->from, h.end});
    note_rest(l, s, &stored, h);
    chat_mark_dirty(&l->chats, c);
    l->seal_ms = l->ticks_ms + SEAL_PAUSE_MS;
}
