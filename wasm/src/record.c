#include "record.h"

#include <string.h>

#include "gen/schema.h"
#include "moment.h"

/** Appends what fits, always NUL-terminated. */
static void append(char path[PROBLEM_PATH_BYTES], const char *more) {
    const size_t used = strlen(path);
    const size_t room = PROBLEM_PATH_BYTES - 1 - used;
    const size_t wanted = strlen(more);
    const size_t size = wanted < room ? wanted : room;
    memcpy(path + used, more, size);
    path[used + size] = 0;
}

static void append_field(char path[PROBLEM_PATH_BYTES], const char *field) {
    if (*path && *field) append(path, ".");
    append(path, field);
}

void problem_path(char path[PROBLEM_PATH_BYTES], const char *list, size_t index, const char *field) {
    char digits[24];
    size_t at = sizeof digits - 1;
    digits[at] = 0;
    do {
        digits[--at] = (char)('0' + index % 10);
        index /= 10;
    } while (index);
    *path = 0;
    append(path, list);
    append(path, "[");
    append(path, digits + at);
    append(path, "]");
    append_field(path, field);
}

static bool report(problem *wrong, error_code code, const char *path) {
    *wrong = (problem){.code = (int)code};
    append(wrong->path, path);
    return false;
}

/** Puts `name` before the path of a problem found further in. */
static bool report_inside(problem *wrong, const char *name) {
    const problem inner = *wrong;
    *wrong = (problem){.code = inner.code};
    append(wrong->path, name);
    append_field(wrong->path, inner.path);
    return false;
}

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

static int64_t code_points(const char *string) {
    int64_t count = 0;
    for (; *string; string++) count += ((unsigned char)*string & 0xC0) != 0x80;
    return count;
}

static bool one_of(const char *string, const char *const *values) {
    for (; *values; values++) {
        if (strcmp(string, *values) == 0) return true;
    }
    return false;
}

static bool check_text(const cJSON *item, const field_rule *rule, problem *wrong) {
    int64_t ms;
    const char *string = cJSON_GetStringValue(item);
    if (!string) return report(wrong, ERROR_CODE_FIELD_TYPE, rule->name);
    if (rule->type == FIELD_UUID)
        return record_is_uuid(string) || report(wrong, ERROR_CODE_FIELD_FORMAT, rule->name);
    if (rule->type == FIELD_MOMENT) {
        return moment_parse(string, &ms) || report(wrong, ERROR_CODE_FIELD_FORMAT, rule->name);
    }
    if (rule->type == FIELD_ENUM) {
        return one_of(string, rule->values) || report(wrong, ERROR_CODE_FIELD_ENUM, rule->name);
    }
    const int64_t length = code_points(string);
    const bool fits = length >= rule->min && (!rule->max || length <= rule->max);
    return fits || report(wrong, ERROR_CODE_FIELD_LENGTH, rule->name);
}

static bool check_integer(const cJSON *item, const field_rule *rule, problem *wrong) {
    int64_t value;
    if (!json_is_integer(item, &value)) return report(wrong, ERROR_CODE_FIELD_TYPE, rule->name);
    const bool fits = value >= rule->min && value <= rule->max;
    return fits || report(wrong, ERROR_CODE_FIELD_RANGE, rule->name);
}

static bool check_object(const cJSON *item, const field_rule *rule, problem *wrong) {
    record inner;
    if (!cJSON_IsObject(item)) return report(wrong, ERROR_CODE_FIELD_TYPE, rule->name);
    if (!rule->record || record_fields(item, rule->record, &inner, wrong)) return true;
    return report_inside(wrong, rule->name);
}

static bool check_array(const cJSON *item, const field_rule *rule, problem *wrong) {
    record inner;
    if (!cJSON_IsArray(item)) return report(wrong, ERROR_CODE_FIELD_TYPE, rule->name);
    if (!rule->record) return true;
    for (const cJSON *each = item->child; each; each = each->next) {
        if (!cJSON_IsObject(each)) return report(wrong, ERROR_CODE_FIELD_TYPE, rule->name);
        if (!record_fields(each, rule->record, &inner, wrong)) return report_inside(wrong, rule->name);
    }
    return true;
}

static bool check_field(const cJSON *item, const field_rule *rule, problem *wrong) {
    if (rule->core) return true;
    if (!item) return !rule->required || report(wrong, ERROR_CODE_FIELD_MISSING, rule->name);
    if (cJSON_IsNull(item) && rule->nullable) return true;
    switch (rule->type) {
    case FIELD_INTEGER: return check_integer(item, rule, wrong);
    case FIELD_NUMBER: return cJSON_IsNumber(item) || report(wrong, ERROR_CODE_FIELD_TYPE, rule->name);
    case FIELD_BOOLEAN: return cJSON_IsBool(item) || report(wrong, ERROR_CODE_FIELD_TYPE, rule->name);
    case FIELD_OBJECT: return check_object(item, rule, wrong);
    case FIELD_ARRAY: return check_array(item, rule, wrong);
    default: return check_text(item, rule, wrong);
    }
}

/** The index of a field by name, looked for from `from` on, since servers write fields in one order. */
static int field_index(const record_rule *rule, slice name, int from) {
    int at = from < rule->count ? from : 0;
    for (int i = 0; i < rule->count; i++) {
        if (slice_is(name, rule->fields[at].name)) return at;
        if (++at == rule->count) at = 0;
    }
    return -1;
}

static bool check_fields(const record *read, const record_rule *rule, problem *wrong) {
    for (int i = 0; i < rule->count; i++) {
        if (!check_field(read->field[i], &rule->fields[i], wrong)) return false;
    }
    return true;
}

bool record_fields(const cJSON *object, const record_rule *rule, record *out, problem *wrong) {
    memset(out->field, 0, sizeof out->field);
    int next = 0;
    for (const cJSON *member = object->child; member; member = member->next) {
        const int at = field_index(rule, slice_of(member->string), next);
        if (at < 0) continue;
        out->field[at] = member;
        next = at + 1;
    }
    return check_fields(out, rule, wrong);
}

static error_code code_of(json_result result) {
    switch (result) {
    case JSON_UTF8: return ERROR_CODE_RECORD_UTF8;
    case JSON_DEPTH: return ERROR_CODE_RECORD_DEPTH;
    case JSON_NO_MEMORY: return ERROR_CODE_NO_MEMORY;
    default: return ERROR_CODE_RECORD_SYNTAX;
    }
}

/** The values of an object's known members, as they stand in its text. */
typedef struct {
    const record_rule *rule;
    slice value[RECORD_FIELDS_MAX];
    int next;
    bool any_unknown;
    bool any_escaped; /* a key that may be another's name, written in escapes */
} split_record;

static void take_member(void *context, slice key, slice value) {
    split_record *s = context;
    const int at = field_index(s->rule, key, s->next);
    if (at < 0) {
        s->any_unknown = true;
        s->any_escaped = s->any_escaped || memchr(key.at, '\\', key.size);
        return;
    }
    s->value[at] = value;
    s->next = at + 1;
}

/** Parses the fields alone: what a server adds is kept as bytes, and looked at by nobody. */
static bool parse_fields(const split_record *s, arena *memory, record *out, problem *wrong) {
    memset(out->field, 0, sizeof out->field);
    for (int i = 0; i < s->rule->count; i++) {
        if (!s->value[i].at || s->rule->fields[i].core) continue;
        out->field[i] = json_parse_checked(s->value[i], memory);
        if (!out->field[i]) return report(wrong, ERROR_CODE_NO_MEMORY, "");
    }
    return check_fields(out, s->rule, wrong);
}

static bool parse_whole(slice bytes, const record_rule *rule, arena *memory, record *out, problem *wrong) {
    const cJSON *object = json_parse_checked(bytes, memory);
    if (!object) return report(wrong, ERROR_CODE_NO_MEMORY, "");
    return record_fields(object, rule, out, wrong);
}

bool record_read(slice bytes, const record_rule *rule, arena *memory, record *out, problem *wrong) {
    json_cursor inside;
    split_record s = {.rule = rule};
    const json_result result = json_split(bytes, take_member, &s);
    if (result != JSON_OK) return report(wrong, code_of(result), "");
    if (!json_enter(&inside, bytes, '{')) return report(wrong, ERROR_CODE_FIELD_TYPE, "");
    out->bytes = bytes;
    out->has_unknown = s.any_unknown;
    if (s.any_escaped) return parse_whole(bytes, rule, memory, out, wrong);
    return parse_fields(&s, memory, out, wrong);
}

void record_write_open(text *out, const record *read, const record_rule *rule) {
    text_bytes(out, (slice){read->bytes.at, read->bytes.size - 1});
    for (int i = 0; i < rule->count; i++) {
        if (read->field[i] || !rule->fields[i].fallback) continue;
        text_name(out, rule->fields[i].name);
        text_raw(out, rule->fields[i].fallback);
    }
}

const char *record_text(const record *read, int field) {
    return cJSON_GetStringValue(read->field[field]);
}

int64_t record_integer(const record *read, int field, int64_t otherwise) {
    int64_t value;
    return read->field[field] && json_is_integer(read->field[field], &value) ? value : otherwise;
}

bool record_true(const record *read, int field) {
    return cJSON_IsTrue(read->field[field]);
}

int record_name_index(const char *const *names, const char *name) {
    int i = 0;
    while (names[i] && strcmp(names[i], name) != 0) i++;
    return i;
}

slice record_raw(const record *read, const char *name) {
    json_cursor cursor;
    slice key, value, found = {0};
    bool ok = json_enter(&cursor, read->bytes, '{');
    while (ok && json_member(&cursor, &key, &value)) {
        if (slice_is(key, name)) found = value;
    }
    return found;
}

bool record_keep_unknown(char **kept, const record *row, const record_rule *rule) {
    json_cursor cursor;
    slice key, value;
    text unknown = {0};
    if (!row->has_unknown) return true;
    bool ok = json_enter(&cursor, row->bytes, '{');
    while (ok && json_member(&cursor, &key, &value)) {
        if (field_index(rule, key, 0) >= 0) continue;
        text_raw(&unknown, ",\"");
        text_bytes(&unknown, key);
        text_raw(&unknown, "\":");
        text_bytes(&unknown, value);
    }
    ok = ok && !unknown.failed;
    if (ok && unknown.size) ok = slice_replace(kept, (slice){unknown.at, unknown.size});
    text_free(&unknown);
    return ok;
}
