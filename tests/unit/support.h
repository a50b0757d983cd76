#ifndef LARDER_TESTS_SUPPORT_H
#define LARDER_TESTS_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "text.h"

/** A table of cases. A case is a struct whose first member is its name; each becomes a test of its own. */
typedef struct {
    const void *cases;
    size_t count;
    size_t size;
    CMUnitTestFunction check; /* is given the case as `*state` */
} case_table;

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define TABLE(cases, check)                                                                                  \
    { cases, COUNT(cases), sizeof *(cases), check }

/** Runs all cases of all tables; how many failed. */
int run_tables(const char *concept, const case_table *tables, size_t count);

/** The chats and messages of the tests are numbered; these are their ids. */
#define CHAT_1 "00000000-0000-4000-9000-000000000001"
#define CHAT_2 "00000000-0000-4000-9000-000000000002"
enum { ID_BYTES = 37 };
const char *chat_id(char out[ID_BYTES], int64_t number);
const char *message_id(char out[ID_BYTES], int64_t number);
/** The number of an id that one of these two made; 0 for any other. */
int64_t id_number(const char *id);

/** A time that the tests start from: 2026-01-16T09:00:00Z. Messages were written then. */
#define START_MS 1768554000000LL

void text_format(text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
/** The text as a string; it stays the text's. */
const char *text_z(text *t);

/**
 * Writes messages as a JSON array's elements, one for each word of `words`: a sequence number, then
 *
 *     #9    its id is number 9 instead of the sequence number
 *     @5    it was edited 5 seconds after it was written
 *     v3    it is a stored row, written for the third time
 *     *     it belongs to chat 2 instead of chat 1
 *     !     its content is empty, which is not valid
 *     ?     its id is no text
 *     ~     its id is no UUID
 *     $     all of it is no JSON
 */
void write_messages(text *out, const char *words);

/** Writes tombstones: sequence numbers, `#9` as above, `!` for one without a sequence number. */
void write_tombstones(text *out, const char *words);

#endif
