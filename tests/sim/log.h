#ifndef SIM_LOG_H
#define SIM_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "timeline.h"

enum { LOG_LINES = 40, LOG_LINE_BYTES = 200, VIOLATION_BYTES = 600 };

/** The last events, for the report of a violation; and the trace's hash, over all of them. */
typedef struct {
    char lines[LOG_LINES][LOG_LINE_BYTES];
    size_t count;
    uint64_t hash;
    bool verbose; /* print each line at once */
    bool violated;
    char checker[32];
    char violation[VIOLATION_BYTES];
} event_log;

void log_event(world *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
/** Adds bytes to the hash alone. */
void log_bytes(world *w, const char *bytes, size_t size);
/** Prints the lines that are kept. */
void log_print(const world *w);

/** A checker's finding. The first of a seed counts; the seed ends with it. */
void violation(world *w, const char *checker, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
