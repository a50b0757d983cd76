#ifndef SIM_CHECKS_H
#define SIM_CHECKS_H

#include <stdbool.h>

#include "commands.h"
#include "network.h"
#include "store.h"
#include "users.h"

/**
 * The checkers, a file each. Those of the store look at what is committed, after every committed step at the
 * chats that it touched; a finding is a `violation`.
 */

/** After the writes of a step, before they are let go: the changes can still be looked at. */
void checks_committed(world *w);
/** What was written last is told, or was undone. */
void checks_forget_touched(world *w);
/** Everything at once, counted anew: now and then, and whenever a core starts from what is stored. */
void checks_all(world *w);

/** Never a hole shown as whole: what counts as known is there, as new as it was when an answer spoke of it.
 */
void check_holes(world *w, int chat);
/** Nothing that the server never had; never an older version in place of a newer; no message lost. Compares
 * what a tab would read with what it would have read before, and takes that over; false when it is the same.
 */
bool check_truth(world *w, int chat);
/** No row of a message goes from one chat to another. */
void check_owner(world *w, const row_change *change);
/** Blocks are whole, apart and within bounds, across no hole; no message of theirs is a row as well unless
 * that is newer.
 */
void check_blocks(world *w, int chat);
/** `messageCount` equals the messages. */
void check_counts(world *w, int chat);
/** Counts every row of the store and all that blocks hold anew, by no index. */
void check_recount(world *w);
/** `lastSyncedSequence` never goes back. */
void check_positions(world *w, int chat);
/** Gaps are in order, apart and within what is known; a hole keeps the time when it was first seen. */
void check_gaps(world *w, int chat);
/** No count is negative. */
void check_unread(world *w, int chat);
/** What a chat's row says of its messages that wait equals what waits. */
void check_unsent(world *w, int chat);
/** No message is shown twice, by its number and by its provisional number. */
void check_shown_once(world *w, int chat);
/** The list's cursor never runs ahead of the records it stands for. */
void check_listing(world *w);

/** The outbox after a transaction: an operation and its message come, change and go together; what goes has
 * arrived or was cancelled; what fails was refused or used up its tries; a try is on the disk first. */
void check_queue(world *w);
/** Each operation that ever was and its message, by no list of changes. */
void check_whole_queue(world *w);
/** What was acknowledged just now is kept, or the server has it. */
void check_acknowledged(world *w, int64_t number);
/** Whether the server has heard, or will hear by a receipt that waits, that the chat was read so far; of one
 * that lies nobody can tell how far there is anything to read. */
bool check_is_told(world *w, int chat, int64_t up_to);
/** Messages stand in line in the order in which they were written, or sent once more by hand. */
void check_line(world *w);

/** The server has stored a message of the outbox: in the order of the line, and never twice. */
void check_accepted(world *w, int chat, int64_t sequence);
void check_accepted_once(world *w, int64_t number);
void check_accepted_order(world *w, int chat, const server_message *m);
/** The server's message; NULL: it has none. */
const server_message *check_find_sent(const world *w, int64_t number);

/** A call of the outbox: few at once, one of a kind per chat, its try stored, its key its own, its turn come.
 */
void check_attempt(world *w, const call *c);
/** When the tab rests no message is held up that might go. */
void check_rest(world *w);

/** Few calls at once, one per chat, none for what is known, each from what is stored. */
void check_call(world *w, const call *c);
/** No busy loop: the calls of a while are bounded by what happened in it, its rewrites by what is stored. */
void check_pace(world *w);

/** Whoever looks at what a step wrote is told; `signals` are those that are let out after it. */
void check_signals(world *w, const cJSON *signals);
/** A server that tells the truth is not accused. */
void check_error(world *w, const char *code);

/** A command is answered once, and only when what it asked for is committed. */
void check_reply(world *w, const page_command *c, const char *code, const cJSON *result);

/** Whether history lies in blocks, and few of them are small; it is asked when nothing else is to be done. */
void check_sealed(world *w, const char *when, int chat);

/** Whether nothing of the outbox is under way or waits, but for what failed for good. */
void check_queue_at_rest(world *w, const char *when);
/** Whether all that was acknowledged is at the server, once, unless it was cancelled or can't be. */
void check_delivered(world *w, const char *when);
/** Whether what is stored is what the server has. */
void check_converged(world *w, const char *when);
/** After everything has healed: all must converge, without help where nobody's help was lost. */
void check_liveness(world *w);

#endif
