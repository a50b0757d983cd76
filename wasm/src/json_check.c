#include "gen/schema.h"
#include "json.h"
#include "json_scan.h"

/** The strict check: a reader of RFC 8259 that keeps nothing. */
typedef struct {
    const unsigned char *at;
    const unsigned char *end;
    json_result result;
    bool escaped;    /* a string had an escape */
    json_take *take; /* of the outermost object's members; NULL: nobody wants them */
    void *context;
    slice key;
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
    c->escaped = true;
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
    const char *start = (const char *)c->at + 1;
    if (!check_string(c)) return false;
    c->key = (slice){start, (size_t)((const char *)c->at - start) - 1};
    check_space(c);
    if (!accept(c, ':')) return fail(c, JSON_SYNTAX);
    check_space(c);
    return true;
}

/** One member or element. */
static bool check_item(checker *c, char close, int depth) {
    if (close == '}' && !check_key(c)) return false;
    const slice key = c->key;
    const char *start = (const char *)c->at;
    const bool taken = depth == 0 && close == '}' && c->take;
    if (taken) c->escaped = false;
    if (!check_value(c, depth + 1)) return false;
    if (taken) c->take(c->context, key, (slice){start, (size_t)((const char *)c->at - start)}, c->escaped);
    return true;
}

static bool check_nested(checker *c, char close, int depth) {
    if (depth >= LIMIT_JSON_DEPTH_MAX) return fail(c, JSON_DEPTH);
    c->at++;
    check_space(c);
    if (accept(c, close)) return true;
    for (;;) {
        if (!check_item(c, close, depth)) return false;
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

const char *json_plain_string(const char *at, const char *end) {
    checker c = {.at = (const unsigned char *)at, .end = (const unsigned char *)end};
    return check_string(&c) && !c.escaped ? (const char *)c.at : NULL;
}

json_result json_split(slice bytes, json_take *take, void *context) {
    const unsigned char *start = (const unsigned char *)bytes.at;
    checker c = {.at = start, .end = start + bytes.size, .take = take, .context = context};
    check_space(&c);
    if (check_value(&c, 0)) {
        check_space(&c);
        if (c.at != c.end) fail(&c, JSON_SYNTAX);
    }
    return c.result;
}

json_result json_check(slice bytes) {
    return json_split(bytes, NULL, NULL);
}
