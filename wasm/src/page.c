#include "page.h"

#include <string.h>

#include "gen/schema.h"

static int field_of(const record_rule *rule, slice key) {
    for (int i = 0; i < rule->count; i++) {
        if (slice_is(key, rule->fields[i].name)) return i;
    }
    return -1;
}

/** False when a comma is missing: then nobody knows what else is. */
static bool count_elements(slice list, size_t *count) {
    json_cursor cursor;
    slice value;
    *count = 0;
    json_enter(&cursor, list, '[');
    while (json_element(&cursor, &value)) (*count)++;
    return json_ended(&cursor);
}

/**
 * Notes a list as a slice and stands an empty array in its place; other members are copied as they are. False
 * for a list that can't be walked.
 */
static bool take_member(page *out, const record_rule *rule, slice key, slice value, text *frame) {
    const int at = field_of(rule, key);
    if (at < 0) return true;
    text_name(frame, rule->fields[at].name);
    if (rule->fields[at].type == FIELD_ARRAY && value.size && *value.at == '[') {
        out->lists[at] = value;
        value = slice_of("[]");
    }
    text_bytes(frame, value);
    return !out->lists[at].at || count_elements(out->lists[at], &out->counts[at]);
}

static bool no_memory(problem *wrong) {
    *wrong = (problem){.code = ERROR_CODE_NO_MEMORY};
    return false;
}

static bool read_frame(const text *frame, const record_rule *rule, arena *memory, page *out, problem *wrong) {
    char *copy = arena_take(memory, frame->size);
    if (!copy) return no_memory(wrong);
    memcpy(copy, frame->at, frame->size);
    if (record_read((slice){copy, frame->size}, rule, memory, &out->fields, wrong)) return true;
    const bool unreadable = wrong->code == ERROR_CODE_RECORD_SYNTAX ||
                            wrong->code == ERROR_CODE_RECORD_UTF8 || wrong->code == ERROR_CODE_RECORD_DEPTH;
    if (unreadable) wrong->code = ERROR_CODE_BODY_SYNTAX;
    return false;
}

bool page_read(slice body, const record_rule *rule, arena *memory, page *out, problem *wrong) {
    json_cursor cursor;
    slice key, value;
    text frame = {0};
    memset(out, 0, sizeof *out);
    *wrong = (problem){.code = ERROR_CODE_BODY_SYNTAX};
    bool ok = json_enter(&cursor, body, '{');
    text_raw(&frame, "{");
    while (ok && json_member(&cursor, &key, &value)) ok = take_member(out, rule, key, value, &frame);
    text_raw(&frame, "}");
    if (frame.failed) ok = no_memory(wrong);
    else ok = ok && json_ended(&cursor) && read_frame(&frame, rule, memory, out, wrong);
    text_free(&frame);
    return ok;
}
