#ifndef SIM_USERS_H
#define SIM_USERS_H

#include <cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "gallery.h"
#include "host.h"
#include "prng.h"
#include "server.h"

typedef struct {
    int number;
    int chat;
} view;

enum { VIEWS_MAX = 4, PAGE_TOUCHES_MAX = 16 };

/** What one page shows, and what it was told. */
typedef struct {
    view views[VIEWS_MAX];
    int view_count;
    bool online;                       /* as a core said last */
    char states[SERVER_CHATS_MAX][16]; /* likewise */
    int64_t told[SERVER_CHATS_MAX];    /* of the changes of each chat up to this one */
    int64_t told_of_outbox;
    int64_t missed; /* some of what it was told of the changes up to this one got lost on the way */
    int64_t heard_at[SERVER_CHATS_MAX]; /* when the states were said, by the number of the message */
    int64_t heard_online_at;
    int64_t missed_at;
    int64_t opened_ms;
    char touched[PAGE_TOUCHES_MAX]
                [GALLERY_ID_BYTES]; /* media, not told yet, in the order of their last use */
    int touched_count;
    int64_t hits; /* not told yet */
} tab_page;

/** Those who sit before the pages. */
typedef struct {
    prng random;
    int views_opened;
    bool stopped; /* nobody touches them */
} users;

void users_start(world *w);
void users_stop(world *w);

/** The page at hand was loaded anew, or is gone with all that waited. */
void page_opened(world *w);
void page_gone(world *w);
/** It has missed what the others hear. */
void page_misses(world *w, int64_t changes, int64_t number);

/** What a core tells the page at hand, with all changes up to this one, in the message of this number. */
void users_hear(world *w, const cJSON *signals, int64_t changes, int64_t number);

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
