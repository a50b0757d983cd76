#ifndef LARDER_TESTS_PANTRY_H
#define LARDER_TESTS_PANTRY_H

#include "host.h"

/** A store of messages, blocks, chats and statistics that carries out plans and answers what they ask. */
typedef struct {
    cJSON *messages; /* rows, each with its id as key */
    cJSON *blocks;   /* rows, `data` as text */
    cJSON *chats;    /* rows, each with its id as key */
    cJSON *stats;    /* rows of cache_stats, by key */
    cJSON *queue;    /* rows of offline_queue, by id */
} pantry;

pantry pantry_new(void);
void pantry_free(pantry *s);

/** Steps until all is read that is asked for; the last result of larder_step. */
int pantry_step(pantry *s, host *h);
/** Hands in an event before that. */
int pantry_do(pantry *s, host *h, const char *header, const char *body);
/** Answers a call before that. */
int pantry_reply(pantry *s, host *h, const char *method, const char *request_id, const char *end,
                 const char *body);

/** A new core that knows what is stored; `more`: further members of the header, each after a comma. */
void pantry_hydrate(pantry *s, host *h, const char *more);

/** What the messages of a chat take, counted anew; and as its row says. */
int64_t pantry_count_bytes(const pantry *s, const char *request_id);
int64_t pantry_said_bytes(const pantry *s, const char *request_id);
/** How many are there, in rows and blocks. */
int64_t pantry_count_messages(const pantry *s, const char *request_id);

/** A number of a chat's row, or of the statistics; -1 where there is none. */
int64_t pantry_of_chat(const pantry *s, const char *request_id, const char *name);
int64_t pantry_stat(const pantry *s, const char *name);

#endif
