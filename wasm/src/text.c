#include "text.h"

#include <stdlib.h>
#include <string.h>

slice slice_of(const char *string) {
    return (slice){string, string ? strlen(string) : 0};
}

bool slice_is(slice bytes, const char *string) {
    size_t i = 0;
    while (i < bytes.size && string[i] && string[i] == bytes.at[i]) i++;
    return i == bytes.size && !string[i];
}

static bool reserve(text *t, size_t more) {
    if (t->failed || more > SIZE_MAX / 4 - t->size) return t->failed = true, false;
    if (t->size + more <= t->capacity) return true;
    size_t capacity = t->capacity ? t->capacity : 1024;
    while (capacity < t->size + more) capacity *= 2;
    char *grown = realloc(t->at, capacity);
    if (!grown) return t->failed = true, false;
    t->at = grown;
    t->capacity = capacity;
    return true;
}

void text_bytes(text *t, slice bytes) {
    if (bytes.size == 0 || !reserve(t, bytes.size)) return;
    memcpy(t->at + t->size, bytes.at, bytes.size);
    t->size += bytes.size;
}

void text_raw(text *t, const char *string) {
    text_bytes(t, slice_of(string));
}

void text_number(text *t, int64_t number) {
    char digits[24];
    size_t at = sizeof digits;
    uint64_t left = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    for (; left > UINT32_MAX; left /= 10) digits[--at] = (char)('0' + left % 10);
    uint32_t rest = (uint32_t)left; /* which is much faster to divide */
    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (number < 0) digits[--at] = '-';
    text_bytes(t, (slice){digits + at, sizeof digits - at});
}

static void escaped(text *t, unsigned char byte) {
    static const char hex[] = "0123456789abcdef";
    const char sequence[] = {'\\', 'u', '0', '0', hex[byte >> 4], hex[byte & 15], 0};
    text_raw(t, sequence);
}

void text_string(text *t, const char *string) {
    if (!string) {
        text_raw(t, "null");
        return;
    }
    text_raw(t, "\"");
    const char *start = string;
    for (const char *at = string; *at; at++) {
        unsigned char byte = (unsigned char)*at;
        if (byte >= 0x20 && byte != '"' && byte != '\\') continue;
        text_bytes(t, (slice){start, (size_t)(at - start)});
        escaped(t, byte);
        start = at + 1;
    }
    text_raw(t, start);
    text_raw(t, "\"");
}

void text_name(text *t, const char *name) {
    text_comma(t);
    text_string(t, name);
    text_raw(t, ":");
}

void text_number_member(text *t, const char *name, int64_t number) {
    text_name(t, name);
    text_number(t, number);
}

void text_string_member(text *t, const char *name, const char *string) {
    text_name(t, name);
    text_string(t, string);
}

void text_comma(text *t) {
    if (t->size == 0 || t->failed) return;
    const char last = t->at[t->size - 1];
    if (last != '{' && last != '[' && last != ':') text_raw(t, ",");
}

void *text_sized(text *t, size_t size) {
    text_clear(t);
    if (!reserve(t, size ? size : 1)) return NULL;
    t->size = size;
    return t->at;
}

void text_clear(text *t) {
    t->size = 0;
    t->failed = false;
}

void text_free(text *t) {
    free(t->at);
    *t = (text){0};
}

char *slice_copy(slice bytes) {
    char *copy = malloc(bytes.size + 1);
    if (!copy) return NULL;
    if (bytes.size) memcpy(copy, bytes.at, bytes.size);
    copy[bytes.size] = 0;
    return copy;
}

bool slice_replace(char **owned, slice bytes) {
    char *copy = slice_copy(bytes);
    if (!copy) return false;
    free(*owned);
    *owned = copy;
    return true;
}
