#ifndef LARDER_TESTS_TRANSCRIPT_H
#define LARDER_TESTS_TRANSCRIPT_H

#include "support.h"

/**
 * A transcript: what went into a core and the plans that came out, as a text to be read.
 *
 *     # Prose.
 *
 *     @ 2026-01-16T09:00:00Z              the time from here on
 *     > {"type":"reply","call":2, ...}    an event's header; `"call":2` stands for the whole call
 *     >   {"chats":[]}                    its body, if it has one, on as many lines as it likes
 *     < put chat_meta {...}               the plan, one operation a line
 *
 * Consecutive events go into one step. What follows a plan with reads must be a `rows` event. `"chat 1"` and
 * `"message 9"` stand for the ids that support.h makes.
 */

/**
 * Plays the events of a transcript into a new core and writes down the transcript as it should be: the same
 * text with the plans that came. LARDER_NO_MEMORY where that stopped it, LARDER_DONE otherwise.
 */
int transcript_play(const char *transcript, text *out);

#endif
