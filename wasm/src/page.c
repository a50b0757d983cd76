#include "page.h"

#include <string.h>

#include "gen/schema.h"

static int field_of(const record_rule *rule, slice key) {
    for (int i = 0; i < rule->count; i++) {
        if (slice_is(key, rule->fields[i].name)) return i;
    }
    return -1;
}

enum { LIST_ROOM_FIRST = 256 };

/** Makes room for one more; the old array stays behind in the arena. */
static bool grow(page_list *list, size_t *room, arena *memory) {
    if (list->at && list->count < *room) return true;
    *room = list->at ? *room * 2 : LIST_ROOM_FIRST;
    slice *grown = arena_take(memory, *room * sizeof *grown);
    if (!grown) return false;
    if (list->count) memcpy(grown, list->at, list->count * sizeof *grown);
    list->at = grown;
    return true;
}

typedef enum { TAKEN, BROKEN, NO_MEMORY } taken;

/** Takes the elements of the list that the cursor stands before. */
static taken take_list(json_cursor *cursor, json_cursor *inner, page_list *list, arena *memory) {
    size_t room = 0;
    slice element;
    *list = (page_list){0};
    if (!grow(list, &room, memory)) return NO_MEMORY;
    while (json_element(inner, &element)) {
        if (!grow(list, &room, memory)) return NO_MEMORY;
        list->at[list->count++] = element;
    }
    return json_leave(cursor, inner) ? TAKEN : BROKEN;
}

/** Takes a list apart and stands an empty array in its place; other members are copied as they are. */
static taken take_member(page *out, const record_rule *rule, json_cursor *cursor, slice key, text *frame,
                         arena *memory) {
    json_cursor inner;
    slice value = slice_of("[]");
    const int at = field_of(rule, key);
    if (at >= 0 && rule->fields[at].type == FIELD_ARRAY && json_inside(cursor, '[', &inner)) {
        const taken result = take_list(cursor, &inner, &out->lists[at], memory);
        if (result != TAKEN) return result;
    } else if (!json_value(cursor, &value)) {
        return BROKEN;
    }
    if (at < 0) return TAKEN;
    text_name(frame, rule->fields[at].name);
    text_bytes(frame, value);
    return TAKEN;
}

void page_blame_body(problem *wrong) {
    const bool unreadable = wrong->code == ERROR_CODE_RECORD_SYNTAX ||
                            wrong->code == ERROR_CODE_RECORD_UTF8 || wrong->code == ERROR_CODE_RECORD_DEPTH;
    if (unreadable) wrong->code = ERROR_CODE_BODY_SYNTAX;
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
    page_blame_body(wrong);
    return false;
}

bool page_read(slice body, const record_rule *rule, arena *memory, page *out, problem *wrong) {
    json_cursor cursor;
    slice key;
    text frame = {0};
    memset(out, 0, sizeof *out);
    *wrong = (problem){.code = ERROR_CODE_BODY_SYNTAX};
    taken result = json_enter(&cursor, body, '{') ? TAKEN : BROKEN;
    text_raw(&frame, "{");
    while (result == TAKEN && json_key(&cursor, &key))
        result = take_member(out, rule, &cursor, key, &frame, memory);
    text_raw(&frame, "}");
    bool ok = result == TAKEN && json_ended(&cursor);
    if (frame.failed || result == NO_MEMORY) ok = no_memory(wrong);
    else ok = ok && read_frame(&frame, rule, memory, out, wrong);
    text_free(&frame);
    return ok;
}
