#ifndef SIM_DAMAGE_H
#define SIM_DAMAGE_H

#include "prng.h"
#include "timeline.h"

/**
 * A disk that spoils what is stored: a block loses bytes or its count, or bytes of it change, so that whoever
 * reads it can tell. A while later the page reads there and tells the core, again and again until the block
 * is gone.
 */
typedef struct {
    prng random;
} damager;

void damage_start(world *w);
/** What may befall the store at each step. */
void damage_step(world *w);

#endif
