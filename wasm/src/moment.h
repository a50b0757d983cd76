#ifndef LARDER_MOMENT_H
#define LARDER_MOMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "text.h"

/**
 * Reads an ISO 8601 date and time (`2026-01-16T09:30:00.250Z`, an offset such as `+02:00` instead of `Z`,
 * the fraction optional) as milliseconds since 1970. False when it is none; `*ms` is then untouched.
 */
bool moment_parse(const char *string, int64_t *ms);
/** The same for bytes, behind which another can be read: a quote, say. */
bool moment_of(slice bytes, int64_t *ms);

/**
 * Reads an HTTP `Retry-After`, seconds or a date (RFC 9110 section 10.2.3), as milliseconds from `now_ms`.
 * False when it is neither.
 */
bool moment_retry_after(const char *string, int64_t now_ms, int64_t *wait_ms);

/** When a message was edited last: `updated_at`, or `created_at` where it never was; 0: neither is a time. */
int64_t moment_edited_ms(const char *updated_at, const char *created_at);

enum { MOMENT_BYTES = 25 };

/**
 * Writes a time as `2026-01-16T09:30:00.250Z`; one before the year 0 or after 9999 as the nearest that has
 * four digits. Gives `out`.
 */
const char *moment_write(char out[MOMENT_BYTES], int64_t ms);

#endif
