#ifndef LARDER_HYDRATE_H
#define LARDER_HYDRATE_H

#include "core.h"

/**
 * Fills a new core with what is stored: `{chat_meta: [...], cache_stats: [...]}`. A row that can't be read is
 * reported and costs itself alone. True when the database was upgraded from version 1 or 2: then the plan
 * asks for a tally of the rows, and `hydrate_tally` goes on. `user_id` may be NULL.
 */
bool hydrate(core *l, const char *user_id, slice body);

/** Notes chats by their ids, a JSON array or NULL, of which pages could not be stored. */
void hydrate_set_aside(core *l, const cJSON *request_ids);

/**
 * Takes over the messages of a version 1 or 2. Nobody knows what their positions meant, so every chat keeps
 * its rows on the screen, and the range they span becomes a stale gap, to be fetched again.
 */
void hydrate_tally(core *l, slice rows);

#endif
