#ifndef SIM_CLOCK_H
#define SIM_CLOCK_H

#include <stdint.h>

#include "prng.h"
#include "timeline.h"

/** The device's clock: the world's time and however far it is off. Timers don't follow it, as in a browser.
 */
typedef struct {
    prng random;
    int64_t off_ms;
} wall_clock;

void clock_start(world *w);
int64_t clock_ms(const world *w);
/** It may jump, forward or back, up to ten years. */
void clock_step(world *w);

#endif
