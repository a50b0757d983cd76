#ifndef SIM_LOCKS_H
#define SIM_LOCKS_H

#include <stdint.h>

#include "timeline.h"

enum { LOCK_LINE_MAX = 16 };

/** The lock of the database, as `navigator.locks` has it: who holds it leads. Tabs are named by number. */
typedef struct {
    int64_t holder; /* 0: nobody */
    int64_t line[LOCK_LINE_MAX];
    int waiting;
    int64_t grants; /* the newest counts */
} locks;

/** The tab at hand asks for it, or takes it from whoever has it. */
void lock_ask(world *w);
void lock_steal(world *w);
/** It lets go of it, if it has it. */
void lock_release(world *w);
/** It lets go of it, or of its place in line. */
void lock_leave(world *w);

#endif
