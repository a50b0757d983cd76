#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include "answers.h"
#include "author.h"
#include "buffer.h"
#include "cached.h"
#include "changes.h"
#include "channel.h"
#include "checks/checks.h"
#include "clock.h"
#include "commands.h"
#include "damage.h"
#include "folder.h"
#include "gallery.h"
#include "host.h"
#include "ids.h"
#include "lies.h"
#include "locks.h"
#include "log.h"
#include "model.h"
#include "network.h"
#include "outgoing.h"
#include "prng.h"
#include "server.h"
#include "space.h"
#include "store.h"
#include "stragglers.h"
#include "swarm.h"
#include "tabs.h"
#include "timeline.h"
#include "transfers.h"
#include "turns.h"
#include "usage.h"
#include "users.h"
#include "view.h"
#include "viewers.h"

/** When every world begins: 2026-01-01. */
#define WORLD_START_MS INT64_C(1767225600000)

/** What happened since a time, to judge whether the calls and rewrites since then are too many. */
typedef struct {
    int64_t period;
    int64_t calls;
    int64_t rewrites; /* commits that moved what is stored to other blocks, and nothing else */
    int64_t occasions;
} call_budget;

/**
 * The fake world around the production core: everything that happens in it follows from the seed. A part is a
 * pair of files; each has its own generator, and puts what is to happen on the timeline.
 */
struct world {
    uint64_t seed;
    int64_t step;
    int64_t time_ms;
    int64_t busy_ms; /* when something happened last that does not go on for ever */
    bool idled;      /* what happened last does */
    swarm swarm;
    event_log log;
    timeline timeline;
    wall_clock clock;
    server server;
    liar liar;
    network network;
    stragglers stragglers;
    database store;
    turns turns;
    locks locks;
    channel channel;
    tabs tabs;
    tab *tab;       /* the one at hand */
    host *host;     /* its own */
    tab_page *page; /* likewise */
    change_log changes;
    gallery gallery;
    transfers transfers;
    folder folder;
    space space;
    usage usage;
    viewers viewers;
    damager damager;
    users users;
    author author;
    commands commands;
    model model;
    outgoing_list outgoing;
    cached_chat cached[SERVER_CHATS_MAX];
    chat_view views[SERVER_CHATS_MAX]; /* what is committed */
    bool touched[SERVER_CHATS_MAX];    /* by the step that has committed */
    bool list_touched;                 /* any chat's own row */
    bool queue_touched;

    bool sizes_unsaid; /* plans are made by hand, and say nothing of what is stored in all */

    /* What calls for help from outside before everything can converge. */
    bool refused;     /* a request was refused for good */
    bool set_aside;   /* an event was given up */
    bool signal_lost; /* on a stream that went on */
    bool damaged;     /* a body was cut or replaced on its way */
    bool blocks_damaged;
    bool file_spoilt; /* wrong bytes were given of a file, and can be told from it */
    bool healed;      /* nothing goes wrong any more */

    /* Counters. */
    int64_t inputs; /* of users */
    int64_t clock_jumps;
    call_budget budget;
    int64_t calls_for[SERVER_CHATS_MAX]; /* fetchMessages */
    int64_t gap_calls;                   /* of this core */
    int64_t list_calls;
};

typedef struct {
    uint64_t seed;
    int64_t steps;
    bool verbose;
} world_options;

/** Lives through a seed: `steps` steps with its faults, then everything heals. The caller frees the world. */
world *world_run(const world_options *options);
void world_free(world *w);

/** Puts something on the timeline. */
void world_after(world *w, int64_t wait_ms, void (*act)(world *, const happening *), int64_t a, int64_t b,
                 int64_t c);
/** Lets the next thing happen; false when there is none or the seed has ended with a violation. */
bool world_next(world *w);

#endif
