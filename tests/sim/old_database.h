#ifndef SIM_OLD_DATABASE_H
#define SIM_OLD_DATABASE_H

#include "timeline.h"

/** Fills the store with what version 2 left: rows here and there, and positions that nobody can rely on. */
void old_database_make(world *w);
/** What another program by spec/1 has queued: operations without a place in line, whose messages nobody
 * shows. */
void old_queue_make(world *w);

#endif
