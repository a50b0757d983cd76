#ifndef LARDER_ATTEMPT_H
#define LARDER_ATTEMPT_H

#include "delta.h"
#include "outbox.h"
#include "sync.h"

/**
 * Attempts: the calls of the outbox. A try is stored before its request leaves, with its idempotency key;
 * whether it got through is for the answer to say, or for a page that brings the message (delta.h).
 */

/** Puts the calls that are due into the plan. */
void attempt_pump(core *l);

/** When one is to be tried again, in ticks; 0: nothing waits for a time. */
int64_t attempt_deadline(const core *l);

/** Whether a transaction that is opened now may have to keep a try. */
bool attempt_may_come(const core *l);

/**
 * Takes the call off what is under way. The operation, or NULL when the server has it already or nobody knows
 * it any more; `*known`: the call was this core's own.
 */
operation *attempt_ended(core *l, const call_end *end, bool *known);

/** After a failure of any kind. One that a newer one behind it stands for is over with it. */
void attempt_failed(core *l, operation *o, const call_end *end);
/** After an event with its answer could not be stored. */
void attempt_set_aside(core *l, operation *o, const call_end *end);

/**
 * Makes a page of the server's answer to a message, to be applied like any other: one message, which covers
 * its own number. False with `*wrong` set when it is no message of the chat.
 */
bool attempt_page(core *l, const operation *o, slice body, slice *out, delta_question *asked, problem *wrong);

/** After a receipt's answer; false with `*wrong` set when it can't be read. */
bool attempt_counts(core *l, operation *o, slice body, problem *wrong);

#endif
