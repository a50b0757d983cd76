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

static void put_frame(larder *core, const char *header, const void *body, size_t body_size) {
    const size_t header_size = strlen(header);
    unsigned char *at = larder_input(core, 8 + header_size + body_size);
    if (!at) abort();
    put_size(at, header_size);
    put_size(at + 4, body_size);
    memcpy(at + 8, header, header_size);
    if (body_size) memcpy(at + 8 + header_size, body, body_size);
}

static void step(larder *core, const char *rows) {
    int result;
    while ((result = larder_step(core, NOW_MS)) == LARDER_READS || result == LARDER_MORE) {
        check_plan(core);
        if (result == LARDER_MORE) continue;
        put_frame(core, "{\"type\":\"rows\"}", rows, strlen(rows));
    }
    if (result != LARDER_DONE) abort();
    check_plan(core);
}

void door_event(larder *core, const char *header, const void *body, size_t body_size, const char *rows) {
    put_frame(core, header, body, body_size);
    step(core, rows);
}

void door_raw(larder *core, const void *bytes, size_t size, const char *rows) {
    void *at = larder_input(core, size);
    if (!at) abort();
    if (size) memcpy(at, bytes, size);
    step(core, rows);
}
