#ifndef SIM_STRAGGLERS_H
#define SIM_STRAGGLERS_H

#include <cJSON.h>

#include "prng.h"
#include "timeline.h"

/** A request that is on its way to the server though the device has given it up. */
typedef struct straggler {
    int64_t serial; /* names it in the timeline */
    bool receipt;   /* a `markRead`; else a `sendMessage` */
    cJSON *params;
    struct straggler *next;
} straggler;

/** Requests of the outbox that arrive late, or once more. Nobody hears what the server answers. */
typedef struct {
    prng random;
    straggler *first;
    int64_t serials;
} stragglers;

void stragglers_start(world *w);
void stragglers_free(world *w);

/** A request of the outbox is given up, or has arrived already: it may arrive later all the same. */
void straggler_leaves(world *w, bool receipt, const cJSON *params);

#endif
