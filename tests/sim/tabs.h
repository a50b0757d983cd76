#ifndef SIM_TABS_H
#define SIM_TABS_H

#include <cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "buffer.h"
#include "host.h"
#include "larder_tab.h"
#include "prng.h"
#include "timeline.h"
#include "transfers.h"
#include "users.h"

enum { TABS_MAX = 4, WATCHED_MAX = 32 };

/** An event of the page, by the number under which it was handed in. */
typedef struct {
    int64_t n;
    host_event *event;
} kept_event;

/** What a tab is to decide on next: JSON, and the message that it is about. */
typedef struct told_tab {
    char *happened;
    cJSON *heard; /* NULL: none */
    struct told_tab *next;
} told_tab;

/** What the leader is to hand to its host, in order. */
typedef struct accepted {
    host_event *event;             /* NULL: what lies in storage under a command */
    char command[HOST_NAME_BYTES]; /* of an orphan: the tab that is no more */
    bool orphan;
    struct accepted *next;
} accepted;

/**
 * One tab, with its own memory of the world: a page, and a worker as js-bindings/src/leader.ts and worker.ts
 * have it. It decides by wasm/src/tab.c, and has a host as long as it leads.
 */
typedef struct tab {
    int64_t number; /* of all tabs that ever were; 0: there was none in this place yet */
    bool alive;
    bool frozen;          /* it runs nothing; what is to happen in it waits */
    bool hidden;          /* and it knows */
    bool leads;           /* it has a host */
    bool unlocks_at_rest; /* once the transaction of its last host is through */
    larder_tab *mind;
    told_tab *told;
    bool deciding;
    int64_t timer; /* the newest one counts */
    kept_event *kept;
    size_t kept_count;
    size_t kept_capacity;
    int64_t events; /* that its page has handed in */
    accepted *accepted;
    bool accepts_later;
    int64_t watched[WATCHED_MAX]; /* tabs */
    int watched_count;
    int64_t heard_ms;         /* when its last message arrives */
    int64_t thawed_ms;        /* when it ran on last */
    int64_t heard_generation; /* the latest of those who led that its page was told anything by */
    int64_t mailed_ms;        /* its last mail, by its clock, which never goes back */
    int64_t stole_ms;         /* when it has taken the lock from another last */
    int steals_in_a_row;
    happening *late; /* what waits until it is thawed */
    size_t late_count;
    size_t late_capacity;
    host host;
    tab_page page;
    partial partials[SERVER_CHATS_MAX][GALLERY_FILES_MAX];
} tab;

/** What there was in all. */
typedef struct {
    int64_t opened;
    int64_t takeovers; /* claims of the database by another tab than before */
    int64_t steals;
    int64_t freezes;
    int64_t fenced;
    int64_t mailed;
    int64_t messages_lost;
} tab_totals;

/** All tabs of the database. */
typedef struct {
    prng random; /* of hosts */
    prng fate;   /* of tabs */
    tab at[TABS_MAX];
    int64_t numbers;
    int64_t lives;
    int64_t hosts;
    int64_t claimed_by; /* the tab that did so last */
    tab_totals totals;
} tabs;

void tabs_start(world *w);
void tabs_free(world *w);
/** What may befall them at each step of the world. */
void tabs_step(world *w);
/** No tab is frozen any more, and all are shown. */
void tabs_heal(world *w);
/** All are killed; they are opened again a while later. */
void tabs_kill_all(world *w);

/** The tab that is meant from now on by `tab`, `host` and `page` of the world. */
void tab_focus(world *w, tab *t);
/** Any that runs; false when there is none. */
bool tabs_focus_any(world *w);
/** The one that leads; any where none does. */
void tabs_focus_leader(world *w);
/** The living one with this number; NULL: none. */
tab *tab_find(world *w, int64_t number);
/** The number in a tab's name, or in that of a command or view of its own; 0: it is none. */
int64_t tab_number_of(const char *name);
/** How many are open. */
int tabs_alive(const world *w);
/** Whether one leads, and none is about to. */
bool tabs_at_rest(world *w);

/** The tab at hand hears when that one is no more. */
void tab_watch(world *w, int64_t number);
/** Forgets what its last host did not take any more. */
void tab_forget_accepted(tab *t);
/** Frees what it keeps. */
void tab_forget_all(tab *t);

/** The tab at hand is killed in the middle of whatever it does; another is opened in its place a while later.
 */
void tab_kill(world *w);

/** Hands in an event of the page at hand; it is dropped where there is none. */
void tab_push(world *w, host_event *event);
/** Tells the tab at hand of something: the members of a JSON object. */
void tab_tell(world *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
/** Tells it of another tab's message, which it takes over. */
void tab_hear(world *w, cJSON *said);
/** Its event with this number, and that of a command; NULL: it is kept no longer. */
kept_event *tab_kept(tab *t, int64_t n);
kept_event *tab_kept_command(tab *t, const char *command);

/** What is to happen in the tab at hand, if it lives, and runs, by then. */
void tab_after(world *w, int64_t wait_ms, void (*act)(world *, const happening *), int64_t a, int64_t b,
               int64_t c);
/** The same for what goes on for ever, and is no step. */
void tab_idle_after(world *w, int64_t wait_ms, void (*act)(world *, const happening *), int64_t a, int64_t b,
                    int64_t c);
/** Whether it may happen now, and in its tab; else it waits there, or is forgotten. */
bool tab_may_happen(world *w, const happening *next);

#endif
