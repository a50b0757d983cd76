#ifndef LARDER_FIELD_H
#define LARDER_FIELD_H

#include "record.h"

/** One field of a record: its checked JSON against its rule. */

/** False with `*wrong` set: a `field_…` code, or `no_memory`. `escaped`: there are escapes in it. */
bool field_check(slice value, bool escaped, const field_rule *rule, arena *memory, problem *wrong);

/**
 * The text of a checked JSON string, a piece of it or, where it is `escaped`, of `memory`; {NULL, 0} when
 * that has run out. `\u0000` and lone surrogates come out as U+FFFD.
 */
slice field_text(slice value, bool escaped, arena *memory);

/** Whether a checked JSON value is a whole number within 2^53; `*number` is set then. */
bool field_is_integer(slice value, arena *memory, int64_t *number);

#endif
