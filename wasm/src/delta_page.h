#ifndef LARDER_DELTA_PAGE_H
#define LARDER_DELTA_PAGE_H

#include "block.h"
#include "delta.h"
#include "page.h"

/** A page of messages, read and put in order: what `delta` decides on. */

/** A message of the page. */
typedef struct {
    record read;
    const char *id;
    int64_t sequence;
    int64_t edited_ms;   /* `updatedAt`, or `createdAt` where it was never edited */
    size_t index;        /* in the page, for error paths */
    bool repeated;       /* the page has its id before under another number */
    const char *temp_id; /* what it was called while it waited to be sent; NULL: it didn't, or is unknown */
} message;

/** A message that was deleted. */
typedef struct {
    const char *id;
    int64_t sequence;
} tombstone;

struct delta {
    chat *chat;
    delta_question asked;
    page page;
    bool careful;
    bool spares_all; /* a record was too broken to tell which message it is */
    int64_t from;    /* what the page covers; from > to: nothing */
    int64_t to;
    int64_t last_sequence;
    int64_t known_before; /* the chat's position before this page */
    int64_t paged_before; /* and how far pages alone had come, without answers to messages */
    message *messages;    /* valid ones, ascending, no sequence number twice */
    size_t message_count;
    stored_rows rows;
    settled *fresh; /* what is to be settled in blocks */
    size_t fresh_count;
    const char **spared; /* ids of records that were left out */
    size_t spared_count;
    tombstone *tombstones; /* by id */
    size_t tombstone_count;
    size_t errors;
    int64_t arrived; /* messages of others past the chat's position */
};

/**
 * Reads what the page says: its valid messages, ascending, no sequence number twice, its tombstones, and the
 * range it covers, cut to what was asked for and to what the server has. What is wrong with it is reported.
 * False when memory has run out.
 */
bool delta_read_page(core *l, delta *d);

/** Tells the page of an error in a record: `list[index].field`. A bounded number per page. */
void delta_report(core *l, delta *d, error_code code, const char *list, size_t index, const char *field);

/** Whether the page says that a message was deleted. */
bool delta_is_tombstone(const delta *d, const char *id);

/** Whether a sequence number was asked for. */
bool delta_asks(const delta_question *asked, int64_t sequence);

/** Whether a sequence number lies in the range that the page covers. */
bool delta_covers(const delta *d, int64_t sequence);

#endif
