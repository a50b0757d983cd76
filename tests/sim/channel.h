#ifndef SIM_CHANNEL_H
#define SIM_CHANNEL_H

#include <cJSON.h>
#include <stdint.h>

#include "prng.h"
#include "timeline.h"

/** A message on its way to one tab. */
typedef struct channel_message {
    int64_t serial; /* names it in the timeline */
    cJSON *said;
    struct channel_message *next;
} channel_message;

/**
 * What the tabs say to each other (a BroadcastChannel): each message goes to all others, in order, or is lost
 * on the way to some. Kinds of the tabs' own protocol go to their minds, the others say what hosts tell.
 */
typedef struct {
    prng random;
    channel_message *first;
    int64_t serials;
} channel;

void channel_start(world *w);
void channel_free(world *w);
/** From the tab at hand to all others. */
void channel_post(world *w, const cJSON *said);

#endif
