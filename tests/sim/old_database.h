#ifndef SIM_OLD_DATABASE_H
#define SIM_OLD_DATABASE_H

#include "timeline.h"

/** Fills the store with what version 2 left: rows here and there, and positions that nobody can rely on. */
void old_database_make(world *w);

#endif
