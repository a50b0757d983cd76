#include "json.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "json_scan.h"

static void skip_space(json_cursor *cursor) {
    cursor->at = behind_space(cursor->at, cursor->end);
}

static const char *skip_string(const char *at, const char *end) {
    for (at++; at < end; at++) {
        at = skip_until(quotes_and_escapes, at, end);
        if (at == end) return NULL;
        if (*at == '\\') at++;
        else if (*at == '"') return at + 1;
    }
    return NULL;
}

/** Behind the value that starts at `at`, whatever is inside it; NULL when the text ends before it does. */
static const char *skip_value(const char *at, const char *end) {
    size_t depth = 0;
    while (at < end) {
        if (*at == '"') {
            at = skip_string(at, end);
            if (!at) return NULL;
        } else if (*at == '{' || *at == '[') {
            depth++, at++;
        } else if (*at == '}' || *at == ']') {
            if (depth == 0) return at;
            depth--, at++;
        } else if (depth == 0 && *at == ',') {
            return at;
        } else {
            at++;
            continue;
        }
        if (depth == 0) return at;
    }
    return NULL;
}

bool json_enter(json_cursor *cursor, slice bytes, char open) {
    *cursor = (json_cursor){.at = bytes.at, .end = bytes.at + bytes.size, .close = open == '{' ? '}' : ']'};
    skip_space(cursor);
    if (cursor->at == cursor->end || *cursor->at != open) return false;
    cursor->at++;
    return true;
}

/** Moves to the start of the next member or element; false at the end or when broken. */
static bool advance(json_cursor *cursor) {
    if (cursor->broken) return false;
    skip_space(cursor);
    if (cursor->at < cursor->end && *cursor->at == cursor->close) return false;
    if (cursor->started) {
        if (cursor->at == cursor->end || *cursor->at != ',') return cursor->broken = true, false;
        cursor->at++;
        skip_space(cursor);
    }
    cursor->started = true;
    if (cursor->at == cursor->end) cursor->broken = true;
    return !cursor->broken;
}

bool json_key(json_cursor *cursor, slice *key) {
    if (!advance(cursor)) return false;
    const char *behind = *cursor->at == '"' ? skip_string(cursor->at, cursor->end) : NULL;
    if (!behind) return cursor->broken = true, false;
    *key = (slice){cursor->at + 1, (size_t)(behind - cursor->at) - 2};
    cursor->at = behind;
    skip_space(cursor);
    if (cursor->at == cursor->end || *cursor->at != ':') return cursor->broken = true, false;
    cursor->at++;
    skip_space(cursor);
    const bool value = cursor->at < cursor->end && *cursor->at != ',' && *cursor->at != cursor->close;
    if (!value) cursor->broken = true;
    return value;
}

bool json_value(json_cursor *cursor, slice *value) {
    const char *behind = skip_value(cursor->at, cursor->end);
    if (!behind) return cursor->broken = true, false;
    *value = (slice){cursor->at, (size_t)(behind - cursor->at)};
    cursor->at = behind;
    while (value->size && is_space(value->at[value->size - 1])) value->size--;
    return true;
}

bool json_element(json_cursor *cursor, slice *value) {
    return advance(cursor) && json_value(cursor, value);
}

bool json_member(json_cursor *cursor, slice *key, slice *value) {
    return json_key(cursor, key) && json_value(cursor, value);
}

bool json_inside(const json_cursor *cursor, char open, json_cursor *inner) {
    return json_enter(inner, (slice){cursor->at, (size_t)(cursor->end - cursor->at)}, open);
}

bool json_leave(json_cursor *cursor, const json_cursor *inner) {
    const bool ended = !inner->broken && inner->at < inner->end && *inner->at == inner->close;
    if (!ended) return cursor->broken = true, false;
    cursor->at = inner->at + 1;
    return true;
}

bool json_ended(const json_cursor *cursor) {
    if (cursor->broken || cursor->at == cursor->end || *cursor->at != cursor->close) return false;
    return behind_space(cursor->at + 1, cursor->end) == cursor->end;
}

/* ---- parsing ---- */

/** cJSON takes its memory from here while it parses; the core is single-threaded, as WebAssembly is. */
static arena *parse_arena;

static void *parse_take(size_t size) {
    return arena_take(parse_arena, size);
}

static void parse_release(void *memory) {
    (void)memory;
}

static unsigned hex_value(const char *at) {
    unsigned value = 0;
    for (int i = 0; i < 4; i++) {
        const unsigned char c = (unsigned char)at[i];
        value = value * 16 + (c <= '9' ? c - (unsigned)'0' : (c | 0x20U) - 'a' + 10U);
    }
    return value;
}

static bool is_low_surrogate_escape(const char *at, const char *end) {
    return end - at >= 6 && at[0] == '\\' && at[1] == 'u' && (hex_value(at + 2) & 0xFC00U) == 0xDC00U;
}

/** Overwrites the `\u0000` and lone surrogate escapes of a checked text with `\ufffd`. */
static void neutralise(char *at, const char *end) {
    while ((at = memchr(at, '\\', (size_t)(end - at))) != NULL) {
        if (at[1] != 'u') {
            at += 2;
            continue;
        }
        const unsigned unit = hex_value(at + 2);
        const bool high = (unit & 0xFC00U) == 0xD800U;
        if (high && is_low_surrogate_escape(at + 6, end)) {
            at += 12;
            continue;
        }
        if (unit == 0 || (unit & 0xF800U) == 0xD800U) memcpy(at + 2, "fffd", 4);
        at += 6;
    }
}

static cJSON *parse(slice bytes, arena *memory) {
    parse_arena = memory;
    cJSON_InitHooks(&(cJSON_Hooks){parse_take, parse_release});
    cJSON *parsed = cJSON_ParseWithLength(bytes.at, bytes.size);
    cJSON_InitHooks(NULL);
    return parsed;
}

static bool has_escapes(slice bytes) {
    return memchr(bytes.at, '\\', bytes.size) != NULL;
}

cJSON *json_parse_checked(slice bytes, arena *memory) {
    if (has_escapes(bytes)) {
        char *copy = arena_take(memory, bytes.size);
        if (!copy) return NULL;
        memcpy(copy, bytes.at, bytes.size);
        neutralise(copy, copy + bytes.size);
        bytes.at = copy;
    }
    return parse(bytes, memory);
}

json_result json_parse(slice bytes, arena *memory, cJSON **out) {
    const json_result result = json_check(bytes);
    if (result != JSON_OK) return result;
    *out = json_parse_checked(bytes, memory);
    return *out ? JSON_OK : JSON_NO_MEMORY;
}

const cJSON *json_get(const cJSON *object, const char *name) {
    const cJSON *found = NULL;
    if (!cJSON_IsObject(object)) return NULL;
    for (const cJSON *member = object->child; member; member = member->next) {
        if (strcmp(member->string, name) == 0) found = member;
    }
    return found;
}

const char *json_text(const cJSON *object, const char *name) {
    return cJSON_GetStringValue(json_get(object, name));
}

bool json_is_integer(const cJSON *item, int64_t *value) {
    if (!cJSON_IsNumber(item)) return false;
    const double number = item->valuedouble;
    if (!(number >= -9007199254740991.0 && number <= 9007199254740991.0) || number != floor(number))
        return false;
    *value = (int64_t)number;
    return true;
}

int64_t json_integer(const cJSON *object, const char *name, int64_t otherwise) {
    int64_t value;
    return json_is_integer(json_get(object, name), &value) ? value : otherwise;
}
