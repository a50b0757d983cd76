#ifndef SIM_SERVER_H
#define SIM_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "ids.h"
#include "prng.h"
#include "timeline.h"

enum { SERVER_USERS = 4, SERVER_ME = 0, SERVER_CHATS_MAX = 40 };

typedef struct {
    int64_t revision;
    int64_t at_ms;
} server_edit;

/** A message's whole life. Its content names its version: how often it had been edited. */
typedef struct {
    int sender;      /* user; SERVER_ME is the device's own */
    int64_t written; /* by which message of the outbox its content says that it is; 0: none */
    int draft;       /* and in which version of its text */
    bool straggled;  /* it came from a request that the device had given up */
    int64_t key;     /* its place in the server's `keys`, counted from 1; 0: it was sent without */
    int64_t created_ms;
    int64_t deleted; /* revision of its deletion; 0: it is there */
    server_edit *edits;
    int edit_count;
} server_message;

/** An idempotency key, and what it was given for. */
typedef struct {
    char text[ID_BYTES];
    int chat;
    int64_t sequence;
} server_key;

/** An entry of a chat's change log. */
typedef struct {
    int64_t revision;
    int64_t sequence;
    bool deletion;
} server_change;

typedef struct {
    server_message *messages; /* by sequence number, from 1: messages[0] is not used */
    int64_t last_sequence;
    int64_t capacity;
    int64_t revision;
    int64_t forgotten; /* the newest revision whose change is forgotten */
    server_change *log;
    int log_count;
    int64_t last_read; /* by the device's user */
    int64_t last_activity_ms;
    int64_t feed_position;
} server_chat;

/** The server's truth: all chats, with everything that ever happened to each message. */
typedef struct {
    prng random;
    server_chat chats[SERVER_CHATS_MAX];
    int chat_count;
    server_key *keys;
    int64_t key_count;
    int64_t feed_position;
    int64_t skew_ms; /* of the server's clock */
    int64_t fakes;   /* messages that were made up */
    bool stopped;    /* nothing happens by itself any more */
} server;

/** Makes the chats and their first messages, and lets things happen from then on. */
void server_start(world *w);
void server_free(world *w);
void server_stop(world *w);
void server_resume(world *w);

/** One thing at random: a message, several at once, an edit, a deletion, a new chat, a read on another
 * device. */
void server_act(world *w);
void server_post(world *w, int chat, int sender);
void server_edit_message(world *w, int chat, int64_t sequence);
void server_delete_message(world *w, int chat, int64_t sequence);
/** Posts a message of the outbox under its key; its sequence number. */
int64_t server_take(world *w, int chat, const char *key, server_message sent);
/** The key; NULL when it is new. */
const server_key *server_find_key(const world *w, const char *key);
/** Moves the device's user's mark, never back. */
void server_read(world *w, int chat, int64_t up_to);

/** The chat; NULL when there is none with that number. */
const server_chat *server_find(const world *w, int chat);
/** The message; NULL when there was none ever. */
const server_message *server_message_of(const world *w, int chat, int64_t sequence);
/** The key that the message came with; NULL: none. */
const char *server_key_of(const world *w, const server_message *m);
/** How often the message had been edited at a revision. */
int server_version_at(const server_message *m, int64_t revision);
/** When it was changed last, as its `updatedAt` or else `createdAt` says. */
int64_t server_changed_ms(const server_message *m, int version);
/** Messages that are there, and those of them that the device's user has not read, own ones aside. */
int64_t server_total(const server_chat *chat);
int64_t server_unread(const server_chat *chat);

#endif
