#ifndef LARDER_TESTS_STORE_H
#define LARDER_TESTS_STORE_H

#include <cJSON.h>
#include <stdbool.h>

#include "support.h"

/**
 * The `messages` store with its unique index, in memory: enough of IndexedDB to carry out a plan's writes and
 * reads of messages as the worker does.
 */
typedef struct {
    cJSON *rows; /* an array */
} store;

/** A store with the rows that `words` describe (see `write_messages`). */
store store_new(const char *words);
void store_free(store *s);

/** Carries out a plan's writes to `messages`; false where a transaction would abort with ConstraintError. */
bool store_write(store *s, const cJSON *writes);

/** Carries out a plan's reads; appends the rows as the body of a `rows` event. */
void store_read(const store *s, const cJSON *reads, text *out);

/** The rows as words, by chat and sequence number; the version only where it is above 1. */
void store_describe(const store *s, text *out);

/** How many rows a chat has. */
int store_count(const store *s, const char *request_id);

#endif
