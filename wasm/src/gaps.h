#ifndef LARDER_GAPS_H
#define LARDER_GAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * The holes of a chat's history, as ranges of sequence numbers, ascending and apart. Together with
 * `lastSyncedSequence` they say what is known: every sequence up to it that lies in no gap (design.md,
 * section 4, "Coverage, not presence").
 */
typedef struct {
    int64_t start;       /* first missing sequence number */
    int64_t end;         /* last missing one */
    int64_t detected_ms; /* when the hole was first seen */
    bool stale;          /* rows may lie in it, from a time whose positions can't be trusted any more */
} gap;

typedef struct {
    gap *at;
    size_t count;
    size_t capacity;
} gap_list;

/**
 * Adds a hole; joins those it overlaps and those of its kind that it touches, keeping the earliest
 * `detected_ms`. (A stale one beside one that was never fetched stays apart.) False: no memory.
 */
bool gaps_add(gap_list *list, gap hole);

/** What lies between `from` and `to` is known now; a gap around it is split. False: no memory. */
bool gaps_fill(gap_list *list, int64_t from, int64_t to);

/**
 * While there are more than `max`, joins the two lowest. What was known between them is asked for again, so
 * the joined one is stale.
 */
void gaps_bound(gap_list *list, size_t max);

/** The gap with the highest numbers that meets [from, to]; NULL where all of it is known. */
const gap *gaps_last_in(const gap_list *list, int64_t from, int64_t to);

/** Everything up to `to` was evicted: one hole, without any rows. False: no memory. */
bool gaps_evict(gap_list *list, int64_t to, int64_t now_ms);

/**
 * The highest gap that is a hole in what was read: any but the history below everything that was ever
 * fetched, and what lies within what was evicted. NULL where there is none.
 */
const gap *gaps_last_hole(const gap_list *list, int64_t evicted_below);

/** Whether a gap that meets [from, to] may have rows in it. */
bool gaps_stale_in(const gap_list *list, int64_t from, int64_t to);

/** Whether a hole, a gap without rows, meets [from, to]. */
bool gaps_hole_in(const gap_list *list, int64_t from, int64_t to);

/** Whether some of [from, to] is known, being in no gap and at most `last_synced`. */
bool gaps_known_in(const gap_list *list, int64_t last_synced, int64_t from, int64_t to);

void gaps_free(gap_list *list);

#endif
