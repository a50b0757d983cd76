#ifndef LARDER_PLAN_H
#define LARDER_PLAN_H

#include "gen/schema.h"
#include "text.h"

/**
 * What one step wants done, as JSON (include/larder.h has its shape). The parts are gathered while events are
 * decided on and put together once by `plan_finish`.
 */
typedef struct {
    text writes;
    text reads;
    text calls;
    text signals;
    text replies;
    text whole;
    text bytes;             /* what `addBytes` rows point into */
    const char *open_op;    /* the write group that is being appended to: "put", "add" or "delete" */
    const char *open_store; /* and its store */
    durability durability;
    int64_t generation; /* under which the core's host leads; 0: it need not be checked */
} plan;

void plan_clear(plan *p);
void plan_free(plan *p);

/** Starts a row of a store's put; the caller appends one JSON object to what is returned. */
text *plan_put(plan *p, const char *store);

/** As `plan_put`, for a row whose key must not be there yet: if it is the transaction aborts. */
text *plan_add(plan *p, const char *store);

/** As `plan_add`, for a row whose `data` is an offset into the plan's bytes and whose `bytes` is their
 * number. */
text *plan_add_bytes(plan *p, const char *store);

/**
 * As `plan_put`, for a row of blobs whose `held` is the host's name of the bytes that it puts in as `data`.
 */
text *plan_put_blob(plan *p, const char *store);

/** Deletes the row with this key. */
void plan_delete(plan *p, const char *store, const char *key);
/** Deletes the row with the key [request_id, number]. */
void plan_delete_numbered(plan *p, const char *store, const char *request_id, int64_t number);

/** Asks for a chat's rows of messages between two sequence numbers, the first `limit` of them; 0: all. */
void plan_read_rows(plan *p, const char *request_id, int64_t from, int64_t to, int64_t limit);
/** Asks for a chat's blocks that meet [from, to], the first `limit` of them; 0: all. */
void plan_read_blocks(plan *p, const char *request_id, int64_t from, int64_t to, int64_t limit);

/** Starts a read of single rows; the caller appends their keys as JSON strings, then calls `plan_read_close`.
 */
text *plan_read_keys(plan *p, const char *store);
void plan_read_close(plan *p);

/** Asks for one `{requestId, count, firstSequence, lastSequence}` per chat that has rows in the store. */
void plan_read_tally(plan *p, const char *store);

bool plan_has_reads(const plan *p);

/** Starts a signal or call object; the caller appends members and the closing brace. */
text *plan_signal(plan *p, signal_type type);
text *plan_call(plan *p);
/** Starts a call that nobody waits for; the caller appends its parameters and two closing braces. */
text *plan_call_unanswered(plan *p, call_method method);

/** Answers a command: done, or failed with `code` and, where there is one, the server's own reason. */
void plan_reply(plan *p, const char *command, error_code code, const char *reason);

/** Refuses a command for what is wrong with a field of it. */
void plan_reply_wrong(plan *p, const char *command, error_code code, const char *path);
/** Starts the answer to a command that gives something; the caller appends one JSON value, then a brace. */
text *plan_reply_result(plan *p, const char *command);

/** Tells the page of something wrong. `request_id`, `path` and `reason` may be NULL. */
void plan_error(plan *p, error_code code, const char *request_id, const char *path, const char *reason);

/**
 * Puts the plan together. `deadline_ms` 0 means none; `more`: the step goes on after it. False when memory
 * ran out in any part.
 */
bool plan_finish(plan *p, int64_t deadline_ms, bool more);

#endif
