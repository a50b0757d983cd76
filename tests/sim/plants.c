#include "plants.h"

#include <stdio.h>
#include <string.h>

#include "plant.h"

const char *larder_planted = "none";

static const struct {
    const char *name;
    const char *what;
} plants[] = {
    {"gap_end_off_by_one", "the last number of a hole counts as known"},
    {"gap_not_recorded", "a jump to the newest page leaves no hole behind"},
    {"position_without_rows", "the position is saved in another transaction than its rows"},
    {"tombstone_ignored", "a message that is said to be deleted stays"},
    {"absent_kept", "a message that is absent from a page that covers it stays"},
    {"older_edit_wins", "an older version of a message takes the place of a newer"},
    {"signal_lost", "a signal is ignored while a call is under way"},
    {"revision_of_gap_page", "the page of a hole moves the revision that deltas start from"},
    {"count_forgotten", "a row that is dropped is still counted"},
    {"gap_seen_anew", "a hole that grows gets a new time"},
    {"answered_early", "a command is answered by a call that left before it came"},
    {"no_backoff", "what fails is tried again at once"},
    {"one_call_more", "five calls at once"},
    {"cursor_without_chats", "the list's cursor is saved without the records it stands for"},
    {"unread_subtracted", "a local unread count runs below zero"},
    {"change_untold", "the page is not told of rows that were written"},
    {"block_overlaps", "a block that a repair reaches into stays beside the new one"},
    {"sealed_twice", "a row that is put into a block stays as well"},
    {"edit_lost_on_sealing", "a block's copy wins over the newer row"},
    {"deletion_forgotten", "a message in a block that is said to be deleted stays"},
    {"seal_across_gap", "a block is made across a hole"},
    {"block_change_untold", "blocks change and the row of their chat doesn't say so"},
    {"deleted_unacknowledged", "an operation is deleted when its attempt leaves"},
    {"key_per_attempt", "each attempt has a new idempotency key"},
    {"ordered_by_id", "messages go in the order of their random ids"},
    {"tries_unbounded", "what fails is tried without end"},
    {"receipt_blocks_message", "a receipt that waits holds back the messages of its chat"},
    {"replaced_twice", "a page and the answer both replace the message that was sent"},
    {"attempt_unwritten", "a request leaves though its attempt is not stored"},
    {"failed_blocks", "a message that failed for good holds back those behind it"},
    {"acknowledged_early", "a message is acknowledged though no operation is stored"},
    {"media_over_limit", "no room is made for what is stored"},
    {"pinned_evicted", "media that are pinned go like others"},
    {"priority_ignored", "who is evicted is chosen by the last use alone"},
    {"media_size_drift", "the bytes of what was evicted are still counted"},
    {"blob_orphaned", "the bytes of what was evicted stay in the store"},
    {"hash_unchecked", "wrong bytes are stored"},
    {"touch_order_lost", "a use doesn't move a file in the order of eviction"},
    {"download_forgotten", "a download that failed is never tried again"},
    {"evicted_hole_forgotten", "messages that were evicted leave no hole"},
    {"stats_not_counted", "the bytes of messages that go are still counted"},
    {"not_fenced", "a leader that was superseded goes on writing"},
    {"replay_without_ids", "what was left in storage leaves no answer there"},
    {"acknowledged_uncommitted", "commands are answered before their transaction is through"},
    {"takeover_untold", "who takes over says nothing of what the last leader may have changed"},
    {"handover_gap_taken", "events of another tab are taken though some before them are missing"},
    {"orphan_kept", "what a tab had opened stays open when it is gone"},
};
enum { PLANTS = sizeof plants / sizeof *plants };

bool plants_plant(const char *name) {
    for (int i = 0; i < PLANTS; i++) {
        if (strcmp(plants[i].name, name) != 0) continue;
        larder_planted = plants[i].name;
        return true;
    }
    return false;
}

void plants_print(void) {
    for (int i = 0; i < PLANTS; i++) printf("%-24s %s\n", plants[i].name, plants[i].what);
}
