#ifndef LARDER_BLOCK_H
#define LARDER_BLOCK_H

#include "stored.h"

/**
 * Settled history in blocks (design.md, section 4): a block holds messages that follow each other, as the
 * bytes they came as: up to `LIMIT_BLOCK_MESSAGES`, or up to `LIMIT_LARGE_BLOCK_MESSAGES` where so many came
 * at once and a chat that is opened doesn't show them. (Chromium writes values over 64 KiB several times
 * faster, byte for byte, and reads one of 80 KiB nearly as fast as one of 30.) Blocks of a chat never overlap
 * and never lie across a hole; what is absent inside a block's range was deleted.
 */

/** A message on its way into a block. */
typedef struct {
    int64_t sequence;
    const record *read; /* a server's record, to be completed; NULL: `bytes` are stored as they are */
    slice bytes;
    int64_t version;
    const char *temp_id; /* of a server's record that is one's own; else NULL */
} settled;

/** Appends a server's record with what the core adds to it, as one JSON object. `temp_id` may be NULL. */
void block_write_record(text *out, const record *read, int64_t version, const char *temp_id, int64_t now_ms);

/** Deletes the blocks that can't be read; their range is a gap from now on, as are the numbers of copies. */
void block_drop_damaged(core *l, chat *c, stored_rows *stored);

/** New messages, and the range of sequence numbers whose blocks have all been read. */
typedef struct {
    const settled *fresh;
    size_t count;
    int64_t from;
    int64_t to;
} settlement;

/**
 * Stores new messages in new blocks. Of the blocks that are stored already those that lose a message or get
 * one are replaced, and the others stay. The chat's positions must be those after this step. Layout `blocks`
 * only.
 */
void block_settle(core *l, chat *c, stored_rows *stored, settlement what);

/**
 * Replaces the blocks that lose a message, or get another version of one, by rows: what layout `rows` does
 * with blocks of an earlier time. Where a row has an id of theirs already the transaction aborts.
 */
void block_dissolve(core *l, chat *c, stored_rows *stored);

/** Whether a block of so many messages and bytes is to be put together with its neighbours. */
bool block_is_small(int64_t count, size_t bytes);

/** Deletes the block that begins at a number; the chat's row tells readers that something has changed. */
void block_delete(core *l, chat *c, int64_t first);

/** Notes that [from, to] may hold small blocks, so many, or rows that are to be sealed. */
void block_note_unsealed(chat *c, unsealed range);

#endif
