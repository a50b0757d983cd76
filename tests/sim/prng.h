#ifndef SIM_PRNG_H
#define SIM_PRNG_H

#include <stdbool.h>
#include <stdint.h>

/**
 * Where all chance comes from (splitmix64). Each part of the world has a generator of its own, made of the
 * seed and the part's name, so that a draw more in one part leaves the others as they were.
 */
typedef struct {
    uint64_t state;
} prng;

prng prng_for(uint64_t seed, const char *part);
uint64_t prng_next(prng *p);

/** A whole number from `least` to `most`. */
int64_t prng_between(prng *p, int64_t least, int64_t most);
/** True `rate` times in 10,000. */
bool prng_hits(prng *p, int rate);
/** A waiting time: mostly around `mean_ms`, now and then much longer, never 0. */
int64_t prng_pause_ms(prng *p, int64_t mean_ms);
/** An index below `count`, lower ones more often. */
int prng_skewed(prng *p, int count);

#endif
