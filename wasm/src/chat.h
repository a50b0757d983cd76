#ifndef LARDER_CHAT_H
#define LARDER_CHAT_H

#include "gaps.h"
#include "gen/schema.h"
#include "plan.h"
#include "record.h"
#include "registry.h"

enum { REQUEST_ID_BYTES = 37 };

/** What a `fetchMessages` call is for. */
typedef enum {
    PURPOSE_DELTA,  /* what is new and what changed */
    PURPOSE_GAP,    /* a hole that the reader has come to */
    PURPOSE_REPAIR, /* a hole that is repaired while nothing else is to do */
} call_purpose;

/** Where settled history waits to be put into full blocks; `from` 0: nowhere. */
typedef struct {
    int64_t from;
    int64_t to;
    int64_t blocks; /* small ones, about so many */
    bool rows;      /* there may be rows as well; only then, or when it isn't told, readers look for them */
} unsealed;

struct operation;
struct media_entry;
enum { CHAT_LINES = 2 };

/** What the stores have of a chat's messages. */
typedef struct {
    int64_t bytes;
    int64_t count;
} chat_tally;

/** One chat: what `chat_meta` stores of it (spec/1, ChatSyncState) and what is under way for it. */
typedef struct chat {
    UT_hash_handle hh; /* by request_id */
    char request_id[REQUEST_ID_BYTES];

    int64_t last_synced_sequence; /* known up to here, but for the gaps */
    int64_t last_synced_ms;
    int64_t total_message_count;
    gap_list gaps;
    int64_t unread_count;
    int64_t last_read_sequence;
    int64_t last_read_ms; /* -1: never */
    int64_t message_count;
    int64_t block_changes; /* counts up; each block has the count at which it was written */
    int64_t newest_block;  /* where its newest block begins, for readers that check it; 0: unknown */
    int64_t media_size_bytes;
    int64_t message_bytes; /* of its stored messages, unsent ones too (stats.h) */
    int64_t evicted_below; /* up to here messages were evicted; 0: none were */
    int64_t last_accessed_ms;
    char *revision; /* `serverRevision`: what the delta starts from; NULL: none yet */
    char *listed;   /* the server's record of the chat, JSON as it came; NULL: never listed */
    unsealed unsealed;
    int64_t unsent_count;   /* messages in its line of the outbox */
    int64_t unsent_last_ms; /* when the last of them was written */
    bool media_pinned;      /* its media are never evicted, those that come later neither */
    bool has_media_priority;
    media_priority media_priority; /* of media that come without one of their own */
    char *extra; /* members of the stored row that this version doesn't know: `,"name":value…`, or NULL */

    chat_tally tallied; /* while it is recounted: what the stores have */
    bool stored;        /* there is a row of it */
    bool bytes_unknown; /* the row doesn't say what its messages take */
    bool spent;         /* of its messages nothing can be evicted, until there are more */

    bool dirty;      /* the row must be written in this step */
    bool rows_moved; /* messages of it were written or deleted in this step */
    bool touched;    /* is on the list of chats to announce at the end of the step */
    struct chat *next_touched;
    int announced; /* the `chat_state` that the page was told last; -1: none */

    int open_count;                      /* how often it is open in a page */
    struct operation *lines[CHAT_LINES]; /* of the outbox, in order (operation.h) */
    struct media_entry *media;           /* its files (media.h) */
    int64_t paged_last;   /* the highest number that a page has covered: answers to messages may be ahead */
    int64_t delta_from;   /* an answer to a message has left a hole above this number, of which the next delta
                             is to bring what it has; 0: none */
    int64_t counts_taken; /* how often the server's counts were */
    int64_t counted_to; /* `lastSequence` of the server's record whose unread count was taken; 0: none was */
    bool moved;         /* the server is known to be ahead */
    bool wants_delta;   /* a delta is to be fetched */
    gap wanted_gap;     /* a range to be repaired; start 0: none */
    gap filling;        /* what the call under way was asked to fill; then what its page covers */
    int64_t call;       /* id of the call under way, 0: none */
    call_purpose purpose; /* of the call under way */
    bool moved_in_call;   /* a delta was asked for while the call was under way */
    char *heard;          /* revision that was told of while a delta was under way; NULL: none */
    int64_t top_asked;    /* the highest number of the hole that the call under way asks for */
    bool was_reset;       /* since the delta under way began; who waits for it goes on waiting */
    bool stuck;           /* the last page of a hole had nothing of it: no repair until the next delta */
    int waiting;          /* commands that wait for it */
    bool failed;          /* the last call failed */
    bool set_aside;       /* its last page could not be stored: a core does not ask again by itself */
    int failures;         /* in a row */
    int64_t retry_ms;     /* not before, in the core's ticks */
} chat;

typedef struct {
    chat *table;   /* by request_id */
    chat *touched; /* in this step */
} chat_table;

/** The chat, or NULL. */
chat *chat_find(const chat_table *chats, const char *request_id);

/** The chat, made anew in state INITIAL where it isn't there; NULL when memory has run out. */
chat *chat_ensure(chat_table *chats, const char *request_id);

void chats_free(chat_table *chats);

/** Notes that the chat's row or its state may have changed. */
void chat_touch(chat_table *chats, chat *c);
/** As `chat_touch`, and the row is written at the end of the step. */
void chat_mark_dirty(chat_table *chats, chat *c);

/**
 * Takes over one stored row. False with `*wrong` set when the row is no ChatSyncState; the chat is then there
 * with its id alone if that could be read.
 */
bool chat_hydrate(chat_table *chats, slice row, arena *memory, problem *wrong);

/** Appends the row as JSON; `kept`: how history is stored. */
void chat_write(const chat *c, layout kept, text *out);

/** Takes the server's record of the chat; false when memory has run out. */
bool chat_set_listed(chat *c, slice bytes);

/** Replaces an owned string by a copy (NULL stays NULL); false when memory has run out. */
bool chat_replace(char **owned, const char *string);

/** What a server says of a chat besides its messages; -1 where it says nothing. */
typedef struct {
    int64_t unread;
    int64_t last_read;
    int64_t total;
} chat_counts;

/**
 * Takes the server's counts. Its unread count wins unless it doesn't know yet what was read here: then the
 * local one stays, and `arrived`, the messages of others that are new, are added to it.
 */
void chat_take_counts(chat *c, chat_counts counts, int64_t arrived);

/**
 * What is known below `lastSyncedSequence` can't be trusted any more: all of it becomes one stale gap. The
 * rows stay on the screen until they are fetched again. False when memory has run out.
 */
bool chat_distrust(chat *c, int64_t now_ms);
/** As `chat_distrust`, for what is known of a range. */
bool chat_distrust_range(chat *c, int64_t from, int64_t to, int64_t now_ms);

/** What decides a chat's state besides its own fields. */
typedef struct {
    int64_t now_ms;
    bool list_complete; /* the chat list has been caught up with since the start */
} chat_context;

/** The state of spec/1, derived: there is one table for it, in chat.c, and it is never stored. */
chat_state chat_state_of(const chat *c, chat_context context);

#endif
