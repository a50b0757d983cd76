#ifndef SIM_SELF_STAGE_H
#define SIM_SELF_STAGE_H

#include "world.h"

/**
 * A world without a core: one chat of `STAGE_MESSAGES` messages at the server, all of which an answer spoke
 * of, and of `STAGE_FILES` files. Tests write the plans by hand, piece by piece, and look at what the
 * checkers say.
 */
enum { STAGE_MESSAGES = 300, STAGE_CHAT = 0, STAGE_FILES = 4, STAGE_FILE_BYTES = 100 };

/** What the chat's row says: how many messages there are, and of a gap (`to` 0: there is none). */
typedef struct {
    int64_t count;
    int64_t from;
    int64_t to;
    bool stale;
} stage_meta;

typedef struct {
    world *w;
    buffer writes;
    buffer bytes;
    stage_meta meta;     /* as it was written last */
    bool meta_written;   /* by this plan */
    bool blocks_written; /* likewise */
    int unsent;          /* messages that the chat's row says are waiting */
    int changes;         /* of blocks, as the chat's row counts them */
    bool decided;        /* the host's group is the stage's own */
} stage;

stage stage_open(void);
void stage_close(stage *s);

/** Pieces of the next plan. A block has all numbers of its range but `without`; `version` is that of `first`.
 */
void stage_block(stage *s, int64_t first, int64_t last, int64_t without, int version);
void stage_row(stage *s, int64_t sequence, int version);
void stage_delete_row(stage *s, int64_t sequence);
void stage_delete_block(stage *s, int64_t first);
/** The chat's row: all is known but for the gap (`to` 0: none). It is written anew with blocks that change.
 */
void stage_chat(stage *s, int64_t count, int64_t from, int64_t to, bool stale);

/** Somebody writes a message; its number in the outbox. */
int64_t stage_written(stage *s);
/** Its operation's row, at a place in line counted from 0; `fields` are those that a test is about, or "". */
void stage_operation(stage *s, int64_t number, int place, const char *status, const char *fields);
/** Its message as it is shown until it has arrived. */
void stage_shown(stage *s, int64_t number, int place, const char *status);
/** Both, waiting. */
void stage_waiting(stage *s, int64_t number, int place);
void stage_forget(stage *s, const char *store, int64_t number);
/** The server's message of it, as a row. */
void stage_settled(stage *s, int64_t number, int64_t sequence);
/** The server gets it under this key; the answer's status. */
int stage_accept(stage *s, int64_t number, const char *key);
/** A call of it leaves with this key; the checker that found something, or "". */
const char *stage_call(stage *s, int64_t number, const char *key);

/** A file's row: the one of the stage's chat with this number. `fields` are what a test is about. */
void stage_file(stage *s, int file, const char *fields);
/** The same with its bytes under `b-<file>`, used at a time. */
void stage_kept(stage *s, int file, int64_t used_at, const char *fields);
void stage_forget_file(stage *s, int file);
/** Its bytes in the store; `wrong`: others of the same size. */
void stage_blob(stage *s, int file, bool wrong);
void stage_forget_blob(stage *s, int file);
/** The statistics' row, with sizes. */
void stage_stats(stage *s, int64_t messages, int64_t media, int files);
/** The tab is decided on this event. */
void stage_event(stage *s, const char *header);

/** Carries out the plan, or aborts where it fails. */
step_failure stage_write(stage *s);
/** Looks at what was written and commits it: the checker that found something, or "". */
const char *stage_commit(stage *s);
/** What is written next must be found by that checker, or by none (""); the stage is closed then. */
void stage_finds(stage *s, const char *checker);
/** The numbers of the blocks that a read brings, as "1-64 65-128". The caller frees it. */
buffer stage_read(stage *s, int64_t from, int64_t to, int64_t limit);

#endif
