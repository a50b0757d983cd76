#ifndef LARDER_JSON_H
#define LARDER_JSON_H

#include <cJSON.h>
#include <stdbool.h>

#include "arena.h"
#include "text.h"

/**
 * What cJSON needs around it to be safe with other people's JSON (design.md, section 3).
 *
 * A server's page is first cut into the slices of its members and elements by a scanner that only follows
 * strings and brackets; then each slice is checked by itself, strictly, and parsed. So one bad record costs
 * one record, and a good one can be stored as the bytes it came as.
 */
typedef enum { JSON_OK, JSON_SYNTAX, JSON_UTF8, JSON_DEPTH, JSON_NO_MEMORY } json_result;

/** Walks the members of an object or the elements of an array. */
typedef struct {
    const char *at;
    const char *end;
    char close;   /* the bracket that ends it */
    bool started; /* one was read: a comma must follow */
    bool broken;  /* the text ended early or has no commas where they belong */
} json_cursor;

/** Starts at an object (`open` is '{') or array ('['). False when `bytes` is no such thing. */
bool json_enter(json_cursor *cursor, slice bytes, char open);

/** The next member; the key without its quotes and not unescaped. False at the end or when broken. */
bool json_member(json_cursor *cursor, slice *key, slice *value);

/** The next member's key; the cursor then stands before its value, which must be taken next. */
bool json_key(json_cursor *cursor, slice *key);
/** The value that the cursor stands before. */
bool json_value(json_cursor *cursor, slice *value);
/** Starts inside that value if it is what `open` says; after its end `json_leave` goes on behind it. */
bool json_inside(const json_cursor *cursor, char open, json_cursor *inner);
/** False, and the cursor is broken, when `inner` was not walked to a proper end. */
bool json_leave(json_cursor *cursor, const json_cursor *inner);

/** The next element. False at the end or when broken. */
bool json_element(json_cursor *cursor, slice *value);

/** Whether nothing but white space follows an object or array that was walked to its end. */
bool json_ended(const json_cursor *cursor);

/**
 * Whether `bytes` is one JSON value by RFC 8259 in valid UTF-8, at most `LIMIT_JSON_DEPTH_MAX` deep: exactly
 * what JSON.parse takes. (cJSON alone would let control characters and numbers such as `01` through.)
 */
json_result json_check(slice bytes);

/** Behind the string that starts at `at`; NULL when it is none, not as `json_check` has it, or has escapes.
 */
const char *json_plain_string(const char *at, const char *end);

/**
 * Takes a member of an object: the key without its quotes and not unescaped, the value as it stands, and
 * whether there are escapes in it.
 */
typedef void json_take(void *context, slice key, slice value, bool escaped);

/** Checks as `json_check` does and, where `bytes` is an object, hands on its members as it comes by them. */
json_result json_split(slice bytes, json_take *take, void *context);

/**
 * Checks and parses into the arena; nothing needs freeing. `\u0000` and lone surrogates come out as U+FFFD,
 * so that no text is cut short and code points can be counted; the bytes themselves stay as they were.
 */
json_result json_parse(slice bytes, arena *memory, cJSON **out);
/** The same for a value that was checked, as part of a larger text say; NULL when memory has run out. */
cJSON *json_parse_checked(slice bytes, arena *memory);

/** The last member of that name, as JSON.parse has it; NULL where there is none or `object` is no object. */
const cJSON *json_get(const cJSON *object, const char *name);

/** The member's text; NULL when it is missing or no string. */
const char *json_text(const cJSON *object, const char *name);

/** The member's whole number; `otherwise` when it is missing or no whole number within 2^53. */
int64_t json_integer(const cJSON *object, const char *name, int64_t otherwise);

/** Whether `item` is a whole number within 2^53; `*value` is set then. */
bool json_is_integer(const cJSON *item, int64_t *value);

#endif
