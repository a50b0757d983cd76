#ifndef SIM_HOST_H
#define SIM_HOST_H

#include <cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "answers.h"
#include "buffer.h"
#include "gallery.h"
#include "larder.h"
#include "prng.h"
#include "server.h"

enum { HOST_NAME_BYTES = 40 };

/** An event on its way to a commit. */
typedef struct {
    char *header;                   /* JSON object */
    char command[HOST_NAME_BYTES];  /* empty: none */
    char standing[HOST_NAME_BYTES]; /* what it tells of the world, for a new core; empty: nothing */
    bool ends_standing;             /* a `close`: `standing` is no more */
    buffer body;
    answer *answer;    /* of a page or a message that was sent: what it says; NULL: nothing to learn from */
    int64_t operation; /* of the outbox, whose call it ends; 0: none */
    int page_of;       /* the chat of a fetchMessages reply; -1: it is none */
    int attempt;       /* counts the transactions that it may have broken */
    int quota;         /* transactions in a row with it that the browser's quota has aborted */
    char forgets[HOST_NAME_BYTES]; /* the command whose answer nobody waits for any more; empty: none */
    bool of_media;                 /* it ends a call that was about media */
    int64_t held;                  /* what the tab holds of a file for it, by this number; 0: nothing */
    media_bytes bytes;             /* and what that is */
    bool mailed;                   /* it lies in storage, or did when it was read there */
} host_event;

typedef struct {
    host_event **at;
    size_t count;
    size_t capacity;
} event_list;

/** Why a step failed. */
typedef enum { STEP_FINE, STEP_STORAGE, STEP_OWN_FAULT, STEP_QUOTA } step_failure;

/** What became of a transaction while its tab was frozen: the browser goes on without it. */
typedef enum { UNHEARD_NOTHING, UNHEARD_COMMIT, UNHEARD_ABORT } unheard_end;

/** What may be let out once a step has committed. */
typedef struct {
    cJSON *calls;
    cJSON *signals;
    cJSON *replies;
    int64_t deadline_ms; /* 0: none */
} effects;

/**
 * The host of a tab that leads: the loop around the core, as js-bindings/src/host.ts has it. Events in, one
 * transaction per step, effects out after the commit, but for calls that only read; events that come while a
 * transaction is open are planned together in the next, answers also in that one. Crash-only: after an abort
 * core and connection are dropped, a new core is hydrated, and what was not acknowledged is handed in again.
 */
typedef struct {
    bool alive;         /* its tab leads */
    int64_t life;       /* counts hosts and recoveries, so that what an earlier one awaited is ignored */
    bool blocks;        /* history is to lie in blocks; else in rows */
    int64_t generation; /* under which it has claimed the database last */
    bool began;         /* its tab knows */
    bool closing;       /* it is dropped, but for its transaction */
    unheard_end unheard;
    int64_t changes;                   /* the last that it has committed */
    bool online;                       /* as its core said last */
    char states[SERVER_CHATS_MAX][16]; /* likewise */
    bool logged_out;                   /* likewise, until there are new credentials */
    buffer refused; /* commands in storage that it has given up, by name, each after a comma */
    bool db_open;
    larder *core;
    event_list queue;
    event_list unanswered; /* commands */
    event_list standing;
    bool running;                     /* until it has started, and while a step is under way, events wait */
    int failures;                     /* steps that failed in a row for no fault of their own */
    size_t alone;                     /* so many events are tried one by one */
    bool set_aside[SERVER_CHATS_MAX]; /* chats of which a page could not be stored */
    bool told;                        /* whether a core told the page of chats */
    int64_t timer;                    /* the newest one counts */
    int64_t core_told_ms;             /* when it was told the time last */
    int64_t core_now_ms;              /* the latest time that this core can think it is */

    host_event *listing; /* what was in the folder when this core began, until it is told; NULL: told */

    event_list group; /* the events of the step under way */
    event_list again; /* those of the step that failed, while it is recovered from */
    cJSON *plan;      /* what of it is to be carried out */
    effects effects;
    bool strict;  /* the transaction of the step under way is to be on the disk when it is through */
    bool opening; /* the step under way is a new core's first */
    bool recovering;
    step_failure failure; /* that is being recovered from */
    int reopenings;       /* pauses that were waited */
} host;

/** The tab at hand leads: its host begins. */
void host_open(world *w);
/** It leads no more: the host is dropped, and its transaction goes on to its end. */
void host_close(world *w);
/** The host dies with its tab, in the middle of whatever it does. */
void host_die(world *w);
/** Its tab is frozen: its transaction stays open for a while, or is committed, or aborted, without it. */
void host_freeze(world *w);
/** It is to close what that tab had opened. */
void host_orphan(world *w, const char *instance);

/** Whether it has given up this command, which lies in storage; it is to try again. */
bool host_has_refused(const world *w, const char *command);
void host_forgives(world *w, const char *command);

/** An event with this header, to be filled in further and pushed; the header is taken over. */
host_event *host_event_new(char *header);
/** Hands in an event; it is dropped where there is no tab. */
void host_push(world *w, host_event *event);
/** The page at hand says whether the browser is online. */
void host_tell_connectivity(world *w);

/** Whether its storage has failed: only the next event makes it try again. */
bool host_gave_up(const world *w);
/** Whether no other has claimed the database since it has: what it does is seen by all. */
bool host_is_current(const world *w);
/** Whether the transaction takes in several answers: what the one has done another may have undone. */
bool host_took_several(const world *w);
/** Whether a step is under way. */
bool host_is_busy(const world *w);

#endif
