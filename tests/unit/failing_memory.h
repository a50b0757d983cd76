#ifndef LARDER_TESTS_FAILING_MEMORY_H
#define LARDER_TESTS_FAILING_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/**
 * Memory that runs out on demand. The test programs are linked with `--wrap` for the functions that allocate
 * and for the arena's, so that all of the core's allocations come through here; outside of `memory_watch`
 * they pass unhindered.
 */
typedef enum {
    MEMORY_FAILS_ONCE,     /* one allocation fails, as when a large one doesn't fit but smaller ones do */
    MEMORY_FAILS_FROM_NOW, /* that one and all after it */
} memory_failure;

/** Sets which allocation is to fail, counted from 1 over all watched code; 0: none. Starts counting anew. */
void memory_fail_at(size_t nth, memory_failure failure);

/** Between true and false allocations count. */
void memory_watch(bool on);

/** Whether an allocation was refused since `memory_fail_at`. */
bool memory_has_failed(void);

/** How many blocks that were taken while watched have not been freed, ever. */
long memory_blocks(void);

#endif
