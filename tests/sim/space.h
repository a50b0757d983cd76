#ifndef SIM_SPACE_H
#define SIM_SPACE_H

#include <stdbool.h>
#include <stdint.h>

#include "host.h"
#include "server.h"

/** What the cache may take, in bytes. */
typedef struct {
    int64_t bytes;
    int64_t item_bytes; /* of one file; 0: as the core has it by default */
} space_limits;

/** How much room there is: the limits, the browser's quota, and which chats are open as the core knows. */
typedef struct {
    space_limits wanted;        /* as the page has set them: a new core starts with these */
    space_limits told;          /* as the core knows */
    int64_t quota;              /* of the browser, in bytes; 0: none that is felt */
    int times;                  /* transactions in a row that it has aborted */
    int aborts;                 /* all of them since it gave more */
    int open[SERVER_CHATS_MAX]; /* how often each chat is, as the core was told: some it hears of twice */
} space;

void space_start(world *w);
/** A new core knows of no open chat. */
void space_core_starts(world *w);
/** What the events of a step that is through have told the core. */
void space_told(world *w, const event_list *group);
/** Whether the chat is open, as the core knows. */
bool space_is_open(const world *w, int chat);

/** The most that one file may have to be kept. */
int64_t space_item_limit(const world *w);

/** What all messages of a chat take; what all messages, and all media, take: counted anew. */
int64_t space_messages_of(world *w, int chat);
int64_t space_messages(world *w);
int64_t space_media(world *w);
/** What the browser counts: the database and the files. */
int64_t space_taken(world *w);
/** Whether the browser has room for what the transaction has written. */
bool space_has_room(world *w);
/** It had none; after a few times it gives more, enough for what is written now. */
void space_aborted(world *w);

#endif
