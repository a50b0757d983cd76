#ifndef SIM_ACCEPT_H
#define SIM_ACCEPT_H

#include <cJSON.h>

#include "answers.h"
#include "buffer.h"

/**
 * What the server does with the operations of the outbox, by the contract: one message per idempotency key,
 * whatever becomes of the answers.
 */

/** A `sendMessage`; the answer's status. `straggled`: the device has given the request up before. */
int accept_message(world *w, const cJSON *params, bool straggled, buffer *body, answer *out);
/** A `markRead`; the answer's status. */
int accept_read(world *w, const cJSON *params, buffer *body);

#endif
