#ifndef LARDER_SYNC_H
#define LARDER_SYNC_H

#include "call_end.h"
#include "core.h"

/**
 * What to ask of the server and when: the chat list by its cursor first, then the chats that moved, the open
 * ones before others, at most `LIMIT_CALLS_MAX` at once and one per chat. What fails is tried again after a
 * growing wait; without a network nothing is tried. When nothing else is to be done, holes are repaired, one
 * page at a time.
 */

/** Notes that the chat list, or one chat, is to be caught up with; what is under way already comes too early.
 */
void sync_want_list(core *l);
void sync_want_delta(core *l, chat *c);
/** Asks once more for the chats whose last call failed, whatever the reason. */
void sync_want_failed(core *l);
/** A list or a signal says that the chat is at `revision`: what a delta under way brings may be just that. */
void sync_heard(core *l, chat *c, const char *revision);

/** Lets what has failed be tried again at once. */
void sync_forget_waits(core *l);

/** Has the server looked for at once, where it was not there the last time. */
void sync_probe(core *l);

/** Starts a call in the plan; the caller appends its parameters and what closes them and the call. */
text *sync_begin_call(core *l, call_method method, int64_t timeout_ms, int64_t *id);

/** What happened outside. */
void sync_start(core *l);
void sync_connectivity(core *l, const event *e);
void sync_credentials(core *l);
void sync_signal(core *l, const event *e);

/** Takes the call off what is under way. False when this core doesn't know it (it is of one before). */
bool sync_call_ended(core *l, const call_end *end);
/** After a page was applied. */
void sync_succeeded(core *l, const call_end *end, bool has_more);
/** After a failure of any kind, including a page that can't be read. */
void sync_failed(core *l, const call_end *end);
/** What the end of a call says of the server: whether it is there, and whether it knows us. */
void sync_noticed(core *l, const call_end *end);

/** Puts the calls that are due into the plan. */
void sync_pump(core *l);
/** Answers the commands that have what they waited for. */
void sync_settle(core *l);

/** When something is to be tried again, in ticks; 0: nothing is waiting. */
int64_t sync_deadline(const core *l);

#endif
