#include "plain.h"

#include <string.h>

enum { DIGITS_MAX = 15 }; /* so many are within 2^53 */

typedef struct {
    const record_rule *rule;
    plain_field *out;
    int next; /* the field that is expected: rows have them in the rule's order */
    bool plain;
} reader;

static bool has_name(slice key, const char *name) {
    size_t i = 0;
    while (i < key.size && name[i] == key.at[i]) i++;
    return i == key.size && !name[i];
}

/** The field with this name, of those from the expected one on; what was left out is skipped. */
static int field_at(const reader *r, slice key) {
    for (int i = r->next; i < r->rule->count; i++) {
        if (has_name(key, r->rule->fields[i].name)) return i;
    }
    return -1;
}

static bool take_text(slice value, const field_rule *rule, plain_field *out) {
    if (value.size < 2 || *value.at != '"') return false;
    out->text = (slice){value.at + 1, value.size - 2};
    const int64_t size = (int64_t)out->text.size;
    if (memchr(out->text.at, '\\', out->text.size)) return false;
    return size >= rule->min && (!rule->max || size <= rule->max);
}

static bool take_uuid(slice value, plain_field *out) {
    char copy[37] = {0};
    if (value.size != sizeof copy + 1 || *value.at != '"') return false;
    memcpy(copy, value.at + 1, sizeof copy - 1);
    out->text = (slice){value.at + 1, sizeof copy - 1};
    return record_is_uuid(copy);
}

static bool take_integer(slice value, const field_rule *rule, plain_field *out) {
    int64_t number = 0;
    if (value.size > DIGITS_MAX) return false;
    for (size_t i = 0; i < value.size; i++) {
        if (value.at[i] < '0' || value.at[i] > '9') return false;
        number = number * 10 + (value.at[i] - '0');
    }
    out->number = number;
    return number >= rule->min && (!rule->max || number <= rule->max);
}

static bool take_boolean(slice value, plain_field *out) {
    out->number = *value.at == 't';
    return *value.at == 't' || *value.at == 'f';
}

static bool take_enum(slice value, const field_rule *rule, plain_field *out) {
    int i = 0;
    if (value.size < 2) return false;
    const slice name = {value.at + 1, value.size - 2};
    while (rule->values[i] && !has_name(name, rule->values[i])) i++;
    out->number = i;
    return rule->values[i];
}

static bool take_value(slice value, const field_rule *rule, plain_field *out) {
    if (*value.at == 'n') return rule->nullable;
    out->there = true;
    switch (rule->type) {
    case FIELD_STRING: return take_text(value, rule, out);
    case FIELD_UUID: return take_uuid(value, out);
    case FIELD_INTEGER: return take_integer(value, rule, out);
    case FIELD_BOOLEAN: return take_boolean(value, out);
    case FIELD_ENUM: return take_enum(value, rule, out);
    default: return false;
    }
}

static void take_member(void *context, slice key, slice value) {
    reader *r = context;
    const int at = r->plain ? field_at(r, key) : -1;
    r->plain = at >= 0 && take_value(value, &r->rule->fields[at], &r->out[at]);
    r->next = at + 1;
}

static bool has_required(const record_rule *rule, const plain_field *fields) {
    for (int i = 0; i < rule->count; i++) {
        if (rule->fields[i].required && !fields[i].there) return false;
    }
    return true;
}

bool plain_read(slice bytes, const record_rule *rule, plain_field out[RECORD_FIELDS_MAX]) {
    reader r = {.rule = rule, .out = out, .plain = true};
    memset(out, 0, RECORD_FIELDS_MAX * sizeof *out);
    return json_split(bytes, take_member, &r) == JSON_OK && r.plain && has_required(rule, out);
}
