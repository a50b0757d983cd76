#ifndef LARDER_ARENA_H
#define LARDER_ARENA_H

#include <stdbool.h>
#include <stddef.h>

/**
 * A bump allocator for what one step needs: parsed records, slices, sorted tables. Nothing in it is freed
 * singly; `arena_reset` frees all of it at the start of the next step.
 */
typedef struct arena_chunk arena_chunk;

typedef struct {
    arena_chunk *chunks; /* newest first */
    size_t used;         /* bytes taken of the newest chunk */
    bool failed;         /* memory has run out since the last reset */
} arena;

/** `size` bytes, aligned for any type and not cleared; NULL when memory has run out. */
void *arena_take(arena *a, size_t size);

/** As `arena_take`, cleared. */
void *arena_take_zeroed(arena *a, size_t size);

/** A copy of bytes with a NUL behind them; NULL when memory has run out. */
char *arena_copy(arena *a, const char *bytes, size_t size);

/** Where an arena stands, to go back to. */
typedef arena arena_mark;
arena_mark arena_mark_of(const arena *a);
/** Forgets what was taken since. */
void arena_rewind(arena *a, arena_mark mark);

/** Forgets all that was taken. One chunk is kept for the next step. */
void arena_reset(arena *a);

/** Gives everything back to the system. */
void arena_free(arena *a);

#endif
