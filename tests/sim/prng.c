#include "prng.h"

prng prng_for(uint64_t seed, const char *part) {
    prng made = {seed * 0xD1342543DE82EF95U + 1};
    for (; *part; part++) {
        made.state ^= (unsigned char)*part;
        prng_next(&made);
    }
    return made;
}

uint64_t prng_next(prng *p) {
    p->state += 0x9E3779B97F4A7C15U;
    uint64_t mixed = p->state;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9U;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBU;
    return mixed ^ (mixed >> 31);
}

int64_t prng_between(prng *p, int64_t least, int64_t most) {
    if (most <= least) return least;
    return least + (int64_t)(prng_next(p) % (uint64_t)(most - least + 1));
}

bool prng_hits(prng *p, int rate) {
    if (rate <= 0) return false;
    return prng_between(p, 1, 10000) <= rate;
}

int64_t prng_pause_ms(prng *p, int64_t mean_ms) {
    const int64_t most = prng_hits(p, 500) ? 8 * mean_ms : 2 * mean_ms;
    return prng_between(p, 1, most);
}

int prng_skewed(prng *p, int count) {
    const int64_t first = prng_between(p, 0, count - 1);
    return (int)prng_between(p, 0, first);
}
