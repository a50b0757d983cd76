#ifndef LARDER_TURN_H
#define LARDER_TURN_H

#include "command.h"
#include "delta.h"
#include "larder.h"
#include "seal.h"
#include "sync.h"

/** A core behind its public door: the events of a step, and what it waits for. */

/** What goes on once the rows that were asked for have come. */
typedef enum {
    PENDING_NONE,
    PENDING_MORE, /* nothing has to come: the plan was full */
    PENDING_DELTA,
    PENDING_TALLY,
    PENDING_READING,
    PENDING_DAMAGED,
    PENDING_SEAL,
    PENDING_RETENTION,
    PENDING_ROOM, /* messages go before an item can be stored */
    PENDING_RECOUNT,
} pending;

struct larder {
    core core;
    text input;
    text rows;
    event_reader reader;
    pending pending;
    delta *delta;
    call_end delta_end;
    bool delta_known; /* its call was this core's own */
    reading reading;
    chat *damaged;
    seal seal;
    event item; /* the reply that brings an item for which room is made */
    call_end item_end;
};

#endif
