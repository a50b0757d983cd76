#ifndef LARDER_STORED_H
#define LARDER_STORED_H

#include "core.h"
#include "event.h"

enum { NO_BLOCK = -1 };

/** A message that is stored already, as a row of its own or in a block. */
typedef struct {
    const char *id;
    const char *request_id;
    const char *sender;  /* NULL: nobody, or unknown */
    const char *temp_id; /* NULL: it has none */
    int64_t sequence;
    int64_t edited_ms;
    int64_t version;
    slice bytes;
    int64_t row_bytes; /* what it takes, or would take, as a row of its own */
    int block;         /* its index in `stored_rows`, or NO_BLOCK */
    bool stays;        /* the page has it too, or a record that can't be read could be it */
    bool gone;         /* it is deleted in this step */
    bool replaced;     /* a newer version is written in this step */
} stored_row;

/** A block that is stored already. */
typedef struct {
    int64_t first;
    int64_t last;
    int64_t count; /* of its messages: as its row says, or as a damaged one has them if that can be told */
    size_t bytes;
    int64_t counted_bytes; /* `bytes` as its row says, which counts though something else came */
    bool damaged;          /* what it holds can't be what was written: none of it is taken */
    bool changed;          /* it is not to stay as it is */
} stored_block;

/** What was asked for: messages by id, no id twice, and the blocks. They live in the step's memory. */
typedef struct {
    stored_row *at;
    size_t count;
    stored_block *blocks; /* in the order in which they were read */
    size_t block_count;
    int64_t *surplus; /* the numbers of copies under another number, which were counted as messages */
    size_t surplus_count;
} stored_rows;

/**
 * Reads an array of arrays of rows, one per read, and the `block` events that follow it. A row wins over its
 * copy in a block, whose block counts as changed then. False when memory has run out.
 */
bool stored_read(core *l, slice rows, event_reader *blocks, stored_rows *out);

/** What a `block` event says of its block; of a damaged one the number of messages may be another. */
stored_block stored_block_of(const event *e);

/** The message with this id; NULL where there is none. */
stored_row *stored_find(const stored_rows *rows, const char *id);

/** Whether it is the row of a message that waits to be sent, of which the outbox keeps count. */
bool stored_is_unsent(const stored_row *row);

/** Notes that a row of its own is deleted or replaced: from now on its bytes aren't counted. */
void stored_uncount(core *l, chat *c, stored_row *row);

/** A message with this sequence number of a chat; NULL where there is none. */
stored_row *stored_at(const stored_rows *rows, const char *request_id, int64_t sequence);

#endif
