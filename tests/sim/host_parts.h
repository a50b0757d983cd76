#ifndef SIM_HOST_PARTS_H
#define SIM_HOST_PARTS_H

#include "host.h"
#include "swarm.h"

/** What the parts of the host at hand ask of each other: host.c, host_step.c and host_start.c. */

bool host_hits(world *w, fault f);

/** Lets out what a step wants, which has committed. */
void host_release(world *w);
void host_answer(world *w, const cJSON *replies);
void host_clear_effects(effects *e);

/** Plans the group and carries it out; true when that is done, false when it waits or has failed. */
bool host_plan(world *w);
/** Goes on with what waits. */
void host_next_group(world *w);
/** Whether it has a transaction open. */
bool host_holds_turn(const world *w, const host *h);
/** All that was written is stored; nobody has heard of it yet. */
void host_store_step(world *w);
/** Drops core and connection; an open transaction is undone. */
void host_drop(world *w);
/** Another has claimed the database since: nothing is stored, and this host is no more. */
void host_fenced(world *w);
/** The transaction of a host that is no more is through. */
void host_rest(world *w);
/** Another host begins in the same tab. */
void host_rest_now(world *w);

/** After a step that has failed. */
void host_recover(world *w, step_failure failure);
/** A core has begun, or could not. */
void host_opened(world *w);
void host_open_failed(world *w);
/** Forgets all that it has. */
void host_clear(world *w);

#endif
