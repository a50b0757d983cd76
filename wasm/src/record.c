#include "record.h"

#include <string.h>

#include "field.h"
#include "gen/schema.h"

/* ---- problems ---- */

void problem_append(char path[PROBLEM_PATH_BYTES], const char *more) {
    const size_t used = strlen(path);
    const size_t room = PROBLEM_PATH_BYTES - 1 - used;
    const size_t wanted = strlen(more);
    const size_t size = wanted < room ? wanted : room;
    memcpy(path + used, more, size);
    path[used + size] = 0;
}

void problem_append_field(char path[PROBLEM_PATH_BYTES], const char *field) {
    if (*path && *field) problem_append(path, ".");
    problem_append(path, field);
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
    problem_append(path, list);
    problem_append(path, "[");
    problem_append(path, digits + at);
    problem_append(path, "]");
    problem_append_field(path, field);
}

static bool report(problem *wrong, error_code code) {
    *wrong = (problem){.code = (int)code};
    return false;
}

/* ---- read ---- */

/** The index of a field by name, looked for from `from` on, since servers write fields in one order. */
static int field_index(const record_rule *rule, slice name, int from) {
    int at = from < rule->count ? from : 0;
    for (int i = 0; i < rule->count; i++) {
        if (slice_is(name, rule->fields[at].name)) return at;
        if (++at == rule->count) at = 0;
    }
    return -1;
}

static error_code code_of(json_result result) {
    switch (result) {
    case JSON_UTF8: return ERROR_CODE_RECORD_UTF8;
    case JSON_DEPTH: return ERROR_CODE_RECORD_DEPTH;
    case JSON_NO_MEMORY: return ERROR_CODE_NO_MEMORY;
    default: return ERROR_CODE_RECORD_SYNTAX;
    }
}

typedef struct {
    record *out;
    const record_rule *rule;
    int next; /* the field that is expected */
} reader;

/** A key in escapes may be another's name. */
static slice unescaped(slice key, arena *memory) {
    const bool escaped = memchr(key.at, '\\', key.size);
    return escaped ? field_text((slice){key.at - 1, key.size + 2}, true, memory) : key;
}

static void take_member(void *context, slice key, slice value, bool escaped) {
    reader *r = context;
    record *out = r->out;
    int at = field_index(r->rule, key, r->next);
    if (at < 0) at = field_index(r->rule, unescaped(key, out->memory), r->next);
    if (at < 0) {
        out->has_unknown = true;
        return;
    }
    r->next = at + 1;
    if (r->rule->fields[at].core) return;
    out->value[at] = value;
    out->escaped = (out->escaped & ~(1U << at)) | (uint32_t)escaped << at;
}

static bool is_escaped(const record *read, int field) {
    return read->escaped >> field & 1;
}

static bool check_fields(const record *read, const record_rule *rule, problem *wrong) {
    for (int i = 0; i < rule->count; i++) {
        const field_rule *field = &rule->fields[i];
        if (field->core) continue;
        if (!field_check(read->value[i], is_escaped(read, i), field, read->memory, wrong)) return false;
    }
    return true;
}

bool record_read(slice bytes, const record_rule *rule, arena *memory, record *out, problem *wrong) {
    json_cursor inside;
    reader r = {.out = out, .rule = rule};
    *out = (record){.bytes = bytes, .memory = memory};
    const json_result result = json_split(bytes, take_member, &r);
    if (result != JSON_OK) return report(wrong, code_of(result));
    if (memory->failed) return report(wrong, ERROR_CODE_NO_MEMORY);
    if (!json_enter(&inside, bytes, '{')) return report(wrong, ERROR_CODE_FIELD_TYPE);
    return check_fields(out, rule, wrong);
}

/* ---- what it says ---- */

bool record_has(const record *read, int field) {
    return read->value[field].at && *read->value[field].at != 'n';
}

slice record_slice(const record *read, int field) {
    const slice value = read->value[field];
    if (!value.at || *value.at != '"') return (slice){0};
    return field_text(value, is_escaped(read, field), read->memory);
}

const char *record_text(const record *read, int field) {
    const slice string = record_slice(read, field);
    const char *copy = string.at ? arena_copy(read->memory, string.at, string.size) : NULL;
    return copy || !read->memory->failed ? copy : "";
}

int64_t record_integer(const record *read, int field, int64_t otherwise) {
    int64_t number;
    return record_has(read, field) && field_is_integer(read->value[field], read->memory, &number) ? number
                                                                                                  : otherwise;
}

int record_enum(const record *read, int field, const char *const *names) {
    const slice name = record_slice(read, field);
    int i = 0;
    while (names[i] && !slice_is(name, names[i])) i++;
    return names[i] ? i : 0;
}

bool record_true(const record *read, int field) {
    return read->value[field].at && *read->value[field].at == 't';
}

const cJSON *record_json(const record *read, int field) {
    return read->value[field].at ? json_parse_checked(read->value[field], read->memory) : NULL;
}

int record_name_index(const char *const *names, const char *name) {
    int i = 0;
    while (names[i] && strcmp(names[i], name) != 0) i++;
    return i;
}

/* ---- written again ---- */

void record_write_open(text *out, const record *read, const record_rule *rule) {
    text_bytes(out, (slice){read->bytes.at, read->bytes.size - 1});
    for (int i = 0; i < rule->count; i++) {
        if (read->value[i].at || !rule->fields[i].fallback) continue;
        text_name(out, rule->fields[i].name);
        text_raw(out, rule->fields[i].fallback);
    }
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
