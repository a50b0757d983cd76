#ifndef SIM_CHECKS_H
#define SIM_CHECKS_H

#include <stdbool.h>

#include "commands.h"
#include "network.h"
#include "store.h"
#include "tabs.h"
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
/** Who remembers a chat's blocks can tell by its row that they aren't as they were. */
void check_block_changes(world *w, const row_change *change);
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

/** What a row of media says of its bytes is so: they are there, are the server's, and are counted. */
void check_bytes(world *w);
/** The same of all rows. */
void check_all_bytes(world *w);
/** A file is deleted only when no row names it any more, and that is committed. */
void check_file_goes(world *w, const char *key);
/** After a start no file is left that no row names. */
void check_no_stray_files(world *w, const char *when);
/** What a chat's row says of the bytes of its messages and media equals a recount; so with the statistics. */
void check_chat_bytes(world *w, int chat);
void check_stats(world *w);

/** No more is stored than may be, unless nothing more may go. */
void check_limit(world *w);
/** Whether a chat's messages may go, and what media may. */
bool check_may_lose(world *w, int chat);
int64_t check_evictable_bytes(world *w);
/** Who went is who a naive sort would have chosen, and may go at all. */
void check_victims(world *w);
/** Nothing goes while there is room, and no more than it takes to be well below the limit. */
void check_needless(world *w);
/** Whether a message may be missing since its chat had to make room. */
bool check_is_evicted(const world *w, int chat, int64_t sequence);
/** Messages go from chats that are not open, of which the newest stay, and after media. */
void check_evicted(world *w, int chat);

/** The rows that were written are in the order of use. */
void check_touches_written(world *w);
void check_order_of(world *w, const media_entry *e);
/** Nothing of that order is still to be written. */
void check_touches_kept(world *w, const char *when);

/** Few files are fetched at once, each once, none that is here. */
void check_download(world *w, const call *c);
/** Who asked for a file gets what the server has; it is kept where it can be. */
void check_got(world *w, const page_command *c, const char *code, const cJSON *result);
void check_freed(world *w, const page_command *c, const cJSON *result);

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

/** Only who has claimed the database last commits. */
void check_generation(world *w);
/** A command that lay in storage is carried out once. */
void check_applied(world *w, const cJSON *replies);
/** The lock is stolen a few times at most before somebody leads. */
void check_steal(world *w);
/** A while after a core began every page knows of all that was changed until then. */
void check_takeover_later(world *w);
/** Every page was told of the last change of each chat and of the outbox. */
void check_pages_told(world *w, const char *when);
/** One leads, knows what all show, and shows nothing for those that are gone; no mail is left. */
void check_tabs(world *w, const char *when);

/** Whether nothing of the outbox is under way or waits, but for what failed for good. */
void check_queue_at_rest(world *w, const char *when);
/** Whether all that was acknowledged is at the server, once, unless it was cancelled or can't be. */
void check_delivered(world *w, const char *when);
/** Whether what is stored is what the server has. */
void check_converged(world *w, const char *when);
/** Waits until nothing happens any more, for a bounded number of events and a bounded time. */
void check_settle(world *w, const char *when);
/** Media after everything has healed: what can be had is had, and nothing is left over. */
void check_media_phase(world *w);
/** After everything has healed: all must converge, without help where nobody's help was lost. */
void check_liveness(world *w);

#endif
