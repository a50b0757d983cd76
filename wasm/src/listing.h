#ifndef LARDER_LISTING_H
#define LARDER_LISTING_H

#include "core.h"

/**
 * Applies a `fetchChats` page: the records, what they say of unread and total counts, and the cursor, in one
 * plan. A chat whose revision moved is marked so, and is to be caught up with if some of it is cached or it
 * is open. A record that is not valid is reported and left out. `asked` is the cursor that was asked from, or
 * NULL. False when the page can't be read, with `*wrong` set; nothing was done then.
 */
bool listing_apply(core *l, const char *asked, slice body, bool *has_more, problem *wrong);

#endif
