#ifndef LARDER_SEAL_H
#define LARDER_SEAL_H

#include "block.h"

/**
 * Sealing: while nothing else is to do, small blocks that follow each other become full ones, and rows of
 * settled history, which older versions and layout `rows` left, become blocks; a bounded part of one chat per
 * step.
 */

/** The part that a step seals: where its chat's `unsealed` begins. */
typedef struct {
    chat *chat;
    int64_t from;
    int64_t to;
} seal;

/** When there is something to be sealed and it is time, asks for it and gives true. */
bool seal_begin(core *l, seal *out);
/** Goes on with what was asked for. */
void seal_rows(core *l, const seal *s, slice rows, event_reader *blocks);

/** At the end of a step: sets the time for the next sealing, or puts it off while calls are under way. */
void seal_schedule(core *l);

#endif
