#ifndef SIM_SWARM_H
#define SIM_SWARM_H

#include <stdbool.h>
#include <stdint.h>

#include "buffer.h"
#include "prng.h"

/** What can go wrong. Rates are per use: per request, per answer, per transaction, or per step of the world.
 */
#define SWARM_FAULTS(FAULT)                                                                                  \
    FAULT(REQUEST_LOST) /* a request never reaches the server */                                             \
    FAULT(REPLY_LOST)   /* its answer never comes back */                                                    \
    FAULT(SILENCE)      /* what is lost is not reported, but times out */                                    \
    FAULT(REPEATED)     /* the server gets a request twice; the second answer counts */                      \
    FAULT(CUT)          /* a body ends early */                                                              \
    FAULT(HTML)         /* a page of a proxy in place of JSON */                                             \
    FAULT(STATUS_429)   /* with or without Retry-After, sometimes absurd */                                  \
    FAULT(STATUS_500)                                                                                        \
    FAULT(STATUS_503)                                                                                        \
    FAULT(STATUS_401) /* until there are new credentials */                                                  \
    FAULT(STATUS_403) /* once */                                                                             \
    FAULT(STRAGGLER)  /* a request of the outbox arrives though it was given up, or once more */             \
    FAULT(SLOW)       /* seconds instead of milliseconds */                                                  \
    FAULT(STREAM_ENDS)                                                                                       \
    FAULT(SIGNAL_LOST)         /* on a stream that goes on */                                                \
    FAULT(OUTAGE)              /* no network for seconds to minutes */                                       \
    FAULT(AWAY)                /* the device sleeps for hours to months */                                   \
    FAULT(OPEN_FAILS)          /* the database can't be opened */                                            \
    FAULT(CONNECTION_LOST)     /* the database's handle died */                                              \
    FAULT(ABORT_FIRST)         /* the transaction aborts before its first write */                           \
    FAULT(ABORT_MIDDLE)        /* between two writes */                                                      \
    FAULT(ABORT_COMMIT)        /* when all is written */                                                     \
    FAULT(OWN_FAULT)           /* the step fails for a reason that looks like the event's own */             \
    FAULT(KILLED)              /* the tab is killed between two steps */                                     \
    FAULT(KILLED_AT_COMMIT)    /* the commit did not make it */                                              \
    FAULT(KILLED_AFTER_COMMIT) /* it did, but nobody heard */                                                \
    FAULT(CLOCK_FORWARD)       /* the device's clock jumps, up to ten years */                               \
    FAULT(CLOCK_BACK)                                                                                        \
    FAULT(DAMAGED_BLOCK) /* the bytes of a stored block change */                                            \
    FAULT(MEDIA_BREAKS)  /* the bytes of a file stop coming */                                               \
    FAULT(MEDIA_WRONG)   /* other bytes come, or too few */                                                  \
    FAULT(MEDIA_LATE)    /* a file comes though nobody waits for it any more, or twice */                    \
    FAULT(MEDIA_LOST)    /* what is stored of a file is gone */                                              \
    FAULT(THUMBNAIL)     /* none can be made */                                                              \
    FAULT(LIE_OVERLAP)   /* a page reaches beyond what was asked */                                          \
    FAULT(LIE_REPEAT)    /* an old answer of the same chat */                                                \
    FAULT(LIE_COVERS)    /* `covers` is shifted, upside down or missing */                                   \
    FAULT(LIE_TWIN)      /* two messages with one sequence number */                                         \
    FAULT(LIE_ID)        /* one id in two chats */                                                           \
    FAULT(LIE_LAST)      /* `lastSequence` below what was given before */                                    \
    FAULT(LIE_ORDER)     /* messages in disorder, one of them twice */                                       \
    FAULT(LIE_STRANGER)  /* a message of another chat */                                                     \
    FAULT(LIE_RECORD)    /* a record that is not valid */                                                    \
    FAULT(LIE_SEQUENCE)  /* a message with another sequence number than before */                            \
    FAULT(LIE_CURSOR)    /* a chat list that goes on for ever */                                             \
    FAULT(TAB_FROZEN)    /* it runs nothing for a while, and its transaction stays open for some of that */  \
    FAULT(TAB_HIDDEN)    /* its page is put away, and comes back */                                          \
    FAULT(TAB_CLOSED)    /* in order */                                                                      \
    FAULT(STAYS_AWAY)    /* for longer than most */                                                          \
    FAULT(MESSAGE_LOST)  /* what one tab says to another */                                                  \
    FAULT(MAIL_FAILS)    /* an event can't be left in storage */

#define SWARM_ENUMERATOR(name) FAULT_##name,
typedef enum { SWARM_FAULTS(SWARM_ENUMERATOR) FAULTS } fault;
#define FAULT_FIRST_OF_MEDIA FAULT_MEDIA_BREAKS
#define FAULT_FIRST_LIE      FAULT_LIE_OVERLAP
#define FAULT_FIRST_OF_TABS  FAULT_TAB_FROZEN

/** Which layout each tab of a seed keeps history in. */
typedef enum { TABS_ROWS, TABS_BLOCKS, TABS_ROWS_FIRST, TABS_SWITCH } tab_layouts;

/** One seed's world: how large and how quick it is, and which faults happen how often (swarm testing). */
typedef struct {
    int rate[FAULTS]; /* per 10,000 */
    bool lies;        /* the server is wrong now and then */
    int chats;
    int64_t messages;     /* at the start, per chat */
    int64_t page_max;     /* messages that the server gives at most, whatever is asked */
    int chats_page_max;   /* chats likewise */
    int history_kept;     /* changes that a chat remembers */
    int64_t burst_max;    /* messages that come at once */
    int64_t server_pause; /* ms between two things that happen at the server */
    int64_t user_pause;   /* ms between two things that the user does */
    int64_t author_pause; /* ms between two things that the user writes; 0: nothing is written */
    int64_t author_burst; /* messages that are written in one go at most */
    int64_t latency;      /* ms, each way */
    int64_t storage;      /* ms a transaction takes; 0: at once */
    bool old_database;    /* the device holds the rows of version 2 */
    bool old_queue;       /* another program has left operations in the outbox */
    tab_layouts layouts;
    int64_t padding; /* bytes that messages are longer by, mostly fewer, now and then many more */

    int media_files;      /* of each chat */
    int64_t media_size;   /* bytes that a file has at most, mostly */
    int64_t viewer_pause; /* ms between two things that are done with media; 0: nothing is */
    int64_t limit;        /* of the cache, in bytes; 0: the default */
    int64_t item_limit;   /* of one file; 0: the default */
    int64_t quota;        /* of the browser; 0: none that is felt */
    bool estimates;       /* the browser says what is left, and is not always right */
    int64_t files_from;   /* size from which on bytes go to files; 0: there are none */
    int thumbnail_side;   /* 0: none are made */

    int tabs; /* that are open at once at most */
} swarm;

swarm swarm_pick(uint64_t seed);
/** No more faults: the network and the storage have healed, the server tells the truth. */
void swarm_heal(swarm *s);
/** Whether the tab with this number, counted from 0, keeps history in blocks; else in rows. */
bool swarm_blocks(const swarm *s, int64_t tab);
const char *swarm_fault_name(fault f);
/** Appends what is on, for a report. */
void swarm_describe(const swarm *s, buffer *out);

#endif
