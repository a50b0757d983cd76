#include <inttypes.h>
#include <string.h>

#include "../world.h"
#include "gen/schema.h"

static void wrong(world *w, int chat, const row *r, const char *what) {
    violation(w, "blocks", "chat %d: the block %" PRId64 " to %" PRId64 " of %" PRId64 " messages %s", chat,
              r->sequence, r->block->last_sequence, r->block->count, what);
}

/** Nobody can judge the bytes of a block that was broken. */
static void check_data(world *w, int chat, const row *r) {
    const block *b = r->block;
    if (b->damaged) return;
    if (b->bytes != (int64_t)b->size) wrong(w, chat, r, "has another number of bytes");
    if (!b->readable) {
        wrong(w, chat, r, "can't be read");
        return;
    }
    if (b->count != (int64_t)b->message_count) wrong(w, chat, r, "has another number of messages");
    if (!b->message_count) {
        wrong(w, chat, r, "is empty");
        return;
    }
    const brief *first = b->messages, *last = &b->messages[b->message_count - 1];
    if (first->sequence != r->sequence || last->sequence != b->last_sequence)
        wrong(w, chat, r, "has other first and last messages");
    for (const brief *each = first; each <= last; each++) {
        if (strcmp(each->request_id, r->request_id) != 0) wrong(w, chat, r, "has another chat's message");
        if (each > first && each->sequence <= each[-1].sequence) wrong(w, chat, r, "is not in order");
    }
}

static void check_bounds(world *w, int chat, const row *r) {
    const block *b = r->block;
    const bool single = b->message_count == 1;
    if (b->damaged) return;
    if (r->sequence < 1 || b->last_sequence < r->sequence ||
        b->last_sequence >= LIMIT_PROVISIONAL_SEQUENCE_MIN)
        wrong(w, chat, r, "has no range");
    if (b->message_count > LIMIT_LARGE_BLOCK_MESSAGES) wrong(w, chat, r, "has too many of them");
    if (b->size > LIMIT_LARGE_BLOCK_BYTES && !single) wrong(w, chat, r, "is too large");
}

/** What was never fetched can't be in a block's range: there would be no telling it from what was deleted. */
static void check_across(world *w, int chat, const row *r) {
    const cached_chat *c = cached_of(w, chat);
    for (int64_t i = 0; i < c->gap_count; i++) {
        const cached_gap *g = &c->gaps[i];
        if (!g->stale && g->start <= r->block->last_sequence && g->end >= r->sequence)
            wrong(w, chat, r, "lies across a hole");
    }
}

/** One message is stored once. */
static void check_once(world *w, int chat, const row_index *rows, const row *r) {
    const block *b = r->block;
    for (size_t i = 0; rows && !b->damaged && i < b->message_count; i++) {
        if (store_at(rows, b->messages[i].sequence)) wrong(w, chat, r, "has one that is a row as well");
    }
}

static const row_index *index_of(world *w, const char *store, int chat) {
    char id[ID_BYTES];
    id_of_chat(id, chat);
    return store_index(store_of(&w->store, store), id);
}

/** Who reads a chat looks for rows only if its own row speaks of them, or says nothing. */
static void check_told(world *w, int chat, const row_index *rows) {
    const cached_chat *c = cached_of(w, chat);
    if (!rows || !rows->count || !c->by_core || !c->unsealed_told || c->unsealed_rows || c->unsent > 0)
        return;
    violation(w, "blocks", "chat %d has rows, and readers are told that there are none", chat);
}

void check_blocks(world *w, int chat) {
    const row_index *blocks = index_of(w, STORE_MESSAGE_BLOCKS, chat);
    const row_index *rows = index_of(w, STORE_MESSAGES, chat);
    check_told(w, chat, rows);
    for (size_t i = 0; blocks && i < blocks->count && !w->log.violated; i++) {
        const row *r = blocks->at[i];
        if (i > 0 && r->sequence <= blocks->at[i - 1]->block->last_sequence)
            wrong(w, chat, r, "overlaps the one before it");
        check_data(w, chat, r);
        check_bounds(w, chat, r);
        check_across(w, chat, r);
        check_once(w, chat, rows, r);
    }
}

/* ---- what readers remember ---- */

static int64_t changes_of(const row *meta) {
    cJSON *object = meta ? cJSON_ParseWithLength(meta->text, meta->size) : NULL;
    const cJSON *count = cJSON_GetObjectItemCaseSensitive(object, "blockChanges");
    const int64_t changes = count ? (int64_t)count->valuedouble : 0;
    cJSON_Delete(object);
    return changes;
}

void check_block_changes(world *w, const row_change *change) {
    const row *any = change->after ? change->after : change->before;
    const object_store *meta = store_of(&w->store, STORE_CHAT_META);
    if (!any->block || (change->after && change->after->block->damaged)) return;
    const int64_t before = changes_of(store_before(&w->store, meta, any->request_id));
    const int64_t now = changes_of(store_get(meta, any->request_id));
    if (now == before)
        wrong(w, id_read_chat(any->request_id), any, "has changed, which its chat's row doesn't tell");
    else if (change->after && (any->block->changes <= before || any->block->changes > now))
        wrong(w, id_read_chat(any->request_id), any, "was written at another count of changes");
}

/* ---- sealing ---- */

static bool is_hole_between(const cached_chat *c, int64_t from, int64_t to) {
    for (int64_t i = 0; i < c->gap_count; i++) {
        if (!c->gaps[i].stale && c->gaps[i].start <= to && c->gaps[i].end >= from) return true;
    }
    return false;
}

/** Whether two neighbours are both small and could be one. */
static bool could_be_one(const cached_chat *c, const row *a, const row *b) {
    const int64_t count = a->block->count + b->block->count;
    const bool small =
        a->block->count < LIMIT_SMALL_BLOCK_MESSAGES && b->block->count < LIMIT_SMALL_BLOCK_MESSAGES;
    return small && count <= LIMIT_BLOCK_MESSAGES && a->block->size + b->block->size <= LIMIT_BLOCK_BYTES &&
           !is_hole_between(c, a->block->last_sequence, b->sequence);
}

/**
 * `unsealed` counts roughly, so that twice as many pairs are let pass; and each step of sealing, 16 blocks,
 * may leave some at its ends and beside messages that are too large to go with others.
 */
static void check_small_blocks(world *w, const char *when, int chat) {
    const row_index *blocks = index_of(w, STORE_MESSAGE_BLOCKS, chat);
    int64_t pairs = 0;
    for (size_t i = 1; blocks && i < blocks->count; i++)
        pairs += could_be_one(cached_of(w, chat), blocks->at[i - 1], blocks->at[i]);
    if (!blocks || pairs < 2 * LIMIT_SEAL_BLOCKS + (int64_t)blocks->count / 4) return;
    violation(w, "liveness", "%s chat %d has %" PRId64 " pairs of small blocks", when, chat, pairs);
}

void check_sealed(world *w, const char *when, int chat) {
    const cached_chat *c = cached_of(w, chat);
    const row_index *rows = index_of(w, STORE_MESSAGES, chat);
    if (view_of(w, chat)->hole_count) violation(w, "liveness", "%s chat %d has a damaged block", when, chat);
    if (!w->host->blocks || !c->by_core) return;
    if (c->unsealed && (c->unsealed_rows || c->small_blocks >= LIMIT_SEAL_BLOCKS))
        violation(w, "liveness", "%s chat %d is not sealed: %" PRId64 " blocks%s", when, chat,
                  c->small_blocks, c->unsealed_rows ? " and rows" : "");
    if (rows && rows->count && rows->at[0]->sequence < LIMIT_PROVISIONAL_SEQUENCE_MIN)
        violation(w, "liveness", "%s chat %d has settled history in %zu rows", when, chat, rows->count);
    check_small_blocks(w, when, chat);
}
