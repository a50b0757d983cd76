#include "door.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"

static const double NOW_MS = 1768557600000.0;

/** A plan that the host can't parse would stop it: whatever comes in, a plan is valid JSON. */
static void check_plan(const larder *core) {
    const slice plan = {larder_plan(core), larder_plan_size(core)};
    const json_result result = json_check(plan);
    if (result == JSON_OK || result == JSON_DEPTH) return;
    fprintf(stderr, "plan is not JSON (%d): %.*s\n", (int)result, (int)plan.size, plan.at);
    abort();
}

static void put_size(unsigned char *at, size_t size) {
    for (int i = 0; i < 4; i++) at[i] = (unsigned char)(size >> (8 * i));
}

static size_t frame_size(door_frame frame) {
    return frame.header ? 8 + strlen(frame.header) + frame.size : 0;
}

static unsigned char *put_frame(unsigned char *at, door_frame frame) {
    const size_t header_size = frame.header ? strlen(frame.header) : 0;
    if (!frame.header) return at;
    put_size(at, header_size);
    put_size(at + 4, frame.size);
    memcpy(at + 8, frame.header, header_size);
    if (frame.size) memcpy(at + 8 + header_size, frame.body, frame.size);
    return at + frame_size(frame);
}

static void put_frames(larder *core, door_frame one, door_frame other) {
    unsigned char *at = larder_input(core, frame_size(one) + frame_size(other));
    if (!at) abort();
    put_frame(put_frame(at, one), other);
}

static void step(larder *core, const char *rows, door_frame block) {
    int result;
    while ((result = larder_step(core, NOW_MS)) == LARDER_READS || result == LARDER_MORE) {
        check_plan(core);
        if (result == LARDER_MORE) continue;
        put_frames(core, (door_frame){"{\"type\":\"rows\"}", rows, strlen(rows)}, block);
    }
    if (result != LARDER_DONE) abort();
    check_plan(core);
}

void door_event(larder *core, const char *header, const void *body, size_t body_size, const char *rows) {
    door_event_with_block(core, (door_frame){header, body, body_size}, rows, (door_frame){0});
}

void door_event_with_block(larder *core, door_frame event, const char *rows, door_frame block) {
    put_frames(core, event, (door_frame){0});
    step(core, rows, block);
}

void door_raw(larder *core, const void *bytes, size_t size, const char *rows) {
    void *at = larder_input(core, size);
    if (!at) abort();
    if (size) memcpy(at, bytes, size);
    step(core, rows, (door_frame){0});
}
