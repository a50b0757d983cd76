#include "event.h"

enum { FRAME_HEAD_BYTES = 8 };

static size_t read_size(const unsigned char *at) {
    return (size_t)at[0] | (size_t)at[1] << 8 | (size_t)at[2] << 16 | (size_t)at[3] << 24;
}

/** False when there is no such type. */
static bool type_of(const char *name, event_type *type) {
    *type = (event_type)(name ? record_name_index(event_type_names, name) : 0);
    return name && event_type_names[*type];
}

static event_result stop(event_reader *reader) {
    reader->at = reader->end;
    return EVENT_BAD;
}

event_result event_next(event_reader *reader, arena *memory, event *out) {
    size_t left = (size_t)(reader->end - reader->at);
    if (left == 0) return EVENT_NONE;
    if (left < FRAME_HEAD_BYTES) return stop(reader);
    const slice header = {(const char *)reader->at + FRAME_HEAD_BYTES, read_size(reader->at)};
    const size_t body_size = read_size(reader->at + 4);
    left -= FRAME_HEAD_BYTES;
    if (header.size > left || body_size > left - header.size) return stop(reader);
    out->body = (slice){header.at + header.size, body_size};
    reader->at += FRAME_HEAD_BYTES + header.size + body_size;

    cJSON *parsed;
    const json_result result = json_parse(header, memory, &parsed);
    if (result == JSON_NO_MEMORY) return EVENT_NO_MEMORY;
    if (result != JSON_OK || !type_of(json_text(parsed, "type"), &out->type)) return EVENT_BAD;
    out->header = parsed;
    const int64_t attempt = json_integer(parsed, "attempt", 1);
    out->attempt = attempt < 1 ? 1 : attempt > 100 ? 100 : (int)attempt;
    return EVENT_READ;
}
