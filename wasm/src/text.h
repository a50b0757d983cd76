#ifndef LARDER_TEXT_H
#define LARDER_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Bytes that somebody else owns. */
typedef struct {
    const char *at;
    size_t size;
} slice;

/** A growing buffer of UTF-8. After memory has run out `failed` stays set and further writing does nothing.
 */
typedef struct {
    char *at;
    size_t size;
    size_t capacity;
    bool failed;
} text;

/** The slice of a NUL-terminated string; {NULL, 0} of NULL. */
slice slice_of(const char *string);
/** Whether a slice holds just `string`. */
bool slice_is(slice bytes, const char *string);

void text_bytes(text *t, slice bytes);
/** A NUL-terminated string as it stands. */
void text_raw(text *t, const char *string);
void text_number(text *t, int64_t number);
/** A JSON string with quotes and escapes; `null` of NULL. */
void text_string(text *t, const char *string);
/** `"name":` */
void text_name(text *t, const char *name);
/** A member of an object with its name. */
void text_number_member(text *t, const char *name, int64_t number);
void text_string_member(text *t, const char *name, const char *string);
/** A comma unless the last byte opens an array or object or the text is empty. */
void text_comma(text *t);
/** Makes the text `size` bytes long, for the caller to write; NULL when memory has run out. */
void *text_sized(text *t, size_t size);
/** Empties the text and keeps its memory; `failed` is cleared. */
void text_clear(text *t);
void text_free(text *t);

/** A copy on the heap, NUL-terminated, the caller's to free; NULL when memory has run out. */
char *slice_copy(slice bytes);

/** Replaces an owned copy by one of other bytes; false, and it stays, when memory has run out. */
bool slice_replace(char **owned, slice bytes);

#endif
