#ifndef LARDER_RETRY_H
#define LARDER_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "gen/schema.h"

/** How a call ended (design.md, section 5). */
typedef enum {
    OUTCOME_OK,
    OUTCOME_RETRYABLE, /* network, timeout, 408, 425, 429, 5xx: again after a while */
    OUTCOME_TERMINAL,  /* other 4xx: the same call would fail again */
    OUTCOME_AUTH,      /* 401: nothing is sent until there are new credentials */
} outcome;

/**
 * Classifies the end of a call. `status` is the HTTP status or what the transport gave for one, 0 when there
 * was no answer; then `failure` is "network", "timeout" or "aborted". `*code` is what the page is told.
 */
outcome retry_classify(int64_t status, const char *failure, error_code *code);

/** A small generator seeded by the host (splitmix64): the core has no randomness of its own. */
typedef struct {
    uint64_t state;
} random_source;

/** A number from 0 to `bound` - 1; 0 when `bound` is 0. */
uint64_t random_below(random_source *source, uint64_t bound);

/**
 * How long to wait before the next try, in milliseconds: exponential from `LIMIT_BACKOFF_BASE_MS`, at most
 * `LIMIT_BACKOFF_MAX_MS`, with full jitter. What the server asked for in `retry_after` (NULL: nothing) is the
 * least, up to `LIMIT_RETRY_AFTER_MAX_MS`. `failures` counts those before this wait, from 1.
 */
int64_t retry_wait_ms(random_source *source, int failures, const char *retry_after, int64_t now_ms);

#endif
