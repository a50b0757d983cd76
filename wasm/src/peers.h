#ifndef LARDER_PEERS_H
#define LARDER_PEERS_H

#include <cJSON.h>
#include <stdbool.h>
#include <stdint.h>

/** The other tabs of the one that leads: whose events it takes, and up to where it has taken them. */
typedef struct larder_tab larder_tab;

typedef struct peer {
    struct peer *prev, *next;
    char *instance;
    int64_t run;   /* its line (handover.h) */
    int64_t place; /* the last that was taken of it */
    bool told;     /* of that */
} peer;

/** A tab has said that it is there. */
void peers_note(larder_tab *t, const char *instance);
/** An event of another tab: taken if it is the next of its line. */
void peers_event(larder_tab *t, const cJSON *message);
/** A tab is no more, or is put away. */
void peers_gone(larder_tab *t, const char *instance);
/** Says up to where events were taken. */
void peers_acknowledge(larder_tab *t);

void peers_free(larder_tab *t);

#endif
