#ifndef LARDER_FUZZ_DOOR_H
#define LARDER_FUZZ_DOOR_H

#include <stddef.h>
#include <stdint.h>

#include "larder.h"

/** libFuzzer's entry; returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/** Puts one frame into the core and steps; rows that are asked for are answered with `rows`. Checks each
 * plan. */
void door_event(larder *core, const char *header, const void *body, size_t body_size, const char *rows);

/** Steps on with raw bytes as the whole input, frames and all. */
void door_raw(larder *core, const void *bytes, size_t size, const char *rows);

#endif
