#ifndef SIM_QUEUED_H
#define SIM_QUEUED_H

#include <cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "timeline.h"

typedef enum { QUEUED_PENDING, QUEUED_SYNCING, QUEUED_FAILED, QUEUED_OTHER } queued_status;

/** What a row of `offline_queue` says; -1 stands for null and for what is missing. */
typedef struct {
    int64_t number; /* of the operation; 0: its id is none of ours */
    bool receipt;
    int chat;
    queued_status status;
    int64_t sequence; /* of a message: its provisional number */
    int64_t tries;
    int64_t tries_max;
    int64_t created_ms;
    int64_t attempted_ms;
    int64_t next_try_ms;
    bool has_error;
    int64_t written; /* that the message's text names */
    int draft;
    int64_t up_to; /* of a receipt */
} queued;

/** Reads a row. */
queued *queued_new(const cJSON *value);

/** What is stored of the operation, whether committed or not; NULL: nothing. */
const queued *queued_of(world *w, int64_t number);
/** How many messages of the chat wait, failed ones as well, and when the last in line was written. */
int64_t queued_messages(world *w, int chat, int64_t *last_ms);

#endif
