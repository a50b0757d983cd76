#ifndef LARDER_STATS_H
#define LARDER_STATS_H

#include "chat.h"
#include "page.h"

struct core;

/**
 * The statistics: the row with key `stats` of `cache_stats` (spec/1, CacheStats), in step with the other rows
 * at every commit. What a chat's messages take is kept in its own row, `messageBytes`: of blocks their
 * `bytes`, of a row the UTF-8 bytes of its content and an allowance for the rest, so that it stays the same
 * however a row is printed.
 */

/** What the row says, but for when it was written. */
typedef struct {
    int64_t message_bytes;
    int64_t media_bytes;
    int64_t chats;
    int64_t messages;
    int64_t media;
    int64_t hits;
    int64_t misses;
    int64_t full_ms;  /* when the chat list was last caught up with from the start; 0: never */
    int64_t delta_ms; /* and by its cursor */
    int64_t pending;
} stats_values;

typedef struct {
    stats_values now;     /* counts of rows are as they were written, until `stats_write` */
    stats_values written; /* as the row has it */
    int64_t created_ms;
    bool hydrated;   /* the counts are still to be compared with the row */
    bool list_whole; /* the chat list is being read from its start */
} stats;

/** What a row of the store `messages` with this content takes; NULL counts as empty. */
int64_t stats_row_bytes(const char *content);

/** Notes that a chat's messages take so many bytes more, or less, from this step on. */
void stats_move_bytes(struct core *l, chat *c, int64_t change);

/** What is stored: of messages, and in all. */
int64_t stats_message_bytes(const struct core *l);
int64_t stats_total_bytes(const struct core *l);

/** Notes reads of media: so many found here, so many not. */
void stats_count_reads(struct core *l, int64_t hits, int64_t misses);

/** Notes that the chat list is asked for, from its start or by its cursor, and that it is caught up with. */
void stats_list_asked(struct core *l, bool from_start);
void stats_list_caught_up(struct core *l);

/** After the chats: takes over the row. True when sizes are unknown and must be recounted. */
bool stats_hydrate(struct core *l, page_list rows);

/** Asks for what the messages take, which `stats_recount` compares with the chats' rows. */
void stats_ask_recount(struct core *l);
/** The chat that a tally is of; NULL where it can't be read or memory has run out, which is noted. */
chat *stats_tallied(struct core *l, slice bytes, cJSON **tally);
/**
 * Takes the tallies of rows and of blocks over, an array of both; `counts`: how many there are as well. A
 * message counts twice then that is there twice.
 */
void stats_recount(struct core *l, slice tallies, bool counts);

/** At the end of a step, before the page is told: writes the row if it has changed. */
void stats_write(struct core *l);

#endif
