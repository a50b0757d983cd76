#ifndef SIM_VIEWERS_H
#define SIM_VIEWERS_H

#include <stdbool.h>

#include "gallery.h"
#include "prng.h"

/**
 * Those who look at media: they get files, those of the store without the core, and tell it later of what
 * they used; give up waiting; keep files and let go of them, fetch some for later; and set the limits.
 */
typedef struct {
    prng random;
} viewers;

void viewers_start(world *w);
/** The page is gone, with what it would have told. */
void viewers_forget(world *w);
/** What may befall stored media at each step. */
void viewers_step(world *w);

/** Gets a file. */
void viewers_get(world *w, int chat, int file);
/** Wants a file for later. */
void viewers_prefetch(world *w, int chat, int file);
/** Sets the limits; an item's 0 leaves it as it is. */
void viewers_set_limits(world *w, int64_t bytes, int64_t item_bytes);

#endif
