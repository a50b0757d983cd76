#ifndef SIM_CHANGES_H
#define SIM_CHANGES_H

#include <cJSON.h>
#include <stdint.h>
#include <uthash.h>

#include "host.h"
#include "server.h"
#include "timeline.h"

/** How often a command that came by storage was answered by a transaction. */
typedef struct {
    char command[HOST_NAME_BYTES];
    int count;
    UT_hash_handle hh;
} application;

/** Which transactions have changed what pages show, by their numbers, and which commands they carried out. */
typedef struct {
    int64_t last;
    int64_t messages; /* in which pages were told of any */
    int64_t chats[SERVER_CHATS_MAX];
    int64_t outbox;
    application *applications;
} change_log;

/** A transaction is committed: notes what it has touched. */
void changes_note(world *w);
/** A command that lay in storage is answered; how often it has been. */
int changes_applied(world *w, const char *command);
void changes_free(world *w);

#endif
