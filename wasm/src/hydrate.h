#ifndef LARDER_HYDRATE_H
#define LARDER_HYDRATE_H

#include "core.h"
#include "event.h"

/**
 * Fills a new core with what is stored: `{chat_meta: [...], cache_stats: [...], ...}`. A row that can't be
 * read is reported and costs itself alone. True when there are rows of which the chats' own rows don't tell,
 * those of an older version or of layout `rows`, or when nobody knows what the messages take: then the plan
 * asks for a tally of rows and blocks, and `hydrate_tally` goes on.
 */
bool hydrate(core *l, const event *e);

/** Takes over more rows of `media_meta`, where one event would have been too large for all. */
void hydrate_more(core *l, const event *e);

/** Notes chats by their ids, a JSON array or NULL, of which pages could not be stored. */
void hydrate_set_aside(core *l, const cJSON *request_ids);

/**
 * Takes over rows. What versions 1 and 2 left has positions of which nobody knows what they meant, so every
 * chat keeps its rows on the screen, and the range they span becomes a stale gap, to be fetched again. Layout
 * `blocks` is to seal them.
 */
void hydrate_tally(core *l, slice rows);

#endif
