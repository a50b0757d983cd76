#include "retry.h"

#include <string.h>

#include "moment.h"
#include "plant.h"

static bool is_retryable_status(int64_t status) {
    return status == 408 || status == 425 || status == 429 || status >= 500;
}

static outcome classify_silence(const char *failure, error_code *code) {
    const bool timeout = failure && strcmp(failure, "timeout") == 0;
    *code = timeout ? ERROR_CODE_TIMEOUT : ERROR_CODE_NETWORK;
    return OUTCOME_RETRYABLE;
}

outcome retry_classify(int64_t status, const char *failure, error_code *code) {
    *code = ERROR_CODE_NONE;
    if (status <= 0) return classify_silence(failure, code);
    if (status >= 200 && status < 300) return OUTCOME_OK;
    if (status == 401) {
        *code = ERROR_CODE_AUTH;
        return OUTCOME_AUTH;
    }
    if (is_retryable_status(status)) {
        *code = status == 408  ? ERROR_CODE_TIMEOUT
                : status < 500 ? ERROR_CODE_RATE_LIMITED
                               : ERROR_CODE_SERVER;
        return OUTCOME_RETRYABLE;
    }
    *code = ERROR_CODE_REJECTED;
    return OUTCOME_TERMINAL;
}

uint64_t random_below(random_source *source, uint64_t bound) {
    source->state += 0x9E3779B97F4A7C15U;
    uint64_t mixed = source->state;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9U;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBU;
    mixed ^= mixed >> 31;
    return bound ? mixed % bound : 0;
}

int64_t retry_wait_ms(random_source *source, int failures, const char *retry_after, int64_t now_ms) {
    int64_t ceiling = LIMIT_BACKOFF_BASE_MS;
    if (PLANTED(no_backoff)) return 1;
    for (int i = 1; i < failures && ceiling < LIMIT_BACKOFF_MAX_MS; i++) ceiling *= 2;
    if (ceiling > LIMIT_BACKOFF_MAX_MS) ceiling = LIMIT_BACKOFF_MAX_MS;
    int64_t wait_ms = 1 + (int64_t)random_below(source, (uint64_t)ceiling);
    int64_t asked_ms;
    if (retry_after && moment_retry_after(retry_after, now_ms, &asked_ms)) {
        if (asked_ms > LIMIT_RETRY_AFTER_MAX_MS) asked_ms = LIMIT_RETRY_AFTER_MAX_MS;
        if (asked_ms > wait_ms) wait_ms = asked_ms;
    }
    return wait_ms;
}
