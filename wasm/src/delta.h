#ifndef LARDER_DELTA_H
#define LARDER_DELTA_H

#include "core.h"
#include "event.h"

/** What a `fetchMessages` call asked: the newest messages between two sequence numbers. */
typedef struct {
    int64_t after;  /* exclusive; 0: from the start */
    int64_t before; /* exclusive; 0: to the end */
    bool delta;     /* whether edits and deletions since the chat's revision were asked for as well */
    const char
        *since; /* the revision; NULL: none was named, so there is none that could have been forgotten */
    const char *operation; /* the page is the answer to a message: that of this operation; NULL: it is none */
    bool by_another;       /* a core before this one has asked */
} delta_question;

/** A page that is being applied; it lives in the step's memory. */
typedef struct delta delta;

typedef enum {
    DELTA_APPLIED,
    DELTA_NEEDS_ROWS, /* the plan asks for reads; go on with `delta_rows` */
    DELTA_BAD_PAGE,   /* nothing was done; `*wrong` says why */
} delta_result;

/**
 * Applies a `fetchMessages` answer to a chat: rows, deletions and positions go into one plan. What lies
 * inside the range that the page covers and is absent from it was deleted; of two versions of a message the
 * one edited later stays, and the server's where they tie. A record that is not valid is reported and left
 * out, and nothing is taken for deleted that it could stand for.
 *
 * Rows are read first only where some may be there already. `careful` reads more: also whether an id or a
 * sequence number is taken by a message that the positions don't speak of.
 *
 * A message that waits in the outbox gives way to the server's, whatever page brings it: both have the same
 * `clientTempId`, or the page is the answer to it.
 */
delta_result delta_begin(core *l, chat *c, delta_question asked, slice body, bool careful, delta **out,
                         problem *wrong);

/** Goes on with what was asked for: an array of arrays of rows, one per read, and the `block` events after
 * it. */
void delta_rows(core *l, delta *d, slice rows, event_reader *blocks);

#endif
