#ifndef SIM_USAGE_H
#define SIM_USAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "gallery.h"
#include "host.h"
#include "server.h"

/** When a file was used, in the order in which the core heard of it; 0: long ago. */
typedef struct {
    int64_t used;    /* as the core knows */
    int64_t written; /* as its row says */
    int64_t stamped; /* when its row got its time */
    bool vague;      /* it was used in some other way since its row was written */
} file_usage;

/** What the events of the step at hand, or joined to it, do to a file. */
typedef struct {
    bool moved;   /* it was used, or what decides on its place has changed */
    bool excused; /* its bytes may go, or be replaced, for another reason than want of room */
    bool changed; /* its row says otherwise than before whether it is here */
} file_event;

/** What is heard of media: who used them when, naively; how often they were found. */
typedef struct {
    file_usage files[SERVER_CHATS_MAX][GALLERY_FILES_MAX];
    file_event now[SERVER_CHATS_MAX][GALLERY_FILES_MAX];
    int64_t orders;
    int64_t hits;     /* told by touches */
    bool any_now;     /* any of the events is about media */
    bool any_changed; /* any row does so */
    bool in_chat;     /* one wants something of a certain chat to go */
    bool served;      /* whoever asked for a file last got it, kept or not as it has to be */
    bool asked;       /* one wants something to go, or to have other limits */
} usage;

/** Takes in what the events of a step say, before what it writes is looked at. */
void usage_heard(world *w, const event_list *group);
/** What the step was about is told; the next begins. */
void usage_through(world *w);
/** The entry's row was written, with another time or not, or is gone. */
void usage_written(world *w, int chat, int file, bool there, bool stamped);
/** A new core knows only what is stored. */
void usage_core_starts(world *w);

#endif
