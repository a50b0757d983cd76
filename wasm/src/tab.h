#ifndef LARDER_TAB_INTERNAL_H
#define LARDER_TAB_INTERNAL_H

#include <cJSON.h>

#include "arena.h"
#include "handover.h"
#include "larder_tab.h"
#include "peers.h"
#include "retry.h"
#include "text.h"

/** The version of what tabs say to each other. */
enum { TAB_PROTOCOL = 1 };

typedef enum {
    ROLE_AWAY,    /* not begun, or its page is put away */
    ROLE_FOLLOWS, /* and waits for the lock, if there are any */
    ROLE_BEGINS,  /* it has the lock, and its host begins */
    ROLE_LEADS,
} tab_role;

/** Who leads, as far as it was heard. */
typedef struct {
    char *instance;     /* NULL: unknown */
    int64_t generation; /* 0: it begins */
    int64_t heard_ms;   /* its last sign of life, in ticks */
} tab_leader;

/** The whole of a tab. */
struct larder_tab {
    text input;
    text plan; /* the moves, then all of it */
    arena memory;
    random_source random;
    int64_t wall_ms;
    int64_t ticks_ms; /* what the clock has gone forward: as in core.h */
    int64_t due_ms;   /* the deadline that was given last, in ticks; 0: none */
    char *instance;
    bool locks, channel;
    tab_role role;
    int64_t generation; /* its own, while it leads */
    tab_leader leader;
    int steals;         /* in a row, without a leader that was heard since */
    int64_t silence_ms; /* how long it waits for a sign of life */
    int64_t here_ms;    /* when to ask for one; as all moments in ticks, 0: never */
    int64_t beat_ms;    /* when to give one */
    int64_t lock_ms;    /* when to ask for the lock again */
    int failures;       /* of its host, in a row */
    handover out;       /* its own events */
    peer *peers;        /* whose events it takes */
    bool out_of_memory;
};

/** Starts a move; the caller appends members and the closing brace. */
text *tab_move(larder_tab *t, const char *name);
/** A move without members. */
void tab_do(larder_tab *t, const char *name);
/** A move with the number of an event. */
void tab_do_event(larder_tab *t, const char *name, int64_t n);
/** Starts a message, posted by this move; the caller appends members and two closing braces. */
text *tab_message(larder_tab *t, const char *move, int64_t n, const char *kind);

/** A copy of a text on the heap; NULL when memory has run out, which is noted. */
char *tab_copy(larder_tab *t, const char *string);

#endif
