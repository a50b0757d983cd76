#ifndef LARDER_RETENTION_H
#define LARDER_RETENTION_H

#include "chat.h"
#include "event.h"

typedef struct core core; /* core.h */

/**
 * The byte budget, kept at write time: no step ends with more stored than the limit while anything may go.
 * Media go first (lru.h), down to 90% of the limit; then messages of the chats that were opened longest ago,
 * oldest first, never of an open chat, never the newest `LIMIT_KEPT_MESSAGES` of one, never unsent ones. What
 * goes leaves a gap, which a reader may have filled; nobody else asks for it again.
 *
 * The limit is the app's, or what the browser leaves if that is less: its estimate is a hint, an aborted
 * transaction the truth.
 */
typedef struct {
    int64_t limit_bytes;      /* as the app set it; 0: `LIMIT_CACHE_BYTES` */
    int64_t limit_item_bytes; /* 0: a quarter of it */
    int64_t hint_bytes;       /* what the last estimate allows to be stored in all; 0: unknown */
    int64_t learned_bytes; /* what may be stored since a transaction was aborted for the quota; 0: none was */
    int64_t
        learned_quota_bytes; /* a little less than the browser stored then, by its own account; 0: unknown */
    int64_t learned_ms;      /* when, in ticks */
    int64_t besides_bytes;   /* the least that it stored then besides what is known of */
    int64_t lingering_bytes; /* what is more than that: deleted, but in use */
    bool besides_known;
    bool estimate_wanted;
    int64_t usage_bytes; /* as the browser said last, and what was written since; 0: unknown */
    int64_t quota_bytes;
    quota_level level;
    int level_told;        /* -1: unknown */
    bool estimates;        /* the browser can be asked */
    bool estimated;        /* it was */
    int64_t call;          /* of an estimate; 0: none is under way */
    int64_t asked_ms;      /* when it was asked last, in ticks */
    int64_t written_bytes; /* since then */
    int64_t owed_bytes;    /* of messages that are to go in this step */
    int64_t wanted_bytes;  /* of the rows that were asked for */
    chat *victim;          /* whose rows were asked for */
    bool over_told;        /* the page knows that nothing more can go */
} retention;

/** The limits of the `hydrate` event; NULL: those there are by default. */
void retention_start(core *l, const cJSON *limits);

/** How many bytes may be stored, and how many of one item. */
int64_t retention_limit(const core *l);
int64_t retention_item_limit(const core *l);

/** Whether a transaction was aborted for the quota: then nothing is to be written ahead of its decision. */
bool retention_is_tight(const core *l);

/** Whether history that nobody asked for may be fetched without making something go. */
bool retention_has_room(const core *l);

/**
 * Before an item is decided on: true when messages must go to make room for it, since there are not media
 * enough that could. Then the plan asks for rows, with which `retention_rows` goes on; ask again after that.
 */
bool retention_prepare(core *l, int64_t bytes);

/** Makes room for so many bytes by evicting media; false: they can't fit, and nothing was evicted. */
bool retention_admit(core *l, int64_t bytes);

/** An item was handed out and not kept: the page is told with a `quota` signal. */
void retention_not_kept(core *l, const char *id);

/** At the end of a step: true when rows must come first, with which `retention_rows` goes on. */
bool retention_close(core *l);
void retention_rows(core *l, slice rows, event_reader *blocks);

/** After that: asks for an estimate where one is due, and tells the page of the level. */
void retention_pump(core *l);

/** Notes what a plan writes, before it goes out. */
void retention_note_written(core *l);

/** Events, and the answer to `estimateStorage`. */
void retention_set_limits(core *l, const event *e);
void retention_quota_exceeded(core *l, const event *e);
void retention_estimated(core *l, const event *e);

#endif
