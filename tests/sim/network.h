#ifndef SIM_NETWORK_H
#define SIM_NETWORK_H

#include <cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "answers.h"
#include "buffer.h"
#include "gallery.h"
#include "prng.h"

typedef enum {
    METHOD_CHATS,
    METHOD_MESSAGES,
    METHOD_STREAM,
    METHOD_SEND,
    METHOD_READ,
    METHOD_MEDIA,
    METHOD_THUMBNAIL,
    METHOD_ESTIMATE,
} call_kind;

/** A call that the host has started and that has not ended. */
typedef struct call {
    int64_t serial; /* names it in the timeline */
    int64_t tab;    /* whose host has started it */
    int64_t generation;
    int64_t id; /* as the core names it */
    char *plan; /* as the plan had it, JSON */
    call_kind kind;
    int chat;         /* that it is about; -1: none, or none that the server knows */
    cJSON *params;    /* of the plan */
    int64_t number;   /* of the operation of the outbox that it carries out; 0: none */
    bool established; /* a stream: signals arrive */
    int64_t last_ms;  /* a stream: when its last signal arrives */
    bool answered;    /* the server's answer is on its way, and this is it: */
    int status;
    const char *retry_after;
    buffer body;
    answer answer;
    int file;           /* of a call about media; -1: none that the server knows */
    int64_t offset;     /* of a file: what was received before */
    media_bytes coming; /* the whole of it */
    struct call *next;
} call;

/** Between the host and the server. */
typedef struct {
    prng random;
    call *calls;
    int64_t serials;
    bool down;           /* there is no network */
    bool browser_online; /* as the browser says */
    bool logged_out;     /* the server wants new credentials */
} network;

void network_start(world *w);
void network_free(world *w);
/** What may happen to the network at each step. */
void network_step(world *w);
/** Everything works again, and the browser knows it. */
void network_heal(world *w);

/** Starts a call of the plan. */
void network_call(world *w, const cJSON *call);
/** Aborts the call that the core names so, if it is under way. */
void network_abort(world *w, int64_t id);
/** Aborts every call of the host at hand; nothing of them comes back, or hardly anything. */
void network_abort_all(world *w);
/** What was under way has failed while the device slept. */
void network_sleep(world *w);

/** The server tells who listens that a chat changed. */
void network_publish(world *w, int chat);
/** A signal of this chat arrives at once, `count` times. */
void network_burst(world *w, int chat, int count);

/** Of the host at hand: fetches under way, and those for one chat; how many there are of one kind. */
int network_calls(const world *w);
int network_calls_of(const world *w, call_kind kind);
int network_calls_for(const world *w, int chat);
/** Calls of the outbox under way. */
int network_operations(const world *w);
/** Whether a call of this operation is under way. */
bool network_carries(const world *w, int64_t number);

#endif
