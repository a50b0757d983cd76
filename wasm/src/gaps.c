#include "gaps.h"

#include <stdlib.h>
#include <string.h>

#include "plant.h"

static bool meets(const gap *g, int64_t from, int64_t to) {
    return g->start <= to && g->end >= from;
}

static bool insert(gap_list *list, size_t index, gap hole) {
    if (list->count == list->capacity) {
        const size_t capacity = list->capacity ? list->capacity * 2 : 4;
        gap *grown = realloc(list->at, capacity * sizeof *grown);
        if (!grown) return false;
        list->at = grown;
        list->capacity = capacity;
    }
    memmove(list->at + index + 1, list->at + index, (list->count - index) * sizeof *list->at);
    list->at[index] = hole;
    list->count++;
    return true;
}

static void remove_at(gap_list *list, size_t index) {
    list->count--;
    memmove(list->at + index, list->at + index + 1, (list->count - index) * sizeof *list->at);
}

static gap joined(gap a, gap b) {
    const bool first_seen = (a.detected_ms < b.detected_ms) != PLANTED(gap_seen_anew);
    return (gap){
        .start = a.start < b.start ? a.start : b.start,
        .end = a.end > b.end ? a.end : b.end,
        .detected_ms = first_seen ? a.detected_ms : b.detected_ms,
        .stale = a.stale || b.stale,
    };
}

static bool overlaps(const gap *g, const gap *hole) {
    return meets(g, hole->start, hole->end);
}

static bool touches(const gap *g, const gap *hole) {
    return g->stale == hole->stale && meets(g, hole->start - 1, hole->end + 1);
}

/** Takes the gaps that fit out of the list and into `hole`. */
static void join(gap_list *list, gap *hole, bool (*fits)(const gap *g, const gap *hole)) {
    for (size_t i = list->count; i-- > 0;) {
        if (!fits(&list->at[i], hole)) continue;
        *hole = joined(*hole, list->at[i]);
        remove_at(list, i);
    }
}

bool gaps_add(gap_list *list, gap hole) {
    size_t index = 0;
    join(list, &hole, overlaps); /* it can only be stale or not once these are known */
    join(list, &hole, touches);
    while (index < list->count && list->at[index].end < hole.start) index++;
    return insert(list, index, hole);
}

bool gaps_fill(gap_list *list, int64_t from, int64_t to) {
    for (size_t i = list->count; i-- > 0;) {
        gap *g = &list->at[i];
        if (!meets(g, from, to)) continue;
        gap above = *g;
        above.start = to + 1;
        const bool below_stays = g->start < from;
        const bool above_stays = g->end > to;
        if (below_stays) g->end = from - 1;
        else if (above_stays) *g = above;
        else remove_at(list, i);
        if (below_stays && above_stays && !insert(list, i + 1, above)) return false;
    }
    return true;
}

bool gaps_evict(gap_list *list, int64_t to, int64_t now_ms) {
    gap hole = {1, to, now_ms, false};
    for (size_t i = 0; i < list->count; i++) {
        const gap *g = &list->at[i];
        if (meets(g, 1, to) && g->detected_ms < hole.detected_ms) hole.detected_ms = g->detected_ms;
    }
    return gaps_fill(list, 1, to) && gaps_add(list, hole);
}

void gaps_bound(gap_list *list, size_t max) {
    while (list->count > max && list->count > 1) {
        gap both = joined(list->at[0], list->at[1]);
        both.stale = true;
        remove_at(list, 0);
        remove_at(list, 0);
        gaps_add(list, both); /* there is room for it */
    }
}

const gap *gaps_last_in(const gap_list *list, int64_t from, int64_t to) {
    for (size_t i = list->count; i-- > 0;) {
        if (meets(&list->at[i], from, to)) return &list->at[i];
    }
    return NULL;
}

const gap *gaps_last_hole(const gap_list *list, int64_t evicted_below) {
    for (size_t i = list->count; i-- > 0;) {
        const gap *g = &list->at[i];
        if (g->stale || (g->start > 1 && g->end > evicted_below)) return g;
    }
    return NULL;
}

bool gaps_stale_in(const gap_list *list, int64_t from, int64_t to) {
    for (size_t i = 0; i < list->count; i++) {
        if (list->at[i].stale && meets(&list->at[i], from, to)) return true;
    }
    return false;
}

bool gaps_hole_in(const gap_list *list, int64_t from, int64_t to) {
    for (size_t i = 0; i < list->count; i++) {
        if (!list->at[i].stale && meets(&list->at[i], from, to)) return true;
    }
    return false;
}

bool gaps_known_in(const gap_list *list, int64_t last_synced, int64_t from, int64_t to) {
    if (to > last_synced) to = last_synced;
    for (size_t i = 0; i < list->count && from <= to; i++) {
        const gap *g = &list->at[i];
        if (g->end < from) continue;
        if (g->start > from) return true;
        from = g->end + 1;
    }
    return from <= to;
}

void gaps_free(gap_list *list) {
    free(list->at);
    *list = (gap_list){0};
}
