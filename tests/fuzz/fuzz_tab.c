#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "larder_tab.h"

/**
 * A tab that hears anything at all: each line of the input is what happened before a step. Whatever it is,
 * the plan is JSON with moves.
 */

static void check_plan(const larder_tab *t) {
    arena memory = {0};
    cJSON *plan = NULL;
    const json_result result =
        json_parse((slice){larder_tab_plan(t), larder_tab_plan_size(t)}, &memory, &plan);
    if (result != JSON_OK || !cJSON_IsArray(json_get(plan, "moves"))) abort();
    arena_free(&memory);
}

static void step(larder_tab *t, const uint8_t *line, size_t size, double now_ms) {
    void *input = larder_tab_input(t, size);
    if (!input) abort();
    memcpy(input, line, size);
    if (!larder_tab_step(t, now_ms)) abort();
    check_plan(t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    larder_tab *t = larder_tab_new(1);
    double now_ms = 1.7e12;
    for (const uint8_t *end = data + size; data < end; now_ms += 900) {
        const uint8_t *newline = memchr(data, '\n', (size_t)(end - data));
        const size_t length = (size_t)((newline ? newline : end) - data);
        step(t, data, length, now_ms);
        data += length + (newline != NULL);
    }
    larder_tab_free(t);
    return 0;
}
