#ifndef LARDER_MAIL_H
#define LARDER_MAIL_H

#include "core.h"
#include "event.h"

/**
 * Events that another tab has left in storage for the one that leads (`cache_stats`, `mail:` and the
 * command): the channel between them carries no content, and what lies there survives whoever leads. The
 * transaction that carries one out deletes it and leaves the answer instead (`answer:` and the command), so
 * that it is carried out once, however often it is left there: a tab that finds the answer has it, and
 * deletes it.
 */

/** After an event: if it came by mail, ends that. `replies_before` is the size of the plan's replies then. */
void mail_carried_out(core *l, const event *e, size_t replies_before);

#endif
