#ifndef SIM_COMMANDS_H
#define SIM_COMMANDS_H

#include <cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "buffer.h"
#include "host.h"
#include "server.h"

typedef enum {
    COMMAND_SYNC_ALL,
    COMMAND_SYNC,
    COMMAND_FILL,
    COMMAND_READ,
    COMMAND_SEND,
    COMMAND_EDIT,
    COMMAND_RETRY,
    COMMAND_RETRY_ALL,
    COMMAND_CANCEL,
    COMMAND_WRONG,
    COMMAND_MEDIA_GET,
    COMMAND_MEDIA_EVICT,
    COMMAND_MEDIA, /* any other about media */
} command_kind;

/** A command of the page that waits for its answer, and how the world was when it was given. */
typedef struct page_command {
    char name[HOST_NAME_BYTES];
    command_kind kind;
    int chat;
    int64_t from; /* of COMMAND_FILL; of COMMAND_READ the mark; of COMMAND_SEND and COMMAND_EDIT the draft */
    int64_t to;
    int64_t number;                      /* of the operation of the outbox that it is about; 0: none */
    int file;                            /* of media; -1: the whole chat */
    int64_t bytes;                       /* of COMMAND_MEDIA_EVICT */
    int64_t tab;                         /* whose page it is of */
    bool forgotten;                      /* nobody waits for the answer any more, though it may still come */
    bool checked;                        /* what its answer says was looked at, when it was let out */
    int64_t unknown;                     /* numbers of the range that were missing; 0: it is not judged */
    int64_t resets;                      /* of the chat */
    int64_t revisions[SERVER_CHATS_MAX]; /* of the chats that are to be caught up with; -1: others */
    struct page_command *next;
} page_command;

/** What the page has asked and was not answered yet. */
typedef struct {
    page_command *first;
    int64_t count; /* of all that ever were */
} commands;

page_command *command_new(world *w, command_kind kind, int chat);
/** Begins the header: type, name, the chat and the operation that it is about. */
void command_start(buffer *header, const char *type, const page_command *c);
/** Ends the header and sends the command; it may be answered before this returns. The body may be empty. */
void command_send(world *w, const page_command *c, buffer *header, const buffer *body);

/** The command with this name; NULL: it is answered, or there never was one. */
const page_command *command_named(const world *w, const char *name);
/** The first that somebody waits for; NULL: all were answered. */
const page_command *command_waiting(const world *w);
/** Whether the page at hand waits for it. */
bool command_is_here(const world *w, const page_command *c);
/** What a core answers, when that is let out. */
void command_carried_out(world *w, const cJSON *reply);
/** Its page hears how it ended: `fine`, or a code. */
void command_answered(world *w, const char *name, const char *code, const cJSON *result);
/** The page at hand is gone: what it has asked may still be carried out, and nobody waits for the answer. */
void commands_forget(world *w);
void commands_free(world *w);

#endif
