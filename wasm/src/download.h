#ifndef LARDER_DOWNLOAD_H
#define LARDER_DOWNLOAD_H

#include "core.h"
#include "event.h"
#include "sync.h"

/**
 * Fetching media: at most `LIMIT_MEDIA_CALLS_MAX` calls at once, high before normal before low priority, and
 * within one in the order asked. However many ask for an entry, it is fetched once. What fails is tried again
 * after a growing wait and goes on where it was interrupted; what came damaged is fetched once more from the
 * start. A download that nobody needs any more is given up.
 */

enum {
    DOWNLOAD_KEY_BYTES = 33, /* 32 hexadecimal digits */
    DOWNLOAD_BLOB_KEY_BYTES = 2 + DOWNLOAD_KEY_BYTES,
    DOWNLOAD_IDLE = MEDIA_PRIORITY_HIGH + 1, /* the queue of those that nobody needs */
};

/** An entry that is to be fetched. One that nobody needs is kept for a while if a part of it has come. */
typedef struct download {
    struct download *prev, *next; /* in its queue */
    media_entry *entry;
    struct media_asker *askers;   /* asker.h */
    int queue;                    /* the one that it stands in */
    int64_t call;                 /* under way; 0: none */
    int64_t last_call;            /* the one before, whose bytes the host has kept */
    int64_t retry_ms;             /* not before, in ticks */
    int64_t offset_bytes;         /* so many have come */
    bool asked_to_wait;           /* the server has said how long */
    int failures;                 /* in a row without one more byte */
    int damaged;                  /* how often what came was not what the server has */
    char key[DOWNLOAD_KEY_BYTES]; /* of the call under way: where its bytes go */
} download;

/** Has an entry fetched, for somebody who doesn't wait for it (`wanted`). */
void download_want(core *l, media_entry *e);
/** The same for a command that waits. One that waits already goes on waiting. */
void download_ask(core *l, media_entry *e, const char *command);
/** A command waits no more. */
void download_forget(core *l, const char *command);
/** Nobody gets the entry: who waits for it is answered. */
void download_stop(core *l, media_entry *e, error_code code);
/** After the entry's priority has changed. */
void download_reorder(core *l, media_entry *e);

/** A name for bytes that are to be stored: of the time and chance, never the server's. */
void download_make_key(core *l, char key[DOWNLOAD_KEY_BYTES]);

/** Whether a call for the entry is under way. */
bool download_is_under_way(const media_entry *e);
/** Whether a file with this key is being written. */
bool download_writes(const core *l, const char *key);

/** The browser says that there is no network: nobody is kept waiting. */
void download_disconnected(core *l);
/** There may be one again: what failed is tried at once, unless the server has asked to wait. */
void download_connected(core *l);

/** The end of a `fetchMedia` call. */
void download_ended(core *l, const event *e, const call_end *end);

/** Puts the calls that are due into the plan. */
void download_pump(core *l);
/** When one is to be tried again, in ticks; 0: nothing waits for a time. */
int64_t download_deadline(const core *l);
void download_free(core *l);

#endif
