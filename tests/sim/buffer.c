#include "buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *checked(void *memory) {
    if (memory) return memory;
    fputs("the simulator ran out of memory\n", stderr);
    abort();
}

static void reserve(buffer *b, size_t more) {
    if (b->size + more < b->capacity) return;
    size_t capacity = b->capacity ? b->capacity : 256;
    while (capacity <= b->size + more) capacity *= 2;
    b->at = checked(realloc(b->at, capacity));
    b->capacity = capacity;
}

void buffer_bytes(buffer *b, const char *bytes, size_t size) {
    reserve(b, size);
    if (size) memcpy(b->at + b->size, bytes, size);
    b->size += size;
    b->at[b->size] = 0;
}

void buffer_text(buffer *b, const char *string) {
    buffer_bytes(b, string, strlen(string));
}

void buffer_print(buffer *b, const char *format, ...) {
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    reserve(b, 128);
    const int size = vsnprintf(b->at + b->size, b->capacity - b->size, format, arguments);
    if (size >= 0 && (size_t)size >= b->capacity - b->size) {
        reserve(b, (size_t)size);
        vsnprintf(b->at + b->size, b->capacity - b->size, format, again);
    }
    if (size > 0) b->size += (size_t)size;
    va_end(again);
    va_end(arguments);
}

void buffer_clear(buffer *b) {
    b->size = 0;
    if (b->at) b->at[0] = 0;
}

void buffer_free(buffer *b) {
    free(b->at);
    *b = (buffer){0};
}

char *copy_of(const char *string) {
    if (!string) return NULL;
    const size_t size = strlen(string) + 1;
    return memcpy(checked(malloc(size)), string, size);
}
