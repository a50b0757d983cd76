#include "damage.h"

#include <inttypes.h>
#include <string.h>

#include "gen/schema.h"
#include "world.h"

enum { TELLS_MAX = 300, TELL_MS = 5000 };

static int64_t between(world *w, int64_t least, int64_t most) {
    return prng_between(&w->damager.random, least, most);
}

/** The block that begins there if it is still damaged. */
static const row *find(world *w, int chat, int64_t first) {
    char id[ID_BYTES];
    id_of_chat(id, chat);
    const row_index *blocks = store_index(store_of(&w->store, STORE_MESSAGE_BLOCKS), id);
    const row *r = blocks ? store_at(blocks, first) : NULL;
    return r && r->block->damaged ? r : NULL;
}

static void page_reads(world *w, const happening *h) {
    const bool waits = w->store.change_count > 0; /* for the transaction, as readers do */
    const row *r = find(w, (int)h->a, h->b);
    if ((!r && !waits) || h->c == 0) return;
    if (!waits && tabs_focus_any(w)) users_damaged(w, (int)h->a, h->b, r->block->last_sequence);
    world_after(w, prng_pause_ms(&w->damager.random, TELL_MS), page_reads, h->a, h->b, h->c - 1);
}

/** Where the text is that a message is sure to have, from a place at random on; or where it is first. */
static char *some_place(world *w, block *b, const char *wanted) {
    const size_t size = strlen(wanted);
    char *found = NULL;
    const size_t from = (size_t)between(w, 0, (int64_t)b->size - 1);
    for (size_t i = 0; i + size <= b->size && (!found || i <= from); i++) {
        if (memcmp(b->data + i, wanted, size) == 0) found = b->data + i;
    }
    return found;
}

static void cut(world *w, block *b) {
    b->size = (size_t)between(w, 0, (int64_t)b->size - 1);
}

static void break_syntax(world *w, block *b) {
    char *at = some_place(w, b, "\"sequenceNumber\":");
    if (at) *at = (char)between(w, 1, 127);
    if (!at || *at == '"') cut(w, b);
}

static void change_count(world *w, block *b) {
    b->count += b->count > 1 && between(w, 0, 1) ? -1 : between(w, 1, 3);
}

/** The first message says that it is another. */
static void change_first(world *w, block *b) {
    static const char member[] = "\"sequenceNumber\":";
    for (size_t i = 0; i + sizeof member < b->size; i++) {
        char *digit = b->data + i + sizeof member - 1;
        if (memcmp(b->data + i, member, sizeof member - 1) != 0 || *digit < '1' || *digit > '9') continue;
        *digit = *digit == '9' ? '1' : (char)(*digit + 1);
        return;
    }
    cut(w, b);
}

static void damage(world *w, const row *r) {
    static void (*const ways[])(world * w, block * b) = {cut, break_syntax, change_count, change_first};
    static const char *const names[] = {"is cut", "has a wrong byte", "has a wrong count",
                                        "begins with another number"};
    const int64_t way = between(w, 0, sizeof ways / sizeof *ways - 1);
    const int chat = id_read_chat(r->request_id);
    ways[way](w, r->block);
    block_parse(r->block);
    r->block->damaged = true;
    w->blocks_damaged = true;
    log_event(w, "store: the block %" PRId64 " to %" PRId64 " of chat %d %s", r->sequence,
              r->block->last_sequence, chat, names[way]);
    view_refresh(w, chat);
    world_after(w, prng_pause_ms(&w->damager.random, TELL_MS), page_reads, chat, r->sequence, TELLS_MAX);
}

void damage_start(world *w) {
    w->damager.random = prng_for(w->seed, "damage");
}

void damage_step(world *w) {
    const row *blocks = store_of(&w->store, STORE_MESSAGE_BLOCKS)->rows;
    if (!blocks || w->store.change_count) return;
    if (!prng_hits(&w->damager.random, w->swarm.rate[FAULT_DAMAGED_BLOCK])) return;
    const row *r = blocks;
    for (int64_t i = between(w, 0, HASH_COUNT(blocks) - 1); i > 0; i--) r = r->hh.next;
    if (!r->block->damaged && server_find(w, id_read_chat(r->request_id))) damage(w, r);
}
