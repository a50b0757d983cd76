#ifndef SIM_HOST_HYDRATE_H
#define SIM_HOST_HYDRATE_H

#include "host.h"

/** What a new core is told first, in parts: all that is stored, and what the page and the device have set. */
event_list host_hydrate(world *w);

#endif
