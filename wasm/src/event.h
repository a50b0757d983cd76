#ifndef LARDER_EVENT_H
#define LARDER_EVENT_H

#include "gen/schema.h"
#include "json.h"

/**
 * One event as it comes in: a frame of two little-endian 32-bit sizes, the header (JSON, made by the host)
 * and the body (bytes of a server or of the store, which are looked at only slice by slice).
 */
typedef struct {
    event_type type;
    const cJSON *header;
    slice body;
    int attempt; /* 1, or more when a transaction with this event aborted before */
} event;

/** What is left to read of the input. */
typedef struct {
    const unsigned char *at;
    const unsigned char *end;
} event_reader;

typedef enum { EVENT_READ, EVENT_NONE, EVENT_BAD, EVENT_NO_MEMORY } event_result;

/**
 * Reads the next event into `memory`. `EVENT_BAD`: the frame doesn't fit (nothing more can be read then) or
 * its header is no event (the next one can).
 */
event_result event_next(event_reader *reader, arena *memory, event *out);

#endif
