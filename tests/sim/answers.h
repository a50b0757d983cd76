#ifndef SIM_ANSWERS_H
#define SIM_ANSWERS_H

#include <stdbool.h>
#include <stdint.h>

#include "buffer.h"
#include "ids.h"
#include "timeline.h"

/** What a `fetchMessages` call asks; 0 stands for "not given", -1 for a revision that is no number. */
typedef struct {
    int chat; /* -1: the server knows no such chat */
    int64_t after;
    int64_t before;
    int64_t limit;
    const char *since;
} messages_question;

/** What an answer says, for the model. */
typedef struct {
    int chat;
    int64_t after;
    int64_t before;
    int64_t since; /* -1: no edits and deletions were asked for */
    int64_t from;  /* what it covers; from > to: nothing */
    int64_t to;
    int64_t revision;
    bool reset; /* `resetRequired` */
    bool sent;  /* it answers a message of the outbox */
    bool lie;   /* it isn't the truth: nothing can be concluded from it */
} answer;

/** A message as an answer has it. */
typedef struct {
    char id[ID_BYTES];
    int chat;
    int64_t sequence;
    int version;
    int sender;
    int64_t created_ms;
    int64_t updated_ms; /* 0: never */
    int64_t written;    /* as the server's message has it, as the next two */
    int draft;
    const char *key; /* NULL: none */
    bool broken;     /* not valid: its content is missing */
} page_message;

/** A `fetchMessages` answer before it is written. */
typedef struct {
    page_message *messages;
    int64_t count;
    int64_t *tombstones; /* sequence numbers */
    int64_t tombstone_count;
    bool covers;
    int64_t from;
    int64_t to;
    int64_t last_sequence;
    int64_t revision;
    bool reset;
} messages_page;

/** Answers by the contract, or, where the swarm says so, with a lie. */
void answer_messages(world *w, const messages_question *asked, buffer *body, answer *out);
void answer_chats(world *w, const char *cursor, int64_t limit, buffer *body);
/** Answers a message of the outbox with what is stored of it. */
void answer_sent(world *w, int chat, int64_t sequence, buffer *body, answer *out);

/** The message as it is now. */
page_message page_message_of(const world *w, int chat, int64_t sequence);
/** Makes room for `more` messages. */
void page_reserve(messages_page *page, int64_t more);

/** How far a cursor of the change feed has come; -1 for any other cursor. */
int64_t cursor_feed_position(const char *cursor);

#endif
