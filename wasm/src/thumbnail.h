#ifndef LARDER_THUMBNAIL_H
#define LARDER_THUMBNAIL_H

#include "core.h"
#include "event.h"
#include "sync.h"

/**
 * Small pictures of pictures: made by the host after the original is stored, one at a time, stored in the
 * database, and evicted after the originals. Where one can't be made there is none.
 */
typedef struct thumbnail {
    struct thumbnail *prev, *next;
    int64_t call; /* under way; 0: none */
    char id[];    /* of the entry, which may be gone by then */
} thumbnail;

/** Has one made if the entry is a picture that has none. */
void thumbnail_want(core *l, const media_entry *e);

/** The end of a `makeThumbnail` call. */
void thumbnail_ended(core *l, const event *e, const call_end *end);

/** Puts the call that is due into the plan. */
void thumbnail_pump(core *l);
void thumbnail_free(core *l);

#endif
