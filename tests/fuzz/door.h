#ifndef LARDER_FUZZ_DOOR_H
#define LARDER_FUZZ_DOOR_H

#include <stddef.h>
#include <stdint.h>

#include "larder.h"

/** libFuzzer's entry; returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/** One event; no `header`: none. */
typedef struct {
    const char *header;
    const void *body;
    size_t size;
} door_frame;

/** Puts one frame into the core and steps; rows that are asked for are answered with `rows`. Checks each
 * plan. */
void door_event(larder *core, const char *header, const void *body, size_t body_size, const char *rows);

/** The same, with a block beside the rows. */
void door_event_with_block(larder *core, door_frame event, const char *rows, door_frame block);

/** Steps on with raw bytes as the whole input, frames and all. */
void door_raw(larder *core, const void *bytes, size_t size, const char *rows);

#endif
