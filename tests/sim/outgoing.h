#ifndef SIM_OUTGOING_H
#define SIM_OUTGOING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buffer.h"
#include "server.h"
#include "timeline.h"

/**
 * One operation that was handed to the outbox, and what may be expected of it: kept by what its author was
 * answered and by what the server did, without a look at the core.
 */
typedef struct {
    bool receipt; /* it says that the chat was read; else it is a message */
    int64_t tab;  /* in which it was written */
    int chat;
    int drafts;        /* texts that its author has written for it: the first, and one per edit */
    int draft;         /* the newest text that was acknowledged */
    bool crossed;      /* another tab has corrected it: which text is the later one nobody can tell */
    bool acknowledged; /* the outbox has answered for it */
    bool cancelled;    /* it was deleted at its author's wish */
    bool final;        /* a refusal for good was handed to the device since it was to be sent (again) */
    bool contradicted; /* the server refused it though it has it, so that it was open to corrections
                        */
    bool set_aside;    /* its answer was given up since then, for it could not be stored */
    bool unpaid;       /* the server has asked for credentials in answer to it */
    int64_t asked_ms;  /* for how long the server has asked to wait in its last answer, within bounds */
    int tries;         /* its calls since then, but for those that don't count */
    int64_t life;      /* the core that made the last of them */
    int64_t rank; /* its place in the order in which all messages were to be sent; 0: it never was stored */
} outgoing;

/** All that ever were, and what of each chat is known of them together. */
typedef struct {
    outgoing *at; /* by number, from 1: at[0] is not used */
    int64_t count;
    int64_t capacity;
    int64_t ranks;
    int64_t read_to[SERVER_CHATS_MAX];   /* marks for which a receipt was acknowledged */
    int64_t untold_to[SERVER_CHATS_MAX]; /* marks that the server is not to hear of */
    int64_t held_ms[SERVER_CHATS_MAX];   /* since when nothing keeps its first message; 0: something does */
    int64_t arrived_rank[SERVER_CHATS_MAX]; /* of the message that arrived last in its time */
} outgoing_list;

/** A new one; its number. */
int64_t outgoing_add(world *w, bool receipt, int chat);
/** The one with this number; NULL: there never was one. */
outgoing *outgoing_of(const world *w, int64_t number);
void outgoing_free(world *w);

/** It is to be sent once more, as if it were new: what was tried before counts no longer. */
void outgoing_starts_anew(outgoing *o);
/** A call of it has left. */
void outgoing_leaves(const world *w, outgoing *o);
/** The device is handed the end of a call of it: a status, or 0 where there was no answer, and `Retry-After`.
 */
void outgoing_ends(outgoing *o, int status, const char *retry_after);

/** What a message says: which it is, and in which version of its text. */
void outgoing_write_text(buffer *out, int64_t number, int draft);
/** Reads that; the rest of `content` may say more. False where it is no text of the outbox. */
bool outgoing_read_text(const char *content, int64_t *number, int *draft);

#endif
