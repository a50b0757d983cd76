#ifndef LARDER_CORE_H
#define LARDER_CORE_H

#include "arena.h"
#include "chat.h"
#include "media.h"
#include "plan.h"
#include "retention.h"
#include "retry.h"
#include "stats.h"

struct waiter;
struct operation;

/** The stream of the server's change signals: one call that lasts until it breaks. */
typedef struct {
    bool wanted;
    int64_t call; /* 0: none */
    int failures;
    int64_t retry_ms;
} subscription;

/** What is under way with the server besides the chats' own calls. */
typedef struct {
    bool browser_online;     /* as the browser says */
    bool reachable;          /* as the last call found */
    bool auth_paused;        /* 401: nothing is sent until there are new credentials */
    int announced;           /* the `connection` that the page was told last; -1: unknown */
    bool complete_announced; /* `list_complete` as it was when chats were announced last */
    bool list_wanted;
    bool list_complete;      /* caught up with since the start or the last time offline */
    bool list_moved_in_call; /* a signal came while the list was being fetched */
    int64_t list_call;       /* 0: none */
    int list_failures;
    int64_t list_retry_ms; /* in ticks, as all moments of a retry */
    int64_t list_asked_ms; /* in ticks */
    int64_t list_quiet_ms; /* in ticks: until then signals may still come that one list answers together */
    int calls_under_way;
    int64_t next_call;
    subscription stream;
    struct waiter *waiters;
    int repairs; /* pages that were fetched only to repair, since the start */
} sync_state;

/** What is queued for the server (outbox.h). */
typedef struct {
    struct operation *table; /* by id */
    int64_t next_serial;
    int64_t calls[CHAT_LINES]; /* under way, by line */
    bool moved;                /* the queue was written in this step */
    bool postponed;            /* a try is due and waits for a transaction of its own */
} outbox;

/** The whole of a core. Everything in it is derived from what is stored, but for what is under way. */
struct core {
    int64_t now_ms;   /* the latest moment that was given: never runs backwards */
    int64_t wall_ms;  /* the moment of this step as it was given */
    int64_t ticks_ms; /* what the clock has gone forward since the start: waits are counted in it, so that a
                         clock that is set back doesn't stop them */
    random_source random;
    arena memory; /* of the step */
    plan plan;
    chat_table chats;
    sync_state sync;
    outbox outbox;
    media_cache media;
    retention retention;
    stats stats;
    bool opened;   /* a plan of this step's transaction has gone out: it is strict, or not, from then on */
    bool strict;   /* it is */
    layout layout; /* how settled history is stored */
    bool positions_unknown; /* the rows are of versions 1 or 2 */
    bool rows_unknown;      /* of rows there are the chats' own rows don't tell */
    bool blocks_there;      /* there are blocks, or were: with layout `rows` too they must be read */
    unsealed last_block;    /* the block that was written last: its range, and whether it is small */
    int64_t seal_ms;        /* when to put small blocks together, in ticks; 0: nothing is to be done */
    char *user_id;          /* whose cache it is: own messages are never unread; NULL: unknown */
    char *chats_cursor;     /* NULL: from the start */
    bool position_dirty;    /* the cursor must be written in this step */
    bool hydrating;         /* more stored rows are to come before anything is done */
    bool out_of_memory;     /* the core must be dropped */
};

/** Notes that memory has run out; always false, so that it can be returned. */
bool core_no_memory(core *l);

#endif
