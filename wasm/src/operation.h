#ifndef LARDER_OPERATION_H
#define LARDER_OPERATION_H

#include "chat.h"

/**
 * An operation of the outbox: what `offline_queue` stores of it (spec/1, OfflineOperation) and what is under
 * way for it.
 */

/** Within a chat the operations of one line go one after another; lines don't wait for each other. */
typedef enum { LINE_MESSAGES, LINE_RECEIPTS } operation_line; /* CHAT_LINES of them */

/** What an operation's answer is. */
typedef enum {
    ANSWER_MESSAGE, /* the stored message */
    ANSWER_COUNTS,  /* what is unread now */
} operation_answer;

/** What the queue knows of a type of operations. A new type is a row here. */
typedef struct {
    operation_line line;
    bool merges; /* a new one goes up into the one that waits */
    call_method method;
    operation_answer answer;
    const record_rule *payload;
} operation_rule;

typedef struct operation {
    UT_hash_handle hh; /* by id */
    char *id;
    operation_type type;
    operation_status status;
    chat *chat;
    char *payload;     /* a JSON object, as stored */
    char *temp_id;     /* of a message: its idempotency key, and the id of its row; else NULL */
    int64_t sequence;  /* of a message: its provisional number, and its place in the line; else 0 */
    int64_t up_to;     /* of a receipt */
    int64_t row_bytes; /* of a message: what its row takes; 0: it has none yet */
    int64_t created_ms;
    int64_t attempted_ms; /* -1: never */
    int64_t next_try_ms;  /* by the clock, as it is stored; -1: none */
    int64_t tries;        /* `retryCount`, with the one under way */
    int64_t tries_max;
    char *last_error;      /* NULL: none */
    bool may_have_arrived; /* a try left of which no refusal came */
    char *extra;           /* members of the stored row that this version doesn't know: `,"name":value…`, or
                              NULL */

    int64_t serial;   /* the order in which operations of all chats were queued */
    int64_t call;     /* id of the call under way; 0: none. `syncing` without one: a try was interrupted */
    int64_t retry_ms; /* not before, in the core's ticks */
    bool unanswered;  /* its last try had no answer */
    int64_t counts_before; /* of a receipt: how often the server's counts had been taken when its call left */
    bool was_uncertain;    /* `may_have_arrived` before the try under way */
    bool done;             /* the server has it: it is in no line, and only its call is still to end */
    struct operation *prev, *next; /* in the line */
} operation;

/** What the queue knows of an operation's type. */
const operation_rule *operation_rule_of(const operation *o);

/** A new one that waits, with copies of the texts; NULL when memory has run out. */
operation *operation_new(operation_type type, const char *id, chat *c, slice payload);
void operation_free(operation *o);

/**
 * Reads a stored row. NULL with `*wrong` set when it is no OfflineOperation of a type that this version
 * knows, or when memory has run out.
 */
operation *operation_hydrate(chat_table *chats, slice row, arena *memory, problem *wrong);

/** Appends the row as JSON. */
void operation_write(const operation *o, text *out);

/**
 * Appends the message as it is shown until the server has it: a CachedMessage. `sender`: who writes, or NULL.
 */
void operation_write_message(const operation *o, const char *sender, bool with_content, int64_t now_ms,
                             text *out);

/** Appends the parameters of its call, without the brackets. */
void operation_write_params(const operation *o, text *out);

/**
 * The payload of a message with this idempotency key, made of what the app gave: its members as they stand,
 * and those of the payload `before` it (which may be empty) that it doesn't give. False with `*wrong` set
 * when it is not valid; `*payload` lies in `memory`.
 */
bool operation_message_payload(slice given, slice before, const char *temp_id, arena *memory, slice *payload,
                               problem *wrong);

/** Replaces an operation's payload by a copy; false when memory has run out. */
bool operation_set_payload(operation *o, slice payload);

#endif
