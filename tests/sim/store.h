#ifndef SIM_STORE_H
#define SIM_STORE_H

#include <cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uthash.h>

#include "buffer.h"
#include "timeline.h"

enum { STORE_KEY_BYTES = 64 };

/** A row: its text, and of a message what the index needs. */
typedef struct row {
    char key[STORE_KEY_BYTES];
    char *text;
    size_t size;
    char request_id[STORE_KEY_BYTES];
    int64_t sequence; /* 0: not in the index */
    int version;      /* that a message's content names; -1: none */
    UT_hash_handle hh;
} row;

/** The rows of one chat in the index [requestId, sequenceNumber], which is unique. */
typedef struct {
    char request_id[STORE_KEY_BYTES];
    row **at; /* ascending */
    size_t count;
    size_t capacity;
    UT_hash_handle hh;
} row_index;

typedef struct {
    const char *name;
    const char *key_path;
    bool indexed; /* has by_request_sequence */
    row *rows;
    row_index *index;
} object_store;

/** What a transaction did to one row. */
typedef struct {
    object_store *store;
    row *before; /* NULL: it wasn't there */
    row *after;  /* NULL: it is gone */
} row_change;

typedef struct {
    object_store *stores;
    int store_count;
    row_change *changes; /* of the open transaction, in order */
    size_t change_count;
    size_t change_capacity;
} database;

typedef enum { WRITE_DONE, WRITE_CONSTRAINT_ERROR, WRITE_DATA_ERROR } write_result;

void store_start(database *s);
void store_free(database *s);

object_store *store_of(database *s, const char *name);
row *store_get(const object_store *store, const char *key);
/** The chat's rows by sequence number; NULL where there are none. */
const row_index *store_index(const object_store *store, const char *request_id);

/** Writes of the open transaction. A write that fails has done nothing; the transaction must abort then. */
write_result store_put(database *s, object_store *into, const cJSON *value, bool may_replace);
void store_delete(database *s, object_store *from, const char *key);

/** Undoes the open transaction. */
void store_abort(database *s);
/** Makes it durable. What it changed can be looked at until then. */
void store_commit(database *s);

/** Appends all rows of a store as a JSON array. */
void store_write_all(const object_store *store, buffer *out);

#endif
