#include "log.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "world.h"

void log_bytes(world *w, const char *bytes, size_t size) {
    uint64_t hash = w->log.hash ^ size;
    size_t i = 0;
    for (uint64_t word; i + 8 <= size; i += 8) {
        memcpy(&word, bytes + i, 8);
        hash = (hash ^ word) * 0x9E3779B97F4A7C15U;
        hash ^= hash >> 29;
    }
    for (; i < size; i++) hash = (hash ^ (unsigned char)bytes[i]) * 0x100000001B3U;
    w->log.hash = hash;
}

void log_event(world *w, const char *format, ...) {
    event_log *l = &w->log;
    char *line = l->lines[l->count++ % LOG_LINES];
    va_list arguments;
    va_start(arguments, format);
    const int head = snprintf(line, LOG_LINE_BYTES, "step %" PRId64 " at %" PRId64 " ms: ", w->step,
                              w->time_ms - WORLD_START_MS);
    vsnprintf(line + head, (size_t)(LOG_LINE_BYTES - head), format, arguments);
    va_end(arguments);
    log_bytes(w, line, strlen(line));
    if (l->verbose) puts(line);
}

void log_print(const world *w) {
    const event_log *l = &w->log;
    const size_t first = l->count > LOG_LINES ? l->count - LOG_LINES : 0;
    for (size_t i = first; i < l->count; i++) printf("    %s\n", l->lines[i % LOG_LINES]);
}

void violation(world *w, const char *checker, const char *format, ...) {
    event_log *l = &w->log;
    if (l->violated) return;
    l->violated = true;
    snprintf(l->checker, sizeof l->checker, "%s", checker);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(l->violation, sizeof l->violation, format, arguments);
    va_end(arguments);
    log_event(w, "VIOLATION of %s", checker);
}
