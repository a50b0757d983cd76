#ifndef SIM_STORE_H
#define SIM_STORE_H

#include <cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uthash.h>

#include "blocks.h"
#include "buffer.h"
#include "entries.h"
#include "folder.h"
#include "queued.h"
#include "timeline.h"

/** A row: its text, of a message what the index needs, of a block its messages, of media what they are. */
typedef struct row {
    char key[KEY_BYTES];
    char *text;
    size_t size;
    char request_id[KEY_BYTES];
    int64_t sequence;   /* of a block its first; 0: not in the index */
    brief message;      /* of a message what it says, if it has a number */
    block *block;       /* NULL: it is none */
    queued *queued;     /* of an operation of the outbox; NULL: it is none */
    media_entry *entry; /* of a file; NULL: it is none */
    stored_file *blob;  /* what lies in the database of a file; NULL: it is none */
    int64_t bytes;      /* of a message or a block: what it takes */
    UT_hash_handle hh;
} row;

/** The rows of one chat by sequence number, which is unique. */
typedef struct {
    char request_id[KEY_BYTES];
    row **at; /* ascending */
    size_t count;
    size_t capacity;
    int64_t bytes; /* of all of them */
    UT_hash_handle hh;
} row_index;

typedef enum {
    KIND_PLAIN,
    KIND_MESSAGES,
    KIND_BLOCKS,
    KIND_OPERATIONS,
    KIND_MEDIA,
    KIND_BLOBS,
} store_kind;

typedef struct {
    const char *name;
    const char *key_path; /* NULL: [requestId, firstSequence] */
    store_kind kind;      /* messages and blocks have an index */
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
/** Where the first row from this number on is; `count` where there is none. */
size_t store_place(const row_index *index, int64_t sequence);
/** The row with this number; NULL: none. */
row *store_at(const row_index *index, int64_t sequence);

/** Writes of the open transaction. A write that fails has done nothing; the transaction must abort then. */
write_result store_put(database *s, object_store *into, const cJSON *value, bool may_replace);
/** Adds a block with its bytes. */
write_result store_add_block(database *s, object_store *into, const cJSON *value, const char *data);
/** Puts a row of media bytes, which are `bytes`. */
write_result store_put_blob(database *s, object_store *into, const cJSON *value, media_bytes bytes);
void store_delete(database *s, object_store *from, const char *key);
/** A key as the rows have it, of one in JSON: a text, or a chat and a number. False when it is neither. */
bool store_key(char out[KEY_BYTES], const cJSON *key);

/** The row as the open transaction has found it; NULL: it wasn't there. */
const row *store_before(const database *s, const object_store *store, const char *key);
/** Undoes the open transaction. */
void store_abort(database *s);
/** Makes it durable. What it changed can be looked at until then. */
void store_commit(database *s);

/** Appends all rows of a store as a JSON array. */
void store_write_all(const object_store *store, buffer *out);

#endif
