#ifndef LARDER_HANDOVER_H
#define LARDER_HANDOVER_H

#include <cJSON.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * What a tab's page has handed in and is not done with: commands until they are answered, what holds of the
 * world (chats that are open, the network) as long as it does, the rest until somebody has it.
 *
 * A follower hands over in order: each event has a place in the line, the leader takes them one after the
 * other and says up to which, and what was not taken is handed over again from there (go-back-N). A command
 * that must not be carried out twice, or has content, is left in storage first (mail.h).
 */
typedef struct larder_tab larder_tab;

typedef enum {
    ENTRY_WAITS,  /* nobody has it */
    ENTRY_MAILED, /* it is being left in storage; those behind it wait */
    ENTRY_STORED, /* it lies there and is to be handed over */
    ENTRY_HANDED, /* to the leader, who has not said that it took it */
    ENTRY_TAKEN,  /* by the leader, or by the own host */
} entry_state;

typedef struct entry {
    struct entry *prev, *next;
    int64_t n;      /* the host's number of it */
    bool command;   /* it will be answered */
    char *standing; /* what it tells of the world, by name: it holds until another is told; NULL: nothing */
    bool ends;      /* what `standing` says is no more */
    char *of;       /* its command; of a `mediaForget`, the one that is given up; NULL: none */
    bool mail;      /* it goes by storage */
    bool mailed_before;
    bool outdated; /* it was left in storage when another led, and may have been carried out since */
    bool over;     /* nobody wants it any more, but it keeps its place in the line */
    entry_state state;
    int64_t place;  /* in the line to this leader; 0: none yet */
    int64_t ask_ms; /* when to ask for the answer to what was taken, in ticks */
} entry;

typedef struct {
    entry *entries;         /* ascending by number */
    int64_t run;            /* names the line: a leader takes it for another's after a new start */
    int64_t placed;         /* the last place that was given */
    int64_t repeat_ms;      /* when to hand over again what was not taken, in ticks; 0: nothing */
    int64_t repeat_wait_ms; /* how long it waited for that last */
} handover;

/** An event of the page comes in. */
void handover_take(larder_tab *t, const cJSON *happened);

/** Who had it is gone: all of it is to be handed over anew. */
void handover_anew(larder_tab *t);
/** Hands over what can be, to the leader or the own host. */
void handover_pump(larder_tab *t);

/** It lies in storage. */
void handover_mailed(larder_tab *t, int64_t n);
/** Its command was answered, or its writer told that it can't be had. */
void handover_ended(larder_tab *t, int64_t n);
/** The leader has taken all of a line up to a place. */
void handover_taken(larder_tab *t, int64_t run, int64_t place);

/** When it must be pumped at the latest, in ticks; 0: never. */
int64_t handover_deadline(const larder_tab *t);

void handover_free(larder_tab *t);

#endif
