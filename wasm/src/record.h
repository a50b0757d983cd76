#ifndef LARDER_RECORD_H
#define LARDER_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "json.h"

/** How a field is checked; wasm/schema.json has one entry per field and the generated tables hold them. */
typedef enum {
    FIELD_UUID,    /* 8-4-4-4-12 hexadecimal digits */
    FIELD_STRING,  /* min to max code points, max 0 means no bound */
    FIELD_INTEGER, /* min to max, within 2^53 */
    FIELD_NUMBER,  /* any */
    FIELD_BOOLEAN,
    FIELD_MOMENT, /* ISO 8601 date and time */
    FIELD_ENUM,
    FIELD_OBJECT, /* checked by `record` where there is one */
    FIELD_ARRAY,  /* of objects checked by `record` where there is one */
} field_type;

typedef struct record_rule record_rule;

typedef struct {
    const char *name;
    field_type type;
    bool required;
    bool nullable;
    bool core; /* set by the core alone: what comes in under this name is not looked at */
    int64_t min;
    int64_t max;
    const char *const *values; /* of an enum, NULL-terminated */
    const record_rule *record;
    const char *fallback; /* JSON written where the field is missing; NULL: it stays missing */
} field_rule;

struct record_rule {
    const char *name;
    const field_rule *fields;
    int count;
};

enum { RECORD_FIELDS_MAX = 24, PROBLEM_PATH_BYTES = 96, UUID_BYTES = 36 };

/**
 * One record that was read: its bytes as they came, and where its known fields stand in them, by the schema's
 * index. Nothing of a field is parsed before it is asked for.
 */
typedef struct {
    slice bytes;
    arena *memory;                  /* where what is asked for comes to lie */
    slice value[RECORD_FIELDS_MAX]; /* JSON; {NULL, 0} where it is missing; the last of duplicate keys */
    uint32_t escaped;               /* a bit for each field: there are escapes in it */
    bool has_unknown;               /* members that the rule doesn't know */
} record;

/** What was wrong, and where: `sender.fullName`, say. `code` is of `error_code`. */
typedef struct {
    int code;
    char path[PROBLEM_PATH_BYTES];
} problem;

/**
 * Reads and validates one record. Its parsed form lives in `memory`; `bytes` must outlive it. False with
 * `*wrong` set: `record_syntax`, `record_utf8`, `record_depth`, one of the `field_…` codes, or `no_memory`.
 */
bool record_read(slice bytes, const record_rule *rule, arena *memory, record *out, problem *wrong);

/**
 * Writes the record's bytes and the fallbacks of its missing fields, without the closing brace, so that the
 * caller can append fields of its own; of duplicate keys the last counts.
 */
void record_write_open(text *out, const record *read, const record_rule *rule);

/**
 * Keeps the members of a stored row that the rule doesn't know, as `,"name":value…`, to be appended to the
 * row when it is written again; `*kept` stays as it is when there are none. False when memory has run out.
 */
bool record_keep_unknown(char **kept, const record *row, const record_rule *rule);

/** Writes the path of a field of a list's element: `messages[17].sender.username`; cut where it is too long.
 */
void problem_path(char path[PROBLEM_PATH_BYTES], const char *list, size_t index, const char *field);

/** Appends what fits, always NUL-terminated; the second as a further step of the path. */
void problem_append(char path[PROBLEM_PATH_BYTES], const char *more);
void problem_append_field(char path[PROBLEM_PATH_BYTES], const char *field);

/** Whether `string` is 8-4-4-4-12 hexadecimal digits. */
bool record_is_uuid(const char *string);
/** Whether `UUID_BYTES` bytes are one. */
bool record_is_uuid_at(const char *bytes);

/**
 * Typed access to a checked field; the second value where it is missing or null. When memory runs out the
 * arena notes it, and what is given means nothing.
 */
const char *record_text(const record *read, int field);
int64_t record_integer(const record *read, int field, int64_t otherwise);
bool record_true(const record *read, int field);
/** A text without a NUL behind it; {NULL, 0} where it is missing or null. */
slice record_slice(const record *read, int field);
/** Which of an enum's names it is; it must be there. */
int record_enum(const record *read, int field, const char *const *names);
/** An object or array, parsed; NULL where it is missing. */
const cJSON *record_json(const record *read, int field);
/** Whether it is there and not null. */
bool record_has(const record *read, int field);

/** Which of an enum's names a text is; their number where it is none of them. */
int record_name_index(const char *const *names, const char *name);

#endif
