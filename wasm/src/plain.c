#include "plain.h"

#include <string.h>

enum { DIGITS_MAX = 15 }; /* so many are within 2^53 */

/** Stands before what comes next; behind the last byte there is none that anything could be taken for. */
typedef struct {
    const char *at;
    const char *end;
} reader;

static bool take_byte(reader *r, char byte) {
    if (r->at == r->end || *r->at != byte) return false;
    r->at++;
    return true;
}

static bool take_word(reader *r, const char *word) {
    const char *at = r->at;
    while (*word && at < r->end && *at == *word) at++, word++;
    if (*word) return false;
    r->at = at;
    return true;
}

/** A word in quotes. */
static bool take_quoted(reader *r, const char *word) {
    reader try = *r;
    if (!take_byte(&try, '"') || !take_word(&try, word) || !take_byte(&try, '"')) return false;
    *r = try;
    return true;
}

/** The field whose name comes next, of those from `from` on: rows have them in the rule's order. */
static int take_name(reader *r, const record_rule *rule, int from) {
    while (from < rule->count && !take_quoted(r, rule->fields[from].name)) from++;
    return from < rule->count && take_byte(r, ':') ? from : -1;
}

static bool take_text(reader *r, const field_rule *rule, plain_field *out) {
    const char *behind = json_plain_string(r->at, r->end);
    if (!behind) return false;
    out->text = (slice){r->at + 1, (size_t)(behind - r->at) - 2};
    r->at = behind;
    const int64_t size = (int64_t)out->text.size;
    return size >= rule->min && (!rule->max || size <= rule->max);
}

static bool take_uuid(reader *r, plain_field *out) {
    if (r->end - r->at < UUID_BYTES + 2 || *r->at != '"' || r->at[UUID_BYTES + 1] != '"') return false;
    out->text = (slice){r->at + 1, UUID_BYTES};
    r->at += UUID_BYTES + 2;
    return record_is_uuid_at(out->text.at);
}

static bool take_integer(reader *r, const field_rule *rule, plain_field *out) {
    const char *start = r->at;
    int64_t number = 0;
    while (r->at < r->end && *r->at >= '0' && *r->at <= '9' && r->at - start < DIGITS_MAX)
        number = number * 10 + (*r->at++ - '0');
    out->number = number;
    if (r->at == start || (*start == '0' && r->at - start > 1)) return false;
    return number >= rule->min && (!rule->max || number <= rule->max);
}

static bool take_boolean(reader *r, plain_field *out) {
    out->number = take_word(r, "true");
    return out->number || take_word(r, "false");
}

static bool take_enum(reader *r, const field_rule *rule, plain_field *out) {
    int i = 0;
    while (rule->values[i] && !take_quoted(r, rule->values[i])) i++;
    out->number = i;
    return rule->values[i];
}

static bool take_value(reader *r, const field_rule *rule, plain_field *out) {
    if (take_word(r, "null")) return rule->nullable;
    out->there = true;
    switch (rule->type) {
    case FIELD_STRING: return take_text(r, rule, out);
    case FIELD_UUID: return take_uuid(r, out);
    case FIELD_INTEGER: return take_integer(r, rule, out);
    case FIELD_BOOLEAN: return take_boolean(r, out);
    case FIELD_ENUM: return take_enum(r, rule, out);
    default: return false;
    }
}

static bool take_members(reader *r, const record_rule *rule, plain_field *out) {
    int at = -1;
    do {
        at = take_name(r, rule, at + 1);
        if (at < 0 || !take_value(r, &rule->fields[at], &out[at])) return false;
    } while (take_byte(r, ','));
    return true;
}

static bool has_required(const record_rule *rule, const plain_field *fields) {
    for (int i = 0; i < rule->count; i++) {
        if (rule->fields[i].required && !fields[i].there) return false;
    }
    return true;
}

bool plain_read(slice bytes, const record_rule *rule, plain_field out[RECORD_FIELDS_MAX]) {
    reader r = {bytes.at, bytes.at + bytes.size};
    memset(out, 0, RECORD_FIELDS_MAX * sizeof *out);
    if (!take_byte(&r, '{') || !take_members(&r, rule, out) || !take_byte(&r, '}')) return false;
    return r.at == r.end && has_required(rule, out);
}
