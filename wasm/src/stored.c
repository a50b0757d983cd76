#include "stored.h"

#include <stdlib.h>
#include <string.h>

#include "moment.h"

/** Of one message's copies: the version edited last, and the row where they are of one. */
static int by_worth(const stored_row *a, const stored_row *b) {
    if (a->edited_ms != b->edited_ms) return a->edited_ms > b->edited_ms ? -1 : 1;
    return (a->block > b->block) - (a->block < b->block);
}

static int by_id(const void *left, const void *right) {
    const int order = strcmp(((const stored_row *)left)->id, ((const stored_row *)right)->id);
    return order ? order : by_worth(left, right);
}

stored_row *stored_find(const stored_rows *rows, const char *id) {
    size_t low = 0, high = rows->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = strcmp(rows->at[middle].id, id);
        if (order == 0) return &rows->at[middle];
        if (order < 0) low = middle + 1;
        else high = middle;
    }
    return NULL;
}

stored_row *stored_at(const stored_rows *rows, const char *request_id, int64_t sequence) {
    for (size_t i = 0; i < rows->count; i++) {
        stored_row *row = &rows->at[i];
        if (row->sequence == sequence && strcmp(row->request_id, request_id) == 0) return row;
    }
    return NULL;
}

void stored_uncount(core *l, chat *c, stored_row *row) {
    const bool own = row->block == NO_BLOCK && strcmp(row->request_id, c->request_id) == 0;
    if (own && !stored_is_unsent(row)) stats_move_bytes(l, c, -row->row_bytes);
    row->row_bytes = 0;
}

bool stored_is_unsent(const stored_row *row) {
    return row->sequence >= LIMIT_PROVISIONAL_SEQUENCE_MIN;
}

/* ---- one message ---- */

/** False when it is no message; memory may have run out then. */
static bool read_row(core *l, slice bytes, int block, stored_row *out) {
    cJSON *object;
    const json_result result = json_parse(bytes, &l->memory, &object);
    if (result == JSON_NO_MEMORY) return core_no_memory(l);
    const char *id = result == JSON_OK ? json_text(object, "id") : NULL;
    const char *request_id = id ? json_text(object, "requestId") : NULL;
    if (!request_id) return false;
    *out = (stored_row){
        .id = id,
        .request_id = request_id,
        .sender = json_text(object, "senderId"),
        .temp_id = json_text(object, "tempId"),
        .sequence = json_integer(object, "sequenceNumber", 0),
        .edited_ms = moment_edited_ms(json_text(object, "updatedAt"), json_text(object, "createdAt")),
        .version = json_integer(object, "_syncVersion", 0),
        .bytes = bytes,
        .row_bytes = stats_row_bytes(json_text(object, "content")),
        .block = block,
    };
    return true;
}

/* ---- rows ---- */

/** Counts the rows where `count` is given, else takes them. */
static void each_row(core *l, slice rows, size_t *count, stored_rows *out) {
    json_cursor outer, inner;
    slice list, bytes;
    if (!json_enter(&outer, rows, '[')) return;
    while (json_element(&outer, &list)) {
        if (!json_enter(&inner, list, '[')) continue;
        while (json_element(&inner, &bytes)) {
            if (count) (*count)++;
            else if (read_row(l, bytes, NO_BLOCK, &out->at[out->count])) out->count++;
        }
    }
}

/* ---- blocks ---- */

/** The next `block` event; false when there is none. */
static bool next_block(core *l, event_reader *reader, event *out) {
    const event_result result = event_next(reader, &l->memory, out);
    if (result == EVENT_NO_MEMORY) core_no_memory(l);
    return result == EVENT_READ && out->type == EVENT_TYPE_BLOCK;
}

/** How many elements an array has; 0 when it is none, or broken. */
static size_t elements_of(slice list) {
    json_cursor cursor;
    slice bytes;
    size_t count = 0;
    if (!json_enter(&cursor, list, '[')) return 0;
    while (json_element(&cursor, &bytes)) count++;
    return json_ended(&cursor) ? count : 0;
}

/** How many blocks and messages will come. */
static void count_blocks(core *l, event_reader reader, size_t *messages, size_t *blocks) {
    event e;
    while (next_block(l, &reader, &e)) {
        *messages += elements_of(e.body);
        (*blocks)++;
    }
}

static bool is_read(const stored_rows *rows, int64_t first) {
    for (size_t i = 0; i < rows->block_count; i++) {
        if (rows->blocks[i].first == first) return true;
    }
    return false;
}

/** Takes a block's messages; false when they are not what its row says. */
static bool take_messages(core *l, const event *e, const stored_block *block, stored_rows *out) {
    const char *request_id = json_text(e->header, "requestId");
    json_cursor cursor;
    slice bytes;
    int64_t last = block->first - 1, count = 0;
    if (!elements_of(e->body) || !request_id || !json_enter(&cursor, e->body, '[')) return false;
    while (json_element(&cursor, &bytes)) {
        stored_row *row = &out->at[out->count];
        if (!read_row(l, bytes, (int)out->block_count, row)) return false;
        if (strcmp(row->request_id, request_id) != 0 || row->sequence <= last) return false;
        if (++count == 1 && row->sequence != block->first) return false;
        last = row->sequence;
        out->count++;
    }
    return json_ended(&cursor) && count == block->count && last == block->last;
}

stored_block stored_block_of(const event *e) {
    return (stored_block){
        .first = json_integer(e->header, "firstSequence", 0),
        .last = json_integer(e->header, "lastSequence", 0),
        .count = json_integer(e->header, "count", 0),
        .bytes = e->body.size,
        .counted_bytes = json_integer(e->header, "bytes", (int64_t)e->body.size),
    };
}

static void take_block(core *l, const event *e, stored_rows *out) {
    stored_block *block = &out->blocks[out->block_count];
    const size_t before = out->count;
    *block = stored_block_of(e);
    if (is_read(out, block->first)) return;
    block->damaged = !take_messages(l, e, block, out);
    if (block->damaged) {
        const size_t elements = elements_of(e->body);
        out->count = before;
        if (elements) block->count = (int64_t)elements;
    }
    out->block_count++;
}

/* ---- both ---- */

/** Of a message's copies only the first stays; a block with another is to lose it. */
static void drop_copies(stored_rows *out) {
    size_t kept = 0;
    for (size_t i = 0; i < out->count; i++) {
        const stored_row *row = &out->at[i];
        const bool copy = kept && strcmp(out->at[kept - 1].id, row->id) == 0;
        if (!copy) {
            out->at[kept++] = *row;
            continue;
        }
        if (row->block != NO_BLOCK) out->blocks[row->block].changed = true;
        if (row->sequence != out->at[kept - 1].sequence) out->surplus[out->surplus_count++] = row->sequence;
    }
    out->count = kept;
}

bool stored_read(core *l, slice rows, event_reader *blocks, stored_rows *out) {
    size_t messages = 0, block_count = 0;
    each_row(l, rows, &messages, out);
    count_blocks(l, *blocks, &messages, &block_count);
    *out = (stored_rows){
        .at = arena_take(&l->memory, (messages + 1) * sizeof *out->at),
        .blocks = arena_take(&l->memory, (block_count + 1) * sizeof *out->blocks),
        .surplus = arena_take(&l->memory, (messages + 1) * sizeof *out->surplus),
    };
    if (!out->at || !out->blocks || !out->surplus) return core_no_memory(l);
    each_row(l, rows, NULL, out);
    event e;
    while (next_block(l, blocks, &e)) take_block(l, &e, out);
    if (out->count) qsort(out->at, out->count, sizeof *out->at, by_id);
    drop_copies(out);
    return !l->out_of_memory;
}
