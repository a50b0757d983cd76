#ifndef SIM_HOST_APPLY_H
#define SIM_HOST_APPLY_H

#include "host.h"

/** One plan, one transaction, as js-bindings/src/apply.ts has it. */

/** Whether the plan has anything to write or to read. */
bool apply_is_needed(const cJSON *plan);
/** Whether its transaction is to be on the disk when it is through; the first plan of a step decides. */
bool apply_is_strict(const cJSON *plan);
/** Moves what may be let out later from the plan to `out`; eager calls stay where they are. */
void apply_gather(cJSON *plan, effects *out);
/** Starts the calls of the plan that need not wait for the commit. */
void apply_eager(world *w, const cJSON *plan);
/** Carries out the writes; `bytes` is what its blocks point into. After a failure the transaction must abort.
 */
step_failure apply_writes(world *w, const cJSON *plan, const char *bytes);
/**
 * Appends what is asked for: to `rows` one array per read, to `blocks` a frame per block. False when the plan
 * has no reads.
 */
bool apply_reads(world *w, const cJSON *plan, buffer *rows, buffer *blocks);

#endif
