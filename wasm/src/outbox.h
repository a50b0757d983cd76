#ifndef LARDER_OUTBOX_H
#define LARDER_OUTBOX_H

#include "core.h"
#include "operation.h"
#include "page.h"

/**
 * The queue of what was done on this device and the server is still to hear of. Operations of a chat stand in
 * lines (operation.h); an operation leaves its line in the transaction that stores the server's answer, and
 * not before. `attempt` sends them, `outbox_command` is what the app may do with them.
 */

/** Takes over the stored rows. Rows that can't be read are reported and stay where they are. */
void outbox_hydrate(core *l, page_list rows);
void outbox_free(core *l);

/** The operation with this id; NULL where there is none, or where the server has it already. */
operation *outbox_find(const core *l, const char *id);
/** As `outbox_find`; one that the server has already is found too, while its call is under way. */
operation *outbox_find_any(const core *l, const char *id);
/** The message of a chat that waits with this idempotency key; NULL where there is none. */
operation *outbox_find_message(const chat *c, const char *temp_id);
/** The first of a chat's line that is to go; NULL where nothing waits. */
operation *outbox_first(const chat *c, operation_line line);

/** Queues a new operation, at the end of its chat's line, and writes it. False when memory has run out. */
bool outbox_add(core *l, operation *o);
/** Queues that a chat was read up to a number; it goes up into the receipt that waits, if there is one. */
void outbox_add_receipt(core *l, chat *c, const char *id, int64_t up_to);

/** Writes an operation's row, and of a message that is shown differently now also that one's. */
void outbox_save(core *l, operation *o);
void outbox_save_message(core *l, operation *o);

/** One that failed, or was changed, waits again, as if it had just been written. */
void outbox_queue_again(core *l, operation *o);

/** It will not be tried again unless somebody asks for it. */
void outbox_fail(core *l, operation *o, const char *reason);

/**
 * The operation is over: its row and that of its message are deleted. While its call is under way it is kept
 * with `done` set, else it is freed.
 */
void outbox_remove(core *l, operation *o);

/** Frees one that is done, after its call has ended. */
void outbox_forget(core *l, operation *o);

/**
 * What had no answer goes again at once: there is a network again, or somebody asks. (That another call has
 * reached the server is no reason: it may be just this one that doesn't get through.)
 */
void outbox_forget_waits(core *l);

#endif
