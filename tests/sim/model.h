#ifndef SIM_MODEL_H
#define SIM_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "host.h"
#include "server.h"

/**
 * What can be known of a chat, the naive way: by sequence number, at which revision of the server an answer
 * that was committed spoke of it last.
 */
typedef struct {
    int64_t *known_at;  /* 0: no answer spoke of it, or none that counts any more */
    int64_t *missed_ms; /* when it was first stored as missing; -1: it isn't */
    int *newest;        /* the newest version of the message that was ever stored; -1: none */
    bool *by_send;      /* it is known only since it was sent from here */
    bool *by_delta;     /* a delta has spoken of it */
    int64_t size;
    int64_t resets; /* how often all of it became unknown */
} model_chat;

typedef struct {
    model_chat chats[SERVER_CHATS_MAX];
} model;

/** Makes room for all of the chat's numbers. */
model_chat *model_of(world *w, int chat);
/** Takes over what the answers of a committed step say. */
void model_committed(world *w, const event_list *group);
void model_free(world *w);

#endif
