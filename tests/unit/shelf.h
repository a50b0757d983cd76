#ifndef LARDER_TESTS_SHELF_H
#define LARDER_TESTS_SHELF_H

#include "host.h"

/**
 * A core with the stores that media are in: what its plans write is carried out, and after each step
 * compared. Every row with a key has its bytes, no bytes are without a row, sizes and counts are those of a
 * recount, and no more than `LIMIT_MEDIA_CALLS_MAX` are fetched at once. All files are of chat 1 where
 * nothing is said.
 */
typedef struct {
    host h;
    cJSON *rows;    /* of media_meta, by id */
    cJSON *blobs;   /* sizes by key: of media_blobs, and of files */
    cJSON *chats;   /* rows of chat_meta, by id */
    cJSON *stats;   /* the row */
    cJSON *answers; /* by command */
    int64_t held;   /* the last name that was given to bytes */
} shelf;

/**
 * A core after its start. `header`: members of the hydrate event, after a comma; `rows`: of media_meta, whose
 * bytes are there.
 */
void shelf_start(shelf *s, const char *header, const char *rows);
/** The core is dropped, and a new one reads what is stored. */
void shelf_restart(shelf *s, const char *header);
void shelf_stop(shelf *s);

/** Steps with an event; nothing is stored of what its plans may ask for. */
void shelf_do(shelf *s, const char *header, const char *body);
/** The same, with the members of the header written as `printf` does. */
void shelf_event(shelf *s, const char *type, const char *format, ...) __attribute__((format(printf, 3, 4)));

/** Asks for a file, waiting as `command`. */
void shelf_get(shelf *s, int command, const char *filename);
/** Ends the call that fetches it: with so many bytes and more members, or with a failure. */
void shelf_come(shelf *s, const char *filename, int64_t size, const char *more);
void shelf_fail(shelf *s, const char *filename, const char *end);
/** Ends a call of this method. */
void shelf_reply(shelf *s, const char *method, const char *end);
/** Gets a file from the start to the end. */
void shelf_fill(shelf *s, const char *filename, int64_t size);

/** Lets the time come that the plan waits for. */
void shelf_wait(shelf *s);

/** Its row, or NULL; a member of it as text, "none" where there is no row. */
const cJSON *shelf_row(const shelf *s, const char *filename);
const char *shelf_member(const shelf *s, const char *filename, const char *member);

/** What a command was answered: `kept`, `held`, `done`, a code, or `waits`. */
const char *shelf_answer(const shelf *s, int command);

/** The files whose originals are here, in the order of their names: `a b`. */
const char *shelf_files(const shelf *s);

/** The files that are being fetched, in the order in which their calls left. */
const char *shelf_fetched(const shelf *s);

/** A call of the last plan, as compact JSON of its params; "" where there is none. */
const char *shelf_call(const shelf *s, const char *method);

#endif
