#ifndef LARDER_STORED_H
#define LARDER_STORED_H

#include "core.h"

/** A row that is stored already. */
typedef struct {
    const char *id;
    const char *request_id;
    int64_t sequence;
    int64_t edited_ms;
    int64_t version;
    bool stays; /* the page has it too, or a record that can't be read could be it */
    bool gone;  /* its deletion is in the plan */
} stored_row;

/** Rows that were asked for: by id, no id twice. They live in the step's memory. */
typedef struct {
    stored_row *at;
    size_t count;
} stored_rows;

/** Reads an array of arrays of rows, one per read; false when memory has run out. */
bool stored_read(core *l, slice rows, stored_rows *out);

/** The row with this id; NULL where there is none. */
stored_row *stored_find(const stored_rows *rows, const char *id);

/** A row with this sequence number of a chat; NULL where there is none. */
stored_row *stored_at(const stored_rows *rows, const char *request_id, int64_t sequence);

#endif
