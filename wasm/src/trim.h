#ifndef LARDER_TRIM_H
#define LARDER_TRIM_H

#include "core.h"
#include "event.h"

/**
 * Evicting messages: the oldest of a chat, as whole blocks and rows, a bounded number at a time. What goes
 * becomes a gap from the start of the chat on.
 */

/** Of the chats whose messages may go the one that was opened longest ago; NULL: there is none. */
chat *trim_victim(const core *l);

/** About how many bytes of messages could go. */
int64_t trim_possible_bytes(const core *l);

/** Asks for the oldest messages of a chat. */
void trim_ask(core *l, const chat *c);

/**
 * Goes on with them: evicts until so many bytes are freed, and gives how many were. Where none may go, or no
 * more, the chat is no victim until it gets messages again.
 */
int64_t trim_rows(core *l, chat *c, int64_t bytes, slice rows, event_reader *blocks);

#endif
