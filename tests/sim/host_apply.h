#ifndef SIM_HOST_APPLY_H
#define SIM_HOST_APPLY_H

#include "host.h"

/** One plan, one transaction, as js-bindings/src/apply.ts has it. */

/** Whether the plan has anything to write or to read. */
bool apply_is_needed(const cJSON *plan);
/** Moves what may be let out later from the plan to `out`. */
void apply_gather(cJSON *plan, effects *out);
/** Carries out the writes. After a failure the transaction must abort. */
step_failure apply_writes(world *w, const cJSON *plan);
/** Appends the rows that are asked for, one array per read; false when the plan has no reads. */
bool apply_reads(world *w, const cJSON *plan, buffer *rows);

#endif
