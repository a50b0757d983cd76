#ifndef SIM_PLANTS_H
#define SIM_PLANTS_H

#include <stdbool.h>

/** Bugs that can be planted in the core (wasm/src/plant.h), to show that the checkers see them. */

/** Plants one; false when there is none of that name. */
bool plants_plant(const char *name);
void plants_print(void);

#endif
