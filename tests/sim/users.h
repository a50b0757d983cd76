#ifndef SIM_USERS_H
#define SIM_USERS_H

#include <cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "host.h"
#include "prng.h"
#include "server.h"

typedef enum { COMMAND_SYNC_ALL, COMMAND_SYNC, COMMAND_FILL, COMMAND_READ, COMMAND_WRONG } command_kind;

/** A command of the page that waits for its answer, and how the world was when it was given. */
typedef struct page_command {
    char name[HOST_NAME_BYTES];
    command_kind kind;
    int chat;
    int64_t from; /* of COMMAND_FILL; of COMMAND_READ the mark */
    int64_t to;
    int64_t unknown;                     /* numbers of the range that were missing; 0: it is not judged */
    int64_t resets;                      /* of the chat */
    int64_t revisions[SERVER_CHATS_MAX]; /* of the chats that are to be caught up with; -1: others */
    struct page_command *next;
} page_command;

typedef struct {
    int number;
    int chat;
} view;

enum { VIEWS_MAX = 4 };

/** The page and who sits before it. */
typedef struct {
    prng random;
    page_command *commands;
    int64_t command_count;
    view views[VIEWS_MAX];
    int view_count;
    int views_opened;
    bool stopped;                      /* nobody touches it */
    bool online;                       /* as the core said last */
    char states[SERVER_CHATS_MAX][16]; /* likewise */
} users;

void users_start(world *w);
void users_free(world *w);
void users_stop(world *w);

/** The page was loaded anew, or is gone with all that waited. */
void users_tab_opened(world *w);
void users_tab_gone(world *w);

/** What the core tells the page. */
void users_reply(world *w, const cJSON *reply);
void users_signal(world *w, const cJSON *signal);
/** The command can't be carried out, for the storage has failed. */
void users_give_up(world *w, const char *name);

/** What the page does. */
void users_open(world *w, int chat);
void users_sync(world *w, int chat); /* -1: everything */
void users_fill(world *w, int chat, int64_t from, int64_t to);
void users_read(world *w, int chat, int64_t up_to);
/** The page has read a block that it can't understand. */
void users_damaged(world *w, int chat, int64_t first, int64_t last);
/** The page has become visible. */
void users_look(world *w);

#endif
