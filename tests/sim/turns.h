#ifndef SIM_TURNS_H
#define SIM_TURNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "timeline.h"

/**
 * Whose turn it is to write: transactions that write come one after another, and one of a tab that is frozen
 * keeps all others waiting.
 */
typedef struct {
    int64_t holder; /* the life of the host whose transaction is open; 0: none is */
    happening *waiting;
    size_t count;
    size_t capacity;
} turns;

bool turn_is_free(const world *w);
/** False when a transaction is open. */
bool turn_take(world *w, int64_t life);
/** `act` happens in the tab at hand when the turn may be had; it has to ask again. */
void turn_wait(world *w, void (*act)(world *, const happening *), int64_t a, int64_t b, int64_t c);
/** Ends the transaction, if it is the one of this life. */
void turn_release(world *w, int64_t life);
void turns_free(world *w);

/** The generation that has claimed the database last; 0: none has. */
int64_t turn_generation(const world *w);
/** Claims it; the new generation. */
int64_t turn_claim(world *w);

#endif
