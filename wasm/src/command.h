#ifndef LARDER_COMMAND_H
#define LARDER_COMMAND_H

#include "core.h"
#include "event.h"

/**
 * What the app asks for. A command that has to wait for the server is answered when that is committed; one
 * that can't be carried out is answered at once: `argument`, `offline`, `auth`.
 */

/** The command's name; NULL where nobody waits for an answer. */
const char *command_of(const event *e);
/** Answers it: done, or an argument of it is wrong. */
void command_done(core *l, const char *command);
void command_refuse(core *l, const char *command, const char *argument);
/** The chat it names, made where it is not known yet; NULL after the command was refused. */
chat *command_chat(core *l, const event *e);

/** A page shows the chat: it is kept fresh, before others. */
void command_open(core *l, const event *e);
/** No page shows it any more. */
void command_close(core *l, const event *e);
/** Rows of the chat were read for display. */
void command_touch(core *l, const event *e);
/** Catch up with one chat, or, without a `requestId`, with everything. */
void command_sync(core *l, const event *e);
/** Fetch the newest page of a hole. */
void command_fill(core *l, const event *e);

/** A `read` command that waits for the rows above the mark. */
typedef struct {
    chat *chat;
    const char *command;
    const char *receipt; /* id of the operation that tells the server; NULL: it isn't told */
    int64_t up_to;
} reading;

/**
 * The user has read the chat up to a sequence number: the unread count follows at once, and a receipt for the
 * server is queued. True when rows must be counted first; then the plan asks for them and `command_read_rows`
 * goes on.
 */
bool command_read(core *l, const event *e, reading *out);
void command_read_rows(core *l, const reading *r, slice rows, event_reader *blocks);

/**
 * A page could not read blocks of a chat. They are asked for; `command_damaged_rows` drops those that are
 * damaged, so that they are fetched again. The chat; NULL when there is nothing to be asked for.
 */
chat *command_damaged(core *l, const event *e);
void command_damaged_rows(core *l, chat *c, event_reader *blocks);

#endif
