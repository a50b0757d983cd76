#include "clock.h"

#include <inttypes.h>

#include "world.h"

static const int64_t jumps_ms[] = {1500, 60000, 3600000, 86400000, 691200000, 315576000000};
static const int64_t decade_ms = 315576000000;

void clock_start(world *w) {
    w->clock.random = prng_for(w->seed, "clock");
    w->clock.off_ms = prng_between(&w->clock.random, -5000, 5000);
}

int64_t clock_ms(const world *w) {
    return w->time_ms + w->clock.off_ms;
}

static void jump(world *w, int64_t by_ms) {
    const int64_t off_ms = w->clock.off_ms + by_ms;
    if (off_ms > decade_ms || off_ms < -decade_ms) return;
    w->clock.off_ms = off_ms;
    w->clock_jumps++;
    log_event(w, "the clock jumps by %" PRId64 " ms", by_ms);
}

void clock_step(world *w) {
    prng *p = &w->clock.random;
    const int64_t by_ms = jumps_ms[prng_between(p, 0, sizeof jumps_ms / sizeof *jumps_ms - 1)];
    if (prng_hits(p, w->swarm.rate[FAULT_CLOCK_FORWARD])) jump(w, by_ms);
    if (prng_hits(p, w->swarm.rate[FAULT_CLOCK_BACK])) jump(w, -by_ms);
}
