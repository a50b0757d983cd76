#include "chat.h"

#include <stdlib.h>
#include <string.h>

#include "failing_memory.h"
#include "support.h"

/* ---- rows, read and written ---- */

#define COUNTS_OF_A_NEW_CHAT                                                                                 \
    "\"unreadCount\":0,\"lastReadSequence\":0,\"lastReadAt\":null,\"messageCount\":0,\"mediaSize\":0,"       \
    "\"lastAccessedAt\":0,\"serverRevision\":null,\"chat\":null"

typedef struct {
    const char *name;
    const char *row;
    const char *written;
} row_case;

static const row_case rows[] = {
    {"an id alone", "{\"requestId\":\"" CHAT_1 "\"}",
     "{\"requestId\":\"" CHAT_1 "\",\"lastSyncedSequence\":0,\"lastSyncedAt\":0,\"totalMessageCount\":0,"
     "\"knownGaps\":[]," COUNTS_OF_A_NEW_CHAT "}"},
    {"all fields",
     "{\"requestId\":\"" CHAT_1 "\",\"lastSyncedSequence\":90,\"lastSyncedAt\":5,\"totalMessageCount\":88,"
     "\"knownGaps\":[{\"startSeq\":1,\"endSeq\":4,\"detectedAt\":3},"
     "{\"startSeq\":9,\"endSeq\":12,\"detectedAt\":4,\"stale\":true}],"
     "\"unreadCount\":2,\"lastReadSequence\":88,\"lastReadAt\":7,\"messageCount\":80,\"mediaSize\":1024,"
     "\"lastAccessedAt\":8,\"serverRevision\":\"r\\u0022\",\"chat\":{\"requestId\":\"" CHAT_1
     "\", \"lastSequence\":9.0e1,\"revision\":\"r\",\"x\":[1, 2]},\"messageBytes\":44000,"
     "\"evictedBelow\":4}",
     NULL},
    {"members that this version doesn't know",
     "{\"requestId\":\"" CHAT_1 "\",\"lastSyncedSequence\":0,\"lastSyncedAt\":0,\"totalMessageCount\":0,"
     "\"knownGaps\":[]," COUNTS_OF_A_NEW_CHAT ",\"pinned\":true,\"a\\u0062\":{\"x\":[1]}}",
     NULL},
    {"gaps out of order and overlapping",
     "{\"requestId\":\"" CHAT_1 "\",\"knownGaps\":[{\"startSeq\":9,\"endSeq\":12,\"detectedAt\":4},"
     "{\"startSeq\":1,\"endSeq\":4,\"detectedAt\":3},{\"startSeq\":3,\"endSeq\":5,\"detectedAt\":2}]}",
     "{\"requestId\":\"" CHAT_1 "\",\"lastSyncedSequence\":0,\"lastSyncedAt\":0,\"totalMessageCount\":0,"
     "\"knownGaps\":[{\"startSeq\":1,\"endSeq\":5,\"detectedAt\":2},"
     "{\"startSeq\":9,\"endSeq\":12,\"detectedAt\":4}]," COUNTS_OF_A_NEW_CHAT "}"},
    {"a gap that ends before it starts",
     "{\"requestId\":\"" CHAT_1 "\",\"knownGaps\":[{\"startSeq\":9,\"endSeq\":8,\"detectedAt\":4}]}",
     "{\"requestId\":\"" CHAT_1 "\",\"lastSyncedSequence\":0,\"lastSyncedAt\":0,\"totalMessageCount\":0,"
     "\"knownGaps\":[]," COUNTS_OF_A_NEW_CHAT "}"},
};

static void check_row(void **state) {
    const row_case *one = *state;
    chat_table chats = {0};
    arena memory = {0};
    problem wrong;
    text out = {0};
    assert_true(chat_hydrate(&chats, slice_of(one->row), &memory, &wrong));
    chat_write(chat_find(&chats, CHAT_1), LAYOUT_ROWS, &out);
    assert_string_equal(text_z(&out), one->written ? one->written : one->row);
    text_free(&out);
    arena_free(&memory);
    chats_free(&chats);
}

typedef struct {
    const char *name;
    const char *row;
    error_code code;
    const char *path;
    bool kept; /* the chat is there with its id */
} bad_row_case;

static const bad_row_case bad_rows[] = {
    {"no JSON", "{", ERROR_CODE_RECORD_SYNTAX, "", false},
    {"a number", "7", ERROR_CODE_FIELD_TYPE, "", false},
    {"no id", "{}", ERROR_CODE_FIELD_MISSING, "requestId", false},
    {"an id that is no UUID", "{\"requestId\":\"7\"}", ERROR_CODE_FIELD_FORMAT, "requestId", false},
    {"a bad position", "{\"requestId\":\"" CHAT_1 "\",\"lastSyncedSequence\":-1}", ERROR_CODE_FIELD_RANGE,
     "lastSyncedSequence", true},
    {"bad gaps", "{\"requestId\":\"" CHAT_1 "\",\"knownGaps\":[{\"startSeq\":\"1\"}]}", ERROR_CODE_FIELD_TYPE,
     "knownGaps.startSeq", true},
    {"a bad server record", "{\"requestId\":\"" CHAT_1 "\",\"chat\":{\"requestId\":\"" CHAT_1 "\"}}",
     ERROR_CODE_FIELD_MISSING, "chat.lastSequence", true},
};

static void check_bad_row(void **state) {
    const bad_row_case *one = *state;
    chat_table chats = {0};
    arena memory = {0};
    problem wrong;
    assert_false(chat_hydrate(&chats, slice_of(one->row), &memory, &wrong));
    assert_int_equal(wrong.code, one->code);
    assert_string_equal(wrong.path, one->path);
    assert_int_equal(chat_find(&chats, CHAT_1) != NULL, one->kept);
    assert_int_equal(HASH_COUNT(chats.table), one->kept);
    arena_free(&memory);
    chats_free(&chats);
}

/* ---- states ---- */

typedef struct {
    const char *name;
    const char *calling;   /* what the call under way is for; NULL: there is none */
    int64_t synced_ms_ago; /* NEVER, or how long ago */
    bool failed;
    bool moved;
    bool list_incomplete;
    const char *gaps; /* "head", "hole", "stale" or NULL */
    chat_state state;
} state_case;

#define NEVER   INT64_MAX
#define WEEK_MS LIMIT_CHAT_EXPIRES_MS

static const state_case states[] = {
    {"nothing known", NULL, NEVER, false, false, false, NULL, CHAT_STATE_INITIAL},
    {"nothing known, list unknown", NULL, NEVER, false, true, true, NULL, CHAT_STATE_INITIAL},
    {"first page under way", "delta", NEVER, false, true, true, NULL, CHAT_STATE_SYNCING},
    {"first page failed", NULL, NEVER, true, false, false, NULL, CHAT_STATE_FAILED},
    {"first page tried again", "delta", NEVER, true, false, false, NULL, CHAT_STATE_SYNCING},
    {"all known", NULL, 0, false, false, false, NULL, CHAT_STATE_SYNCED},
    {"only the old history missing", NULL, 0, false, false, false, "head", CHAT_STATE_SYNCED},
    {"server ahead", NULL, 0, false, true, false, NULL, CHAT_STATE_STALE},
    {"list not caught up with", NULL, 0, false, false, true, NULL, CHAT_STATE_STALE},
    {"stale with a hole", NULL, 0, false, true, false, "hole", CHAT_STATE_STALE},
    {"delta under way", "delta", 0, false, true, false, NULL, CHAT_STATE_RESYNCING},
    {"delta under way after a week", "delta", WEEK_MS + 1, true, true, true, NULL, CHAT_STATE_RESYNCING},
    {"gap under way", "gap", 0, false, false, false, "hole", CHAT_STATE_RESYNCING},
    {"repair under way is not seen", "repair", 0, false, false, false, "hole", CHAT_STATE_GAP_DETECTED},
    {"delta failed", NULL, 0, true, true, false, NULL, CHAT_STATE_FAILED},
    {"delta failed long ago", NULL, WEEK_MS + 1, true, false, false, NULL, CHAT_STATE_FAILED},
    {"a hole", NULL, 0, false, false, false, "hole", CHAT_STATE_GAP_DETECTED},
    {"history to be fetched again", NULL, 0, false, false, false, "stale", CHAT_STATE_GAP_DETECTED},
    {"just a week old", NULL, WEEK_MS, false, false, false, NULL, CHAT_STATE_SYNCED},
    {"more than a week old", NULL, WEEK_MS + 1, false, false, false, NULL, CHAT_STATE_EXPIRED},
    {"more than a week old, with the rest", NULL, WEEK_MS + 1, false, true, true, "hole", CHAT_STATE_EXPIRED},
    {"synced by a clock that was ahead", NULL, -WEEK_MS, false, false, false, NULL, CHAT_STATE_SYNCED},
};

static void add_gap(chat *c, const char *kind) {
    gap hole = {.start = 5, .end = 9};
    if (!kind) return;
    if (strcmp(kind, "hole") != 0) hole.start = 1;
    hole.stale = strcmp(kind, "stale") == 0;
    assert_true(gaps_add(&c->gaps, hole));
}

static void start_call(chat *c, const char *purpose) {
    if (!purpose) return;
    c->call = 7;
    c->purpose = strcmp(purpose, "delta") == 0 ? PURPOSE_DELTA
                 : strcmp(purpose, "gap") == 0 ? PURPOSE_GAP
                                               : PURPOSE_REPAIR;
}

static void check_state(void **state) {
    const state_case *one = *state;
    const chat_context context = {START_MS, !one->list_incomplete};
    chat c = {.failed = one->failed, .moved = one->moved};
    c.last_synced_ms = one->synced_ms_ago == NEVER ? 0 : START_MS - one->synced_ms_ago;
    start_call(&c, one->calling);
    add_gap(&c, one->gaps);
    assert_string_equal(chat_state_names[chat_state_of(&c, context)], chat_state_names[one->state]);
    gaps_free(&c.gaps);
}

/* ---- counts ---- */

typedef struct {
    const char *name;
    chat_counts before;
    chat_counts server; /* -1: it says nothing */
    int64_t arrived;
    chat_counts after;
} counts_case;

static const counts_case counts[] = {
    {"the server says nothing", {2, 5, 9}, {-1, -1, -1}, 3, {2, 5, 9}},
    {"the server knows more", {2, 5, 9}, {4, 6, 12}, 3, {4, 6, 12}},
    {"the server knows what was read", {0, 5, 9}, {1, 5, 10}, 1, {1, 5, 10}},
    {"the server doesn't know yet what was read", {0, 9, 9}, {9, 0, 9}, 0, {0, 9, 9}},
    {"and there is something new", {0, 9, 9}, {11, 0, 11}, 2, {2, 9, 11}},
    {"a count without a mark", {2, 5, 9}, {0, -1, -1}, 3, {0, 5, 9}},
    {"a total alone", {2, 5, 9}, {-1, -1, 20}, 3, {2, 5, 20}},
};

static void check_counts(void **state) {
    const counts_case *one = *state;
    chat c = {
        .unread_count = one->before.unread,
        .last_read_sequence = one->before.last_read,
        .total_message_count = one->before.total,
    };
    chat_take_counts(&c, one->server, one->arrived);
    assert_int_equal(c.unread_count, one->after.unread);
    assert_int_equal(c.last_read_sequence, one->after.last_read);
    assert_int_equal(c.total_message_count, one->after.total);
}

/* ---- the rest ---- */

static void what_is_known_is_distrusted_and_nothing_else(void **state) {
    (void)state;
    chat c = {.last_synced_sequence = 100};
    gaps_add(&c.gaps, (gap){1, 20, 5, false});
    gaps_add(&c.gaps, (gap){50, 59, 6, true});
    assert_true(chat_distrust(&c, 9));
    assert_int_equal(c.gaps.count, 2);
    assert_int_equal(c.gaps.at[0].end, 20);
    assert_false(c.gaps.at[0].stale);
    assert_int_equal(c.gaps.at[1].start, 21);
    assert_int_equal(c.gaps.at[1].end, 100);
    assert_int_equal(c.gaps.at[1].detected_ms, 6);
    assert_true(c.gaps.at[1].stale);
    assert_true(chat_distrust(&c, 10));
    assert_int_equal(c.gaps.count, 2);
    gaps_free(&c.gaps);
}

static void a_chat_without_history_has_nothing_to_distrust(void **state) {
    (void)state;
    chat c = {0};
    assert_true(chat_distrust(&c, 9));
    assert_int_equal(c.gaps.count, 0);
}

static void chats_are_found_by_their_whole_id(void **state) {
    (void)state;
    chat_table chats = {0};
    chat *first = chat_ensure(&chats, CHAT_1);
    assert_null(chat_find(&chats, CHAT_2));
    chat *second = chat_ensure(&chats, CHAT_2);
    assert_ptr_not_equal(first, second);
    assert_ptr_equal(chat_ensure(&chats, CHAT_1), first);
    assert_ptr_equal(chat_find(&chats, CHAT_2), second);
    chats_free(&chats);
    assert_null(chats.table);
}

static void touched_once_it_is_listed_once(void **state) {
    (void)state;
    chat_table chats = {0};
    chat *c = chat_ensure(&chats, CHAT_1);
    chat_touch(&chats, c);
    assert_false(c->dirty);
    chat_mark_dirty(&chats, c);
    chat_touch(&chats, c);
    assert_true(c->dirty);
    assert_ptr_equal(chats.touched, c);
    assert_null(c->next_touched);
    chats_free(&chats);
}

static void strings_are_replaced_by_copies(void **state) {
    (void)state;
    char source[] = "r1";
    char *owned = NULL;
    assert_true(chat_replace(&owned, source));
    source[1] = '2';
    assert_string_equal(owned, "r1");
    assert_true(chat_replace(&owned, NULL));
    assert_null(owned);
}

static void without_memory_it_says_so(void **state) {
    (void)state;
    const slice row =
        slice_of("{\"requestId\":\"" CHAT_1 "\",\"serverRevision\":\"r\",\"more\":1,"
                 "\"knownGaps\":[{\"startSeq\":1,\"endSeq\":4,\"detectedAt\":3}],"
                 "\"chat\":{\"requestId\":\"" CHAT_1 "\",\"lastSequence\":1,\"revision\":\"r\"}}");
    for (size_t nth = 1;; nth++) {
        chat_table chats = {0};
        arena memory = {0};
        problem wrong = {0};
        memory_fail_at(nth, MEMORY_FAILS_ONCE);
        memory_watch(true);
        const bool good = chat_hydrate(&chats, row, &memory, &wrong);
        memory_watch(false);
        chats_free(&chats);
        arena_free(&memory);
        if (!memory_has_failed()) break;
        assert_false(good);
        assert_int_equal(wrong.code, ERROR_CODE_NO_MEMORY);
    }
    memory_fail_at(0, MEMORY_FAILS_ONCE);
}

int main(void) {
    const case_table tables[] = {
        TABLE(rows, check_row),
        TABLE(bad_rows, check_bad_row),
        TABLE(states, check_state),
        TABLE(counts, check_counts),
    };
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_known_is_distrusted_and_nothing_else),
        cmocka_unit_test(a_chat_without_history_has_nothing_to_distrust),
        cmocka_unit_test(chats_are_found_by_their_whole_id),
        cmocka_unit_test(touched_once_it_is_listed_once),
        cmocka_unit_test(strings_are_replaced_by_copies),
        cmocka_unit_test(without_memory_it_says_so),
    };
    return run_tables("chat", tables, COUNT(tables)) + cmocka_run_group_tests_name("chat", tests, NULL, NULL);
}
