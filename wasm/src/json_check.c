#include "gen/schema.h"
#include "json.h"
#include "json_scan.h"

typedef const unsigned char *place;

/**
 * The strict check: a reader of RFC 8259 that keeps nothing. Each part of it takes the place where something
 * should be, and gives the one behind it; NULL when it is not as it should be.
 */
typedef struct {
    place end;
    json_result result;
    bool escaped;    /* a string had an escape */
    json_take *take; /* of the outermost object's members; NULL: nobody wants them */
    void *context;
} checker;

static place fail(checker *c, json_result result) {
    if (c->result == JSON_OK) c->result = result;
    return NULL;
}

static bool is_at(const checker *c, place at, int byte) {
    return at < c->end && *at == byte;
}

/** One character of two to four bytes; no overlong forms, no surrogates, nothing past U+10FFFF. */
static place check_multibyte(checker *c, place at) {
    const unsigned char lead = *at;
    const int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
    if (lead < 0xC2 || lead > 0xF4 || c->end - at <= more) return fail(c, JSON_UTF8);
    const unsigned char second = at[1];
    if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F)) return fail(c, JSON_UTF8);
    if ((lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F)) return fail(c, JSON_UTF8);
    for (int i = 1; i <= more; i++) {
        if ((at[i] & 0xC0) != 0x80) return fail(c, JSON_UTF8);
    }
    return at + more + 1;
}

static bool is_hex(int byte) {
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'f') || (byte >= 'A' && byte <= 'F');
}

/** What follows a backslash. */
static place check_escape(checker *c, place at) {
    const int kind = at < c->end ? *at : 0;
    if (!kind || !strchr("\"\\/bfnrtu", kind)) return fail(c, JSON_SYNTAX);
    c->escaped = true;
    at++;
    for (int i = 0; kind == 'u' && i < 4; i++, at++) {
        if (at == c->end || !is_hex(*at)) return fail(c, JSON_SYNTAX);
    }
    return at;
}

static place skip_plain(place at, place end) {
    return (place)skip_until(no_plain_text, (const char *)at, (const char *)end);
}

static place check_string(checker *c, place at) {
    const place end = c->end;
    if (!is_at(c, at, '"')) return fail(c, JSON_SYNTAX);
    at++;
    while (at && (at = skip_plain(at, end)) < end) {
        if (*at == '"') return at + 1;
        if (*at >= 0x80) at = check_multibyte(c, at);
        else if (*at == '\\') at = check_escape(c, at + 1);
        else if (*at < 0x20) return fail(c, JSON_SYNTAX);
        else at++;
    }
    return fail(c, JSON_SYNTAX);
}

static place check_digits(checker *c, place at) {
    const place start = at;
    while (at < c->end && *at >= '0' && *at <= '9') at++;
    return at > start ? at : fail(c, JSON_SYNTAX);
}

static place check_number(checker *c, place at) {
    if (is_at(c, at, '-')) at++;
    at = is_at(c, at, '0') ? at + 1 : check_digits(c, at);
    if (at && is_at(c, at, '.')) at = check_digits(c, at + 1);
    if (at && (is_at(c, at, 'e') || is_at(c, at, 'E'))) {
        at++;
        if (is_at(c, at, '+') || is_at(c, at, '-')) at++;
        at = check_digits(c, at);
    }
    return at;
}

static place check_literal(checker *c, place at, const char *word) {
    for (; *word; word++, at++) {
        if (!is_at(c, at, *word)) return fail(c, JSON_SYNTAX);
    }
    return at;
}

static place skip_space(place at, place end) {
    return (place)behind_space((const char *)at, (const char *)end);
}

static slice between(place start, place end) {
    return (slice){(const char *)start, (size_t)(end - start)};
}

static place check_value(checker *c, place at, int depth);

static place check_member(checker *c, place at, int depth) {
    const bool taken = depth == 0 && c->take;
    const place behind_key = check_string(c, at);
    if (!behind_key) return NULL;
    const place colon = skip_space(behind_key, c->end);
    if (!is_at(c, colon, ':')) return fail(c, JSON_SYNTAX);
    const place value = skip_space(colon + 1, c->end);
    if (taken) c->escaped = false;
    const place behind = check_value(c, value, depth + 1);
    if (behind && taken)
        c->take(c->context, between(at + 1, behind_key - 1), between(value, behind), c->escaped);
    return behind;
}

static place check_nested(checker *c, place at, char close, int depth) {
    const place end = c->end;
    if (depth >= LIMIT_JSON_DEPTH_MAX) return fail(c, JSON_DEPTH);
    at = skip_space(at + 1, end);
    if (is_at(c, at, close)) return at + 1;
    for (;;) {
        at = close == '}' ? check_member(c, at, depth) : check_value(c, at, depth + 1);
        if (!at) return NULL;
        at = skip_space(at, end);
        if (is_at(c, at, close)) return at + 1;
        if (!is_at(c, at, ',')) return fail(c, JSON_SYNTAX);
        at = skip_space(at + 1, end);
    }
}

static place check_value(checker *c, place at, int depth) {
    switch (at < c->end ? *at : 0) {
    case '{': return check_nested(c, at, '}', depth);
    case '[': return check_nested(c, at, ']', depth);
    case '"': return check_string(c, at);
    case 't': return check_literal(c, at, "true");
    case 'f': return check_literal(c, at, "false");
    case 'n': return check_literal(c, at, "null");
    default: return check_number(c, at);
    }
}

const char *json_plain_string(const char *at, const char *end) {
    checker c = {.end = (place)end};
    const place behind = check_string(&c, (place)at);
    return c.escaped ? NULL : (const char *)behind;
}

json_result json_split(slice bytes, json_take *take, void *context) {
    const place start = (place)bytes.at;
    checker c = {.end = start + bytes.size, .take = take, .context = context};
    const place behind = check_value(&c, skip_space(start, c.end), 0);
    if (behind && skip_space(behind, c.end) != c.end) fail(&c, JSON_SYNTAX);
    return c.result;
}

json_result json_check(slice bytes) {
    return json_split(bytes, NULL, NULL);
}
