#ifndef LARDER_ANNOUNCE_H
#define LARDER_ANNOUNCE_H

#include "core.h"

/**
 * Tells the page of the chats that were touched in this step, where their rows or their states changed, and
 * of the connection.
 */
void announce_changes(core *l);

/** A core before this one told the page of chats and connection: the next step tells of all. */
void announce_again(core *l);

#endif
