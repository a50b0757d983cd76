#ifndef LARDER_OUTBOX_COMMAND_H
#define LARDER_OUTBOX_COMMAND_H

#include "command.h"

/**
 * What the app does with the outbox. Each command is answered in the transaction that stores what it did;
 * refusals: `argument`, a `field_…` code with the field's path, `unknown_operation`, `operation_under_way`,
 * `operation_attempted`.
 */

/**
 * Writes a message: it waits, and is shown, from the commit on. Answered with the message without its
 * content; the same id again gives the same answer and makes no second message.
 */
void outbox_send(core *l, const event *e);
/** Gives a message that can't have arrived another text; one that has failed waits again. */
void outbox_edit(core *l, const event *e);
/** What has failed waits again, at the end of its line; what waits for its time goes now. */
void outbox_retry(core *l, const event *e);
/** All that has failed waits again. */
void outbox_retry_all(core *l, const event *e);
/** The operation and its message go, unless it is being sent at this moment. */
void outbox_cancel(core *l, const event *e);

/** Whether an event writes what the user did, so that its transaction must be strict. */
bool outbox_is_written_by(const event *e);

#endif
