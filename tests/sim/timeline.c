#include "timeline.h"

#include <stdlib.h>

#include "buffer.h"

static bool goes_before(const happening *a, const happening *b) {
    return a->time_ms != b->time_ms ? a->time_ms < b->time_ms : a->order < b->order;
}

void timeline_add(timeline *t, happening h) {
    if (t->count == t->capacity) {
        t->capacity = t->capacity ? t->capacity * 2 : 64;
        t->at = checked(realloc(t->at, t->capacity * sizeof *t->at));
    }
    h.order = t->orders++;
    size_t i = t->count++;
    while (i > 0 && goes_before(&h, &t->at[(i - 1) / 2])) {
        t->at[i] = t->at[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    t->at[i] = h;
}

bool timeline_take(timeline *t, happening *out) {
    if (t->count == 0) return false;
    *out = t->at[0];
    const happening last = t->at[--t->count];
    size_t i = 0;
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= t->count) break;
        if (child + 1 < t->count && goes_before(&t->at[child + 1], &t->at[child])) child++;
        if (!goes_before(&t->at[child], &last)) break;
        t->at[i] = t->at[child];
        i = child;
    }
    if (t->count) t->at[i] = last;
    return true;
}

void timeline_free(timeline *t) {
    free(t->at);
    *t = (timeline){0};
}
