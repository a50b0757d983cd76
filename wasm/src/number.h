#ifndef LARDER_NUMBER_H
#define LARDER_NUMBER_H

#include <stdint.h>

static inline int64_t lesser(int64_t a, int64_t b) {
    return a < b ? a : b;
}

static inline int64_t greater(int64_t a, int64_t b) {
    return a > b ? a : b;
}

/** The earlier of two moments, of which 0 is none. */
static inline int64_t earlier(int64_t one, int64_t other) {
    return one && other ? lesser(one, other) : greater(one, other);
}

/**
 * What cJSON calls instead of `strtod` (CMakeLists.txt renames it): the C library's pulls a third of the
 * module's size in with it. Exact for whole numbers within 2^53, which are all that the core reads of
 * numbers, and for decimals of up to 15 digits; others may be off in the last place. Records are stored as
 * the bytes they came as, so nothing of a number is lost by it.
 */
double larder_strtod(const char *string, char **end);

#endif
