#include "json.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "gen/schema.h"

static bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void skip_space(json_cursor *cursor) {
    while (cursor->at < cursor->end && is_space(*cursor->at)) cursor->at++;
}

/* Eight bytes at once, the first one lowest: the high bit of each byte that is looked for. Above the lowest
 * of these there may be false ones. */
#define EACH_BYTE(byte) (UINT64_C(0x0101010101010101) * (byte))

static uint64_t zero_bytes(uint64_t word) {
    return (word - EACH_BYTE(1)) & ~word & EACH_BYTE(0x80);
}

static uint64_t quotes_and_escapes(uint64_t word) {
    return zero_bytes(word ^ EACH_BYTE('"')) | zero_bytes(word ^ EACH_BYTE('\\'));
}

/** Whatever is no plain text inside a string: quotes, backslashes, control characters, anything but ASCII. */
static uint64_t no_plain_text(uint64_t word) {
    const uint64_t control = (word - EACH_BYTE(0x20)) & ~word & EACH_BYTE(0x80);
    return quotes_and_escapes(word) | control | (word & EACH_BYTE(0x80));
}

/** Skips bytes, eight at a time, up to one that is looked for or to the last few before the end. */
static const char *skip_until(uint64_t (*wanted)(uint64_t word), const char *at, const char *end) {
    while (end - at >= 8) {
        uint64_t word;
        memcpy(&word, at, sizeof word);
        const uint64_t found = wanted(word);
        if (found) return at + (__builtin_ctzll(found) >> 3);
        at += 8;
    }
    return at;
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
    const char *at = cursor->at + 1;
    while (at < cursor->end && is_space(*at)) at++;
    return at == cursor->end;
}

/* ---- the strict check: a reader of RFC 8259 that keeps nothing ---- */

typedef struct {
    const unsigned char *at;
    const unsigned char *end;
    json_result result;
} checker;

static bool fail(checker *c, json_result result) {
    if (c->result == JSON_OK) c->result = result;
    return false;
}

static int peek(const checker *c) {
    return c->at < c->end ? *c->at : -1;
}

static bool accept(checker *c, int byte) {
    if (peek(c) != byte) return false;
    c->at++;
    return true;
}

/** One character of two to four bytes; no overlong forms, no surrogates, nothing past U+10FFFF. */
static bool check_multibyte(checker *c) {
    const unsigned char lead = *c->at;
    const int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
    if (lead < 0xC2 || lead > 0xF4 || c->end - c->at <= more) return fail(c, JSON_UTF8);
    const unsigned char second = c->at[1];
    if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F)) return fail(c, JSON_UTF8);
    if ((lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F)) return fail(c, JSON_UTF8);
    for (int i = 1; i <= more; i++) {
        if ((c->at[i] & 0xC0) != 0x80) return fail(c, JSON_UTF8);
    }
    c->at += more + 1;
    return true;
}

static bool is_hex(int byte) {
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'f') || (byte >= 'A' && byte <= 'F');
}

static bool check_escape(checker *c) {
    const int kind = peek(c);
    if (kind < 0 || !strchr("\"\\/bfnrtu", kind) || kind == 0) return fail(c, JSON_SYNTAX);
    c->at++;
    for (int i = 0; kind == 'u' && i < 4; i++) {
        if (!is_hex(peek(c))) return fail(c, JSON_SYNTAX);
        c->at++;
    }
    return true;
}

static const unsigned char *skip_plain(const checker *c) {
    return (const unsigned char *)skip_until(no_plain_text, (const char *)c->at, (const char *)c->end);
}

static bool check_string(checker *c) {
    if (!accept(c, '"')) return fail(c, JSON_SYNTAX);
    while (c->at < c->end) {
        c->at = skip_plain(c);
        if (c->at == c->end) break;
        const unsigned char byte = *c->at;
        if (byte >= 0x80) {
            if (!check_multibyte(c)) return false;
            continue;
        }
        c->at++;
        if (byte == '"') return true;
        if (byte < 0x20) return fail(c, JSON_SYNTAX);
        if (byte == '\\' && !check_escape(c)) return false;
    }
    return fail(c, JSON_SYNTAX);
}

static bool check_digits(checker *c) {
    const unsigned char *start = c->at;
    while (peek(c) >= '0' && peek(c) <= '9') c->at++;
    return c->at > start || fail(c, JSON_SYNTAX);
}

static bool check_number(checker *c) {
    accept(c, '-');
    if (!accept(c, '0') && !check_digits(c)) return false;
    if (accept(c, '.') && !check_digits(c)) return false;
    if (accept(c, 'e') || accept(c, 'E')) {
        if (!accept(c, '+')) accept(c, '-');
        return check_digits(c);
    }
    return true;
}

static bool check_literal(checker *c, const char *word) {
    while (*word) {
        if (!accept(c, *word++)) return fail(c, JSON_SYNTAX);
    }
    return true;
}

static void check_space(checker *c) {
    while (c->at < c->end && is_space((char)*c->at)) c->at++;
}

static bool check_value(checker *c, int depth);

static bool check_key(checker *c) {
    if (!check_string(c)) return false;
    check_space(c);
    if (!accept(c, ':')) return fail(c, JSON_SYNTAX);
    check_space(c);
    return true;
}

static bool check_nested(checker *c, char close, int depth) {
    if (depth >= LIMIT_JSON_DEPTH_MAX) return fail(c, JSON_DEPTH);
    c->at++;
    check_space(c);
    if (accept(c, close)) return true;
    for (;;) {
        if (close == '}' && !check_key(c)) return false;
        if (!check_value(c, depth + 1)) return false;
        check_space(c);
        if (accept(c, close)) return true;
        if (!accept(c, ',')) return fail(c, JSON_SYNTAX);
        check_space(c);
    }
}

static bool check_value(checker *c, int depth) {
    switch (peek(c)) {
    case '{': return check_nested(c, '}', depth);
    case '[': return check_nested(c, ']', depth);
    case '"': return check_string(c);
    case 't': return check_literal(c, "true");
    case 'f': return check_literal(c, "false");
    case 'n': return check_literal(c, "null");
    default: return check_number(c);
    }
}

json_result json_check(slice bytes) {
    const unsigned char *start = (const unsigned char *)bytes.at;
    checker c = {start, start + bytes.size, JSON_OK};
    check_space(&c);
    if (check_value(&c, 0)) {
        check_space(&c);
        if (c.at != c.end) fail(&c, JSON_SYNTAX);
    }
    return c.result;
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

static cJSON *parse_checked(slice bytes, arena *memory) {
    parse_arena = memory;
    cJSON_InitHooks(&(cJSON_Hooks){parse_take, parse_release});
    cJSON *parsed = cJSON_ParseWithLength(bytes.at, bytes.size);
    cJSON_InitHooks(NULL);
    return parsed;
}

json_result json_parse(slice bytes, arena *memory, cJSON **out) {
    const json_result result = json_check(bytes);
    if (result != JSON_OK) return result;
    if (memchr(bytes.at, '\\', bytes.size)) {
        char *copy = arena_take(memory, bytes.size);
        if (!copy) return JSON_NO_MEMORY;
        memcpy(copy, bytes.at, bytes.size);
        neutralise(copy, copy + bytes.size);
        bytes.at = copy;
    }
    *out = parse_checked(bytes, memory);
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
