#include "field.h"

#include "gen/schema.h"
#include "moment.h"

enum { DIGITS_MAX = 15 }; /* so many are within 2^53 */

bool record_is_uuid_at(const char *bytes) {
    for (int i = 0; i < UUID_BYTES; i++) {
        const char c = bytes[i];
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        if (dash ? c != '-' : !hex) return false;
    }
    return true;
}

bool record_is_uuid(const char *string) {
    return record_is_uuid_at(string) && !string[UUID_BYTES];
}

/* ---- texts ---- */

slice field_text(slice value, bool escaped, arena *memory) {
    if (!escaped) return (slice){value.at + 1, value.size - 2};
    return slice_of(cJSON_GetStringValue(json_parse_checked(value, memory)));
}

static int64_t code_points(slice string) {
    int64_t count = 0;
    for (size_t i = 0; i < string.size; i++) count += ((unsigned char)string.at[i] & 0xC0) != 0x80;
    return count;
}

/** Few bytes are few code points, and some are at least one: most texts need no counting. */
static bool fits(slice string, const field_rule *rule) {
    const int64_t bytes = (int64_t)string.size;
    if (rule->min <= 1 && (!rule->max || bytes <= rule->max)) return bytes >= rule->min;
    const int64_t length = code_points(string);
    return length >= rule->min && (!rule->max || length <= rule->max);
}

static bool one_of(slice string, const char *const *values) {
    while (*values && !slice_is(string, *values)) values++;
    return *values;
}

static error_code text_error(slice string, const field_rule *rule) {
    int64_t ms;
    switch (rule->type) {
    case FIELD_UUID:
        return string.size == UUID_BYTES && record_is_uuid_at(string.at) ? ERROR_CODE_NONE
                                                                         : ERROR_CODE_FIELD_FORMAT;
    case FIELD_MOMENT: return moment_of(string, &ms) ? ERROR_CODE_NONE : ERROR_CODE_FIELD_FORMAT;
    case FIELD_ENUM: return one_of(string, rule->values) ? ERROR_CODE_NONE : ERROR_CODE_FIELD_ENUM;
    default: return fits(string, rule) ? ERROR_CODE_NONE : ERROR_CODE_FIELD_LENGTH;
    }
}

static error_code check_text(slice value, bool escaped, const field_rule *rule, arena *memory) {
    if (*value.at != '"') return ERROR_CODE_FIELD_TYPE;
    const slice string = field_text(value, escaped, memory);
    return string.at ? text_error(string, rule) : ERROR_CODE_NO_MEMORY;
}

/* ---- numbers ---- */

/** Of few digits, as most are. */
static bool is_plain(slice value, int64_t *number) {
    *number = 0;
    for (size_t i = 0; i < value.size; i++) {
        if (value.at[i] < '0' || value.at[i] > '9') return false;
        *number = *number * 10 + (value.at[i] - '0');
    }
    return true;
}

static bool is_number(slice value) {
    return *value.at == '-' || (*value.at >= '0' && *value.at <= '9');
}

bool field_is_integer(slice value, arena *memory, int64_t *number) {
    if (value.size <= DIGITS_MAX && is_plain(value, number)) return true;
    return is_number(value) && json_is_integer(json_parse_checked(value, memory), number);
}

static error_code check_integer(slice value, const field_rule *rule, arena *memory) {
    int64_t number;
    if (!field_is_integer(value, memory, &number))
        return memory->failed ? ERROR_CODE_NO_MEMORY : ERROR_CODE_FIELD_TYPE;
    return number >= rule->min && number <= rule->max ? ERROR_CODE_NONE : ERROR_CODE_FIELD_RANGE;
}

/* ---- records within ---- */

static bool report(problem *wrong, error_code code, const char *path) {
    *wrong = (problem){.code = (int)code};
    problem_append(wrong->path, path);
    return false;
}

/** Puts `name` before the path of a problem found further in. */
static bool report_inside(problem *wrong, const char *name) {
    const problem inner = *wrong;
    report(wrong, (error_code)inner.code, name);
    problem_append_field(wrong->path, inner.path);
    return false;
}

static bool check_object(slice value, const field_rule *rule, arena *memory, problem *wrong) {
    record inner;
    if (*value.at != '{') return report(wrong, ERROR_CODE_FIELD_TYPE, rule->name);
    if (!rule->record || record_read(value, rule->record, memory, &inner, wrong)) return true;
    return report_inside(wrong, rule->name);
}

static bool check_array(slice value, const field_rule *rule, arena *memory, problem *wrong) {
    json_cursor cursor;
    slice element;
    if (!json_enter(&cursor, value, '[')) return report(wrong, ERROR_CODE_FIELD_TYPE, rule->name);
    while (rule->record && json_element(&cursor, &element)) {
        if (!check_object(element, rule, memory, wrong)) return false;
    }
    return true;
}

bool field_check(slice value, bool escaped, const field_rule *rule, arena *memory, problem *wrong) {
    error_code code = ERROR_CODE_NONE;
    if (!value.at) return !rule->required || report(wrong, ERROR_CODE_FIELD_MISSING, rule->name);
    if (*value.at == 'n' && rule->nullable) return true;
    switch (rule->type) {
    case FIELD_OBJECT: return check_object(value, rule, memory, wrong);
    case FIELD_ARRAY: return check_array(value, rule, memory, wrong);
    case FIELD_INTEGER: code = check_integer(value, rule, memory); break;
    case FIELD_NUMBER: code = is_number(value) ? ERROR_CODE_NONE : ERROR_CODE_FIELD_TYPE; break;
    case FIELD_BOOLEAN:
        code = *value.at == 't' || *value.at == 'f' ? ERROR_CODE_NONE : ERROR_CODE_FIELD_TYPE;
        break;
    default: code = check_text(value, escaped, rule, memory);
    }
    return code == ERROR_CODE_NONE || report(wrong, code, rule->name);
}
