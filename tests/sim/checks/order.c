#include <inttypes.h>
#include <stdlib.h>

#include "../world.h"
#include "gen/schema.h"

/* ---- at the server ---- */

/** One whose request straggled was given up before: what came after it could not wait for it. */
void check_accepted_order(world *w, int chat, const server_message *m) {
    const outgoing *o = outgoing_of(w, m->written);
    int64_t *last = &w->outgoing.arrived_rank[chat];
    if (!o || m->straggled) return;
    if (o->rank < *last)
        violation(w, "order", "chat %d: message %" PRId64 " of the outbox arrives after one written later",
                  chat, m->written);
    else *last = o->rank;
}

/* ---- in line ---- */

/** A message that has a new place in its chat's line. */
typedef struct {
    const queued *now;
    bool is_new; /* it had none before */
} placed;

static int by_place(const void *left, const void *right) {
    const queued *a = ((const placed *)left)->now, *b = ((const placed *)right)->now;
    if (a->chat != b->chat) return a->chat < b->chat ? -1 : 1;
    return a->sequence < b->sequence ? -1 : a->sequence > b->sequence;
}

static bool is_among(const placed *all, size_t count, const queued *q) {
    for (size_t i = 0; i < count; i++) {
        if (all[i].now == q) return true;
    }
    return false;
}

/** What is written, or to be sent once more, goes behind all that wait. */
static void check_behind(world *w, const placed *all, size_t count, const queued *q) {
    for (const row *r = store_of(&w->store, STORE_OFFLINE_QUEUE)->rows; r; r = r->hh.next) {
        const queued *other = r->queued;
        if (other->receipt || other->chat != q->chat || is_among(all, count, other)) continue;
        if (other->sequence > q->sequence)
            violation(w, "order", "chat %d: operation %" PRId64 " is put before %" PRId64, q->chat, q->number,
                      other->number);
    }
}

static void check_among_new(world *w, const placed *all, size_t i) {
    const placed *a = &all[i], *b = &all[i + 1];
    if (!a->is_new || !b->is_new || a->now->chat != b->now->chat || a->now->number < b->now->number) return;
    if (outgoing_of(w, a->now->number)->tab != outgoing_of(w, b->now->number)->tab) return;
    violation(w, "order",
              "chat %d: operation %" PRId64 " stands before %" PRId64 ", which was written earlier",
              a->now->chat, a->now->number, b->now->number);
}

/** Whether it is new in line, or goes to its end; the number may be the same if nothing else waits. */
static bool is_placed(const queued *before, const queued *now) {
    if (!before) return true;
    const bool again = before->status == QUEUED_FAILED && now->status != QUEUED_FAILED;
    return again || before->sequence != now->sequence;
}

static size_t gather(const world *w, placed *out) {
    size_t count = 0;
    for (size_t i = 0; i < w->store.change_count; i++) {
        const row_change *c = &w->store.changes[i];
        if (c->store->kind != KIND_OPERATIONS || !c->after) continue;
        const row *before = store_before(&w->store, c->store, c->after->key);
        const queued *now = c->after->queued;
        const bool stays = store_get(c->store, c->after->key) == c->after;
        if (now->receipt || !stays || !is_placed(before ? before->queued : NULL, now)) continue;
        out[count++] = (placed){now, !before};
    }
    return count;
}

void check_line(world *w) {
    placed *all = checked(malloc((w->store.change_count + 1) * sizeof *all));
    const size_t count = gather(w, all);
    qsort(all, count, sizeof *all, by_place);
    for (size_t i = 0; i < count && !w->log.violated; i++) {
        outgoing *o = outgoing_of(w, all[i].now->number);
        if (o) o->rank = ++w->outgoing.ranks;
        check_behind(w, all, count, all[i].now);
        if (i + 1 < count) check_among_new(w, all, i);
    }
    free(all);
}
