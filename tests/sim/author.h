#ifndef SIM_AUTHOR_H
#define SIM_AUTHOR_H

#include "prng.h"
#include "timeline.h"

/**
 * The one who writes, whether there is a network or not: messages one by one or in bursts, now and then
 * handed in twice, in any chat; who corrects and discards what still waits, and has tried again what failed.
 */
typedef struct {
    prng random;
} author;

void author_start(world *w);

/** Writes a message. */
void author_write(world *w, int chat);
/** Has everything tried again that failed for good. */
void author_retry_all(world *w);

#endif
