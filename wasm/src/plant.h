#ifndef LARDER_PLANT_H
#define LARDER_PLANT_H

#ifdef LARDER_PLANT
#include <string.h>

/**
 * Bugs on purpose, for the simulator's own test: a build with LARDER_PLANT behaves wrongly where the name
 * that is set here stands. No other build has any of it.
 */
extern const char *larder_planted;
#define PLANTED(name) (strcmp(larder_planted, #name) == 0)
#else
#define PLANTED(name) 0
#endif

#endif
