#include <inttypes.h>

#include "../world.h"
#include "gen/schema.h"

static void check_order(world *w, int chat, const cached_chat *c, int64_t i) {
    const cached_gap *g = &c->gaps[i];
    if (g->start < 1 || g->end < g->start || g->end > c->last_synced) {
        violation(w, "gaps", "chat %d: the gap %" PRId64 " to %" PRId64 " is not within 1 to %" PRId64, chat,
                  g->start, g->end, c->last_synced);
    }
    if (i == 0) return;
    const cached_gap *below = &c->gaps[i - 1];
    const bool apart = g->start > below->end + 1 || (g->start > below->end && g->stale != below->stale);
    if (apart) return;
    violation(w, "gaps", "chat %d: the gap %" PRId64 " to %" PRId64 " meets the one below it, up to %" PRId64,
              chat, g->start, g->end, below->end);
}

/** A hole that is seen for the first time is not of the future; after that its time stays or gets earlier. */
static void check_time(world *w, int chat, const cached_gap *g, int64_t *missed_ms) {
    if (*missed_ms < 0 && g->detected_ms > w->host->core_now_ms) {
        violation(w, "gaps",
                  "chat %d: the gap %" PRId64 " to %" PRId64 " was detected at %" PRId64
                  ", but it is %" PRId64,
                  chat, g->start, g->end, g->detected_ms, w->host->core_now_ms);
    }
    const bool went =
        g->start <= cached_of(w, chat)->evicted_below; /* it may have been filled, and gone again */
    if (*missed_ms >= 0 && g->detected_ms > *missed_ms && !host_took_several(w) && !went) {
        violation(w, "gaps",
                  "chat %d: the gap %" PRId64 " to %" PRId64 " was seen at %" PRId64
                  " and is now said to be of %" PRId64,
                  chat, g->start, g->end, *missed_ms, g->detected_ms);
    }
    *missed_ms = g->detected_ms;
}

void check_gaps(world *w, int chat) {
    const cached_chat *c = cached_of(w, chat);
    model_chat *m = model_of(w, chat);
    int64_t next = 1;
    if (c->gap_count > LIMIT_GAPS_PER_CHAT_MAX)
        violation(w, "gaps", "chat %d has %" PRId64 " gaps", chat, c->gap_count);
    for (int64_t i = 0; i < c->gap_count && !w->log.violated; i++) {
        const cached_gap *g = &c->gaps[i];
        check_order(w, chat, c, i);
        for (; next < g->start && next < m->size; next++) m->missed_ms[next] = -1;
        for (; next <= g->end && next < m->size; next++) check_time(w, chat, g, &m->missed_ms[next]);
    }
    for (; next < m->size; next++) m->missed_ms[next] = -1;
}
