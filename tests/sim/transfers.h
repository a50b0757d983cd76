#ifndef SIM_TRANSFERS_H
#define SIM_TRANSFERS_H

#include "gallery.h"
#include "host.h"
#include "network.h"

/** What the tab has kept of a file whose bytes stopped coming. */
typedef struct {
    int64_t received;
    bool wrong; /* they are not the file's */
} partial;

/**
 * The calls that are about media: what the tab fetches and keeps, the thumbnails that it makes, the browser's
 * estimate, and what needs no answer. Bytes that have come are held by the tab under a number, or written to
 * a file, before the core hears of them.
 */
typedef struct {
    prng random;
    int64_t helds;
} transfers;

void transfers_start(world *w);
/** Whether the call is about media, and about one that is being fetched. */
bool transfer_is(const call *c);
/** Carries out a call of the plan that wants no answer; false when it is none. */
bool transfer_tell(world *w, const cJSON *plan);
/** A call leaves. */
void transfer_leaves(world *w, call *c);

/** What the server, or the tab itself, will answer. */
void transfer_answer(world *w, call *c);
/** Whether bytes stop coming in the middle. */
bool transfer_breaks(world *w, call *c);
/** Appends what a reply says besides its status, and gives its event the bytes. */
void transfer_succeeds(world *w, call *c, buffer *outcome, host_event *event);
/** Whether the reply may come twice: who has written a file says so once. */
bool transfer_may_repeat(const host_event *event);
/** Appends what a reply says besides that it failed. */
void transfer_fails(world *w, const call *c, buffer *outcome);
/** A call is aborted; it may come to an end all the same. */
void transfer_aborted(world *w, call *c);

/** The bytes that the host holds for an event of the step under way; false: it holds none of that number. */
bool transfer_held(const world *w, int64_t number, media_bytes *out);

#endif
