#ifndef SIM_BLOCKS_H
#define SIM_BLOCKS_H

#include <cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { KEY_BYTES = 64 };

typedef enum { SHOWN_OTHERWISE, SHOWN_PENDING, SHOWN_SENT, SHOWN_FAILED } shown_status;

/** Of a message what the checkers need. */
typedef struct {
    char id[KEY_BYTES];
    char request_id[KEY_BYTES];
    int64_t sequence; /* 0: none */
    int version;      /* that its content names; -1: none */
    int64_t written;  /* the message of the outbox that it names; 0: none */
    int draft;        /* and in which version of its text */
    int64_t temp;     /* the operation that its `tempId` names; 0: none */
    shown_status status;
} brief;

/** What a record says; false when it is no message of a chat. */
bool brief_read(brief *out, const cJSON *message);

/** What a row of `message_blocks` holds besides its key: the bytes as they are, and what can be read of them.
 */
typedef struct {
    int64_t last_sequence;
    int64_t count;   /* as the row says */
    int64_t bytes;   /* likewise */
    int64_t changes; /* of the chat's blocks, when it was written */
    char *data;
    size_t size;
    bool readable; /* the bytes are a JSON array of messages: */
    brief *messages;
    size_t message_count;
    bool damaged; /* somebody broke it since it was written */
} block;

/** NULL when the row lacks one of its fields. */
block *block_new(const cJSON *row, const char *data, size_t size);
void block_free(block *b);
/** Reads the bytes anew. */
void block_parse(block *b);

#endif
