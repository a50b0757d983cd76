#include "trim.h"

#include <stdlib.h>
#include <string.h>

#include "block.h"
#include "plant.h"

/* ---- whose ---- */

static bool may_lose(const chat *c) {
    return !c->open_count && !c->spent && c->message_count > LIMIT_KEPT_MESSAGES;
}

static bool goes_before(const chat *a, const chat *b) {
    if (a->last_accessed_ms != b->last_accessed_ms) return a->last_accessed_ms < b->last_accessed_ms;
    return strcmp(a->request_id, b->request_id) < 0;
}

chat *trim_victim(const core *l) {
    chat *first = NULL;
    for (chat *c = l->chats.table; c; c = c->hh.next) {
        if (may_lose(c) && (!first || goes_before(c, first))) first = c;
    }
    return first;
}

int64_t trim_possible_bytes(const core *l) {
    int64_t bytes = 0;
    for (const chat *c = l->chats.table; c; c = c->hh.next) {
        const int64_t more = c->message_count - LIMIT_KEPT_MESSAGES;
        if (may_lose(c)) bytes += c->message_bytes / c->message_count * more;
    }
    return bytes;
}

static bool may_have_rows(const core *l, const chat *c) {
    return l->layout == LAYOUT_ROWS || c->unsealed.rows;
}

void trim_ask(core *l, const chat *c) {
    const int64_t to = LIMIT_PROVISIONAL_SEQUENCE_MIN - 1;
    if (may_have_rows(l, c)) plan_read_rows(&l->plan, c->request_id, 1, to, LIMIT_SEAL_ROWS);
    if (l->blocks_there) plan_read_blocks(&l->plan, c->request_id, 1, to, LIMIT_SEAL_BLOCKS);
}

/* ---- what came ---- */

/** A row or a block. */
typedef struct {
    int64_t first;
    int64_t last;
    int64_t count;
    int64_t bytes;
    const char *id; /* of a row; NULL: it is a block */
} piece;

/** What came, and up to where it is all there is. */
typedef struct {
    piece *at;
    size_t count;
    size_t capacity;
    int64_t end;
    arena memory; /* of this part alone: a step may have many of them */
} pieces;

static void add_piece(core *l, pieces *list, piece one) {
    if (list->count == list->capacity) {
        const size_t capacity = list->capacity ? 2 * list->capacity : 64;
        piece *grown = arena_take(&list->memory, capacity * sizeof *grown);
        if (!grown) {
            core_no_memory(l);
            return;
        }
        if (list->count) memcpy(grown, list->at, list->count * sizeof *grown);
        list->at = grown;
        list->capacity = capacity;
    }
    list->at[list->count++] = one;
}

/** Where as many came as were asked for there may be more behind the last. */
static void bound(pieces *list, size_t came, int64_t limit, int64_t last) {
    if (came >= (size_t)limit && last < list->end) list->end = last;
}

static void add_row(core *l, pieces *list, slice bytes) {
    cJSON *row;
    const json_result result = json_parse(bytes, &list->memory, &row);
    if (result == JSON_NO_MEMORY) core_no_memory(l);
    const char *id = result == JSON_OK ? json_text(row, "id") : NULL;
    const int64_t sequence = id ? json_integer(row, "sequenceNumber", 0) : 0;
    if (sequence < 1) return;
    add_piece(l, list, (piece){sequence, sequence, 1, stats_row_bytes(json_text(row, "content")), id});
}

static void add_rows(core *l, pieces *list, slice rows) {
    json_cursor reads, inner;
    slice one, bytes;
    size_t came = 0;
    if (!json_enter(&reads, rows, '[')) return;
    while (json_element(&reads, &one)) {
        if (!json_enter(&inner, one, '[')) continue;
        for (; json_element(&inner, &bytes); came++) add_row(l, list, bytes);
    }
    if (list->count) bound(list, came, LIMIT_SEAL_ROWS, list->at[list->count - 1].last);
}

static void add_blocks(core *l, pieces *list, event_reader *reader) {
    event e;
    event_result result;
    size_t came = 0;
    int64_t last = 0;
    for (; (result = event_next(reader, &list->memory, &e)) == EVENT_READ; came++) {
        if (e.type != EVENT_TYPE_BLOCK) break;
        const stored_block block = stored_block_of(&e);
        last = block.last;
        add_piece(l, list, (piece){block.first, last, block.count, block.counted_bytes, NULL});
    }
    if (result == EVENT_NO_MEMORY) core_no_memory(l);
    bound(list, came, LIMIT_SEAL_BLOCKS, last);
}

/** A block before the rows that lie in its range. */
static int by_place(const void *left, const void *right) {
    const piece *a = left, *b = right;
    if (a->first != b->first) return a->first < b->first ? -1 : 1;
    return (a->last < b->last) - (a->last > b->last);
}

/* ---- what goes ---- */

static void evict(core *l, chat *c, const piece *one) {
    if (one->id) plan_delete(&l->plan, STORE_MESSAGES, one->id);
    else block_delete(l, c, one->first);
    stats_move_bytes(l, c, -one->bytes);
}

/** Everything up to here is gone. */
static void leave_hole(core *l, chat *c, int64_t to) {
    unsealed *u = &c->unsealed;
    if (u->from && u->to <= to) *u = (unsealed){0};
    else if (u->from && u->from <= to) u->from = to + 1;
    if (to > c->evicted_below) c->evicted_below = to;
    c->rows_moved = true;
    chat_mark_dirty(&l->chats, c);
    if (PLANTED(evicted_hole_forgotten)) return;
    const int64_t known = to < c->last_synced_sequence ? to : c->last_synced_sequence;
    if (known > 0 && !gaps_evict(&c->gaps, known, l->now_ms)) core_no_memory(l);
}

/** How many bytes were freed. Rows that lie in the range of a block that goes, go with it. */
static int64_t evict_oldest(core *l, chat *c, const pieces *list, int64_t bytes) {
    int64_t freed = 0, to = 0;
    for (size_t i = 0; i < list->count; i++) {
        const piece *one = &list->at[i];
        const bool inside = one->last <= to;
        if (one->last > list->end || (!inside && freed >= bytes)) break;
        if (!inside && c->message_count - one->count < LIMIT_KEPT_MESSAGES) {
            c->spent = true;
            break;
        }
        evict(l, c, one);
        freed += one->bytes;
        if (inside) continue;
        c->message_count -= one->count;
        to = one->last;
    }
    if (to) leave_hole(l, c, to);
    return freed;
}

int64_t trim_rows(core *l, chat *c, int64_t bytes, slice rows, event_reader *blocks) {
    pieces list = {.end = LIMIT_PROVISIONAL_SEQUENCE_MIN};
    add_rows(l, &list, rows);
    add_blocks(l, &list, blocks);
    if (list.count) qsort(list.at, list.count, sizeof *list.at, by_place);
    const int64_t freed = l->out_of_memory ? 0 : evict_oldest(l, c, &list, bytes);
    c->spent = c->spent || !freed;
    arena_free(&list.memory);
    return freed;
}
