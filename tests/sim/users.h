#ifndef SIM_USERS_H
#define SIM_USERS_H

#include <cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "host.h"
#include "prng.h"
#include "server.h"

typedef struct {
    int number;
    int chat;
} view;

enum { VIEWS_MAX = 4 };

/** The page and who sits before it. */
typedef struct {
    prng random;
    view views[VIEWS_MAX];
    int view_count;
    int views_opened;
    bool stopped;                      /* nobody touches it */
    bool online;                       /* as the core said last */
    bool logged_out;                   /* likewise, until there are new credentials */
    char states[SERVER_CHATS_MAX][16]; /* likewise */
} users;

void users_start(world *w);
void users_free(world *w);
void users_stop(world *w);

/** The page was loaded anew, or is gone with all that waited. */
void users_tab_opened(world *w);
void users_tab_gone(world *w);

/** What the core tells the page. */
void users_signal(world *w, const cJSON *signal);

/** What the page does. */
void users_open(world *w, int chat);
void users_sync(world *w, int chat); /* -1: everything */
void users_fill(world *w, int chat, int64_t from, int64_t to);
/** `tell`: the server is to hear of it through the outbox. */
void users_read(world *w, int chat, int64_t up_to, bool tell);
/** The page has read a block that it can't understand. */
void users_damaged(world *w, int chat, int64_t first, int64_t last);
/** The page has become visible. */
void users_look(world *w);

#endif
