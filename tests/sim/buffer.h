#ifndef SIM_BUFFER_H
#define SIM_BUFFER_H

#include <stddef.h>

/** A growing text, always NUL-terminated once something was added. Running out of memory ends the program. */
typedef struct {
    char *at;
    size_t size;
    size_t capacity;
} buffer;

void buffer_bytes(buffer *b, const char *bytes, size_t size);
void buffer_text(buffer *b, const char *string);
void buffer_print(buffer *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
/** Empties the buffer and keeps its memory. */
void buffer_clear(buffer *b);
void buffer_free(buffer *b);

/** `memory`, or the end of the program where it is NULL. */
void *checked(void *memory);
/** A copy on the heap; NULL of NULL. */
char *copy_of(const char *string);

#endif
