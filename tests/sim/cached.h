#ifndef SIM_CACHED_H
#define SIM_CACHED_H

#include <stdbool.h>
#include <stdint.h>

#include "timeline.h"

typedef struct {
    int64_t start;
    int64_t end;
    int64_t detected_ms;
    bool stale;
} cached_gap;

/** A row of `chat_meta`, read; -1 stands for null. */
typedef struct {
    bool there;
    bool by_core; /* this version's core wrote it: before that nothing is promised */
    int64_t last_synced;
    int64_t highest; /* that `last_synced` ever was */
    int64_t last_synced_ms;
    int64_t total;
    int64_t unread;
    int64_t last_read;
    int64_t message_count;
    int64_t revision;
    cached_gap *gaps;
    int64_t gap_count;
    bool unsealed_told; /* there is the member `unsealed` */
    bool unsealed;      /* its member `unsealed` is not null: */
    int64_t small_blocks;
    bool unsealed_rows;
    int64_t unsent; /* messages that wait; -1: the member is null */
    int64_t unsent_ms;
    int64_t listed_revision; /* of the server's record */
    int64_t listed_last;
    int64_t accessed_ms;
    int64_t message_bytes;
    int64_t media_bytes;
    int64_t evicted_below;
    int64_t evicted_before; /* as it was at the commit before */
    bool media_pinned;
    bool miscounted; /* a block with a wrong count went, which nobody had read */
} cached_chat;

/** What the chat's row says now, be it committed or not; `out->gaps` is the caller's. */
void cached_load(world *w, int chat, cached_chat *out);
/** Reads the chat's row anew. */
void cached_read(world *w, int chat);
/** What is committed of the chat. */
const cached_chat *cached_of(const world *w, int chat);
/** Whether the positions say that it is known whether there is a message with this number. */
bool cached_knows(const cached_chat *c, int64_t sequence);
/** How many numbers of a range are not known. */
int64_t cached_unknown(const cached_chat *c, int64_t from, int64_t to);
void cached_free(world *w);

#endif
