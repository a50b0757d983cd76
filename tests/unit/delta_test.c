#include "delta.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store.h"
#include "support.h"

/** What is stored of chat 1, and of chat 2 as far as it gets in the way. */
typedef struct {
    const char *rows; /* words, see `write_messages` */
    int64_t last;     /* lastSyncedSequence */
    const char *gaps; /* `3-7` or `3-7s`, `s` for stale */
    const char *revision;
} stored;

typedef struct {
    const char *name;
    stored before;
    delta_question asked;
    struct {
        const char *messages;
        const char *tombstones;
        const char *covers; /* `3-9` or any JSON; NULL: left out */
        int64_t last;       /* lastSequence */
        const char *more;   /* other members */
    } page;
    const char *reads; /* ranges, and ids after `find`; NULL: none */
    stored after;
    const char *errors; /* codes and paths; NULL: none */
    int attempts;       /* how often it was planned until its transaction committed; 0 stands for 1 */
} page_case;

/* ---- carrying out a case as the worker would ---- */

typedef struct {
    core l;
    chat *c;
    store s;
    text body;
    cJSON *plan;
    text reads;
    text errors;
} run;

static void add_gaps(chat *c, const char *words) {
    while (words && *words) {
        char *end;
        gap hole = {.start = strtoll(words, &end, 10)};
        hole.end = strtoll(end + 1, &end, 10);
        hole.stale = *end == 's';
        words = end + hole.stale;
        if (*words) words++;
        assert_true(gaps_add(&c->gaps, hole));
    }
}

static void begin(run *r, const page_case *one) {
    r->l = (core){.now_ms = START_MS};
    r->c = chat_ensure(&r->l.chats, CHAT_1);
    r->s = store_new(one->before.rows);
    r->c->last_synced_sequence = r->c->paged_last = one->before.last;
    r->c->message_count = store_count(&r->s, CHAT_1);
    add_gaps(r->c, one->before.gaps);
    assert_true(chat_replace(&r->c->revision, one->before.revision));
    text_clear(&r->reads);
    text_clear(&r->errors);
}

static void end(run *r) {
    chats_free(&r->l.chats);
    arena_free(&r->l.memory);
    plan_free(&r->l.plan);
    store_free(&r->s);
    cJSON_Delete(r->plan);
    r->plan = NULL;
}

static void write_page(text *out, const page_case *one) {
    int from, to;
    text_raw(out, "{\"messages\":[");
    write_messages(out, one->page.messages);
    text_raw(out, "],\"tombstones\":[");
    write_tombstones(out, one->page.tombstones);
    text_raw(out, "]");
    if (one->page.covers && sscanf(one->page.covers, "%d-%d", &from, &to) == 2) {
        text_format(out, ",\"covers\":{\"from\":%d,\"to\":%d}", from, to);
    } else if (one->page.covers) {
        text_format(out, ",\"covers\":%s", one->page.covers);
    }
    text_format(out, ",\"lastSequence\":%lld", (long long)one->page.last);
    if (one->page.more) text_format(out, ",%s", one->page.more);
    text_raw(out, "}");
}

static void describe_read(run *r, const cJSON *read) {
    const cJSON *from = cJSON_GetObjectItem(read, "from"), *to = cJSON_GetObjectItem(read, "to");
    const cJSON *key;
    if (r->reads.size) text_raw(&r->reads, " ");
    if (from) {
        text_format(&r->reads, "%d-%d", cJSON_GetArrayItem(from, 1)->valueint,
                    cJSON_GetArrayItem(to, 1)->valueint);
        return;
    }
    text_raw(&r->reads, "find");
    cJSON_ArrayForEach(key, cJSON_GetObjectItem(read, "keys")) {
        text_format(&r->reads, " %d", (int)id_number(key->valuestring));
    }
}

static void note_errors(run *r) {
    const cJSON *signal;
    cJSON_ArrayForEach(signal, cJSON_GetObjectItem(r->plan, "signals")) {
        const char *path = cJSON_GetStringValue(cJSON_GetObjectItem(signal, "path"));
        if (r->errors.size) text_raw(&r->errors, ", ");
        text_format(&r->errors, "%s %s", cJSON_GetObjectItem(signal, "code")->valuestring, path ? path : "");
    }
}

/** Puts the plan together and carries out its writes; false where that would abort the transaction. */
static bool carry_out(run *r) {
    cJSON_Delete(r->plan);
    assert_true(plan_finish(&r->l.plan, 0, false));
    assert_false(r->l.out_of_memory);
    r->plan = cJSON_Parse(text_z(&r->l.plan.whole));
    assert_non_null(r->plan);
    plan_clear(&r->l.plan);
    note_errors(r);
    return store_write(&r->s, cJSON_GetObjectItem(r->plan, "writes"));
}

/** Where a case doesn't say otherwise edits are asked for since the revision that the chat has. */
static delta_question question_of(const page_case *one) {
    delta_question asked = one->asked;
    if (asked.delta && !asked.since) asked.since = one->before.revision;
    return asked;
}

static bool attempt(run *r, const page_case *one, bool careful) {
    delta *d;
    problem wrong;
    begin(r, one);
    const slice body = {r->body.at, r->body.size};
    const delta_result result = delta_begin(&r->l, r->c, question_of(one), body, careful, &d, &wrong);
    assert_int_not_equal(result, DELTA_BAD_PAGE);
    if (!carry_out(r)) return false;
    if (result == DELTA_APPLIED) return true;
    const cJSON *read;
    const cJSON *reads = cJSON_GetObjectItem(r->plan, "reads");
    cJSON_ArrayForEach(read, reads) describe_read(r, read);
    text rows = {0};
    store_read(&r->s, reads, &rows);
    event_reader no_blocks = {0};
    delta_rows(&r->l, d, (slice){rows.at, rows.size}, &no_blocks);
    const bool committed = carry_out(r);
    text_free(&rows);
    return committed;
}

static void assert_gaps(const chat *c, const char *expected) {
    text out = {0};
    for (size_t i = 0; i < c->gaps.count; i++) {
        const gap *g = &c->gaps.at[i];
        if (out.size) text_raw(&out, " ");
        text_format(&out, "%lld-%lld%s", (long long)g->start, (long long)g->end, g->stale ? "s" : "");
    }
    assert_string_equal(text_z(&out), expected ? expected : "");
    text_free(&out);
}

static void assert_after(run *r, const page_case *one) {
    text rows = {0};
    store_describe(&r->s, &rows);
    assert_string_equal(text_z(&rows), one->after.rows ? one->after.rows : "");
    text_free(&rows);
    assert_int_equal(r->c->last_synced_sequence, one->after.last);
    assert_gaps(r->c, one->after.gaps);
    assert_int_equal(r->c->message_count, store_count(&r->s, CHAT_1));
    if (one->after.revision) assert_string_equal(r->c->revision ? r->c->revision : "", one->after.revision);
    assert_string_equal(text_z(&r->reads), one->reads ? one->reads : "");
    assert_string_equal(text_z(&r->errors), one->errors ? one->errors : "");
}

static void check_page(void **state) {
    const page_case *one = *state;
    const int attempts = one->attempts ? one->attempts : 1;
    run r = {0};
    write_page(&r.body, one);
    for (int i = 1; !attempt(&r, one, i > 1); i++) {
        if (i == attempts) fail_msg("attempt %d aborts", i);
        end(&r);
    }
    assert_after(&r, one);
    end(&r);
    text_free(&r.body);
    text_free(&r.reads);
    text_free(&r.errors);
}

/* ---- the first page, catching up, filling gaps ---- */

static const page_case pages[] = {
    {"first page of a long chat",
     .page = {"8 9 10", .covers = "8-10", .last = 10, .more = "\"revision\":\"r2\""},
     .after = {"8 9 10", 10, "1-7", "r2"}},
    {"first page of a short chat", .page = {"1 2", .covers = "1-2", .last = 2, .more = "\"revision\":\"r2\""},
     .after = {"1 2", 2, NULL, "r2"}},
    {"a chat without messages", .page = {"", .covers = "null", .last = 0, .more = "\"revision\":\"r0\""},
     .after = {NULL, 0, NULL, "r0"}},
    {"a first page on which some were deleted", .page = {"8 10", .covers = "8-10", .last = 10},
     .after = {"8 10", 10, "1-7"}},
    {"a page in descending order", .page = {"10 9 8", .covers = "8-10", .last = 10},
     .after = {"8 9 10", 10, "1-7"}, .errors = "page_order messages[1].sequenceNumber"},

    {"catching up", .before = {"9 10", 10, "1-8", "r1"}, .asked = {10, 0, true},
     .page = {"11 12", .covers = "11-12", .last = 12, .more = "\"revision\":\"r2\""},
     .after = {"9 10 11 12", 12, "1-8", "r2"}},
    {"nothing new", .before = {"9 10", 10, "1-8", "r1"}, .asked = {10, 0, true},
     .page = {"", .covers = "null", .last = 10, .more = "\"revision\":\"r2\""},
     .after = {"9 10", 10, "1-8", "r2"}},
    {"more than a page behind: the newest, and a gap", .before = {"10", 10, NULL, "r1"},
     .asked = {10, 0, true},
     .page = {"98 99 100", .covers = "98-100", .last = 100, .more = "\"revision\":\"r2\""},
     .after = {"10 98 99 100", 100, "11-97", "r2"}},
    {"new messages that were deleted again", .before = {"10", 10, NULL, "r1"}, .asked = {10, 0, true},
     .page = {"", .covers = "11-13", .last = 13}, .after = {"10", 13}},

    {"filling a gap from above", .before = {"1 20", 20, "2-19", "r1"}, .asked = {1, 20, false},
     .page = {"18 19", .covers = "18-19", .last = 20, .more = "\"revision\":\"r9\""},
     .after = {"1 18 19 20", 20, "2-17", "r1"}},
    {"filling the last of a gap", .before = {"1 20", 20, "2-19", "r1"}, .asked = {1, 20, false},
     .page = {"2 7", .covers = "2-19", .last = 20}, .after = {"1 2 7 20", 20}},
    {"filling a stale gap: rows are read, absent ones deleted, others written again",
     .before = {"3@9v4 4 5 20", 20, "1-10s", "r1"}, .asked = {0, 11, false},
     .page = {"3@9 5 6", .covers = "1-10", .last = 20}, .reads = "1-10", .after = {"3@9v5 5 6 20", 20}},
    {"a fill takes no revision, unless there is none; then what was known may be older",
     .before = {"20", 20, "1-19", NULL}, .asked = {0, 20, false},
     .page = {"19", .covers = "19-19", .last = 20, .more = "\"revision\":\"r9\""},
     .after = {"19 20", 20, "1-18 20-20s", "r9"}},

    {"the same page again", .before = {"8 9 10", 10, "1-7"}, .page = {"8 9 10", .covers = "8-10", .last = 10},
     .reads = "8-10", .after = {"8 9 10", 10, "1-7"}},
    {"overlapping pages", .before = {"8 9 10", 10, "1-7"}, .page = {"7 8 9", .covers = "7-9", .last = 10},
     .reads = "7-9", .after = {"7 8 9 10", 10, "1-6"}, .errors = "covers_mismatch covers"},
    {"an older page after a newer one", .before = {"11 12 13", 13, "1-10"}, .asked = {0, 11, false},
     .page = {"9 10", .covers = "9-10", .last = 12}, .after = {"9 10 11 12 13", 13, "1-8"},
     .errors = "sequence_regressed lastSequence"},
    {"known and gone from the page: deleted", .before = {"8 9 10", 10, "1-7"},
     .page = {"8 10", .covers = "8-10", .last = 10}, .reads = "8-10", .after = {"8 10", 10, "1-7"}},
    {"a provisional row is never in a page's range", .before = {"8 4503599627370496#77", 8, "1-7"},
     .page = {"9", .covers = "9-9", .last = 9}, .asked = {8, 0, true},
     .after = {"8 9 4503599627370496#77", 9, "1-7"}},
};

/* ---- edits and tombstones ---- */

static const page_case edits[] = {
    {"an edit of a known message", .before = {"9 10v3", 10, NULL, "r1"}, .asked = {10, 0, true},
     .page = {"10@5", .covers = "null", .last = 10}, .reads = "find 10", .after = {"9 10@5v4", 10}},
    {"an older edit loses", .before = {"10@8v3", 10, NULL, "r1"}, .asked = {10, 0, true},
     .page = {"10@5", .covers = "null", .last = 10}, .reads = "find 10", .after = {"10@8v3", 10}},
    {"a tie is the server's", .before = {"10@5v3", 10, NULL, "r1"}, .asked = {10, 0, true},
     .page = {"10@5", .covers = "null", .last = 10}, .reads = "find 10", .after = {"10@5v4", 10}},
    {"never edited is older than any edit", .before = {"10@1v3", 10, NULL, "r1"}, .asked = {10, 0, true},
     .page = {"10", .covers = "null", .last = 10}, .reads = "find 10", .after = {"10@1v3", 10}},
    {"an older version inside the covered range loses as well", .before = {"9 10@5v2", 10, "1-8"},
     .page = {"9 10", .covers = "9-10", .last = 10}, .reads = "9-10", .after = {"9 10@5v2", 10, "1-8"}},
    {"an edit in a gap comes with the gap", .before = {"10", 10, "1-9", "r1"}, .asked = {10, 0, true},
     .page = {"4@5 11", .covers = "11-11", .last = 11}, .reads = "find 4", .after = {"10 11", 11, "1-9"}},
    {"an edit of a message that was not valid before", .before = {"9", 10, NULL, "r1"},
     .asked = {10, 0, true}, .page = {"10@5", .covers = "null", .last = 10}, .reads = "find 10",
     .after = {"9 10@5", 10}},
    {"a tombstone", .before = {"9 10", 10, NULL, "r1"}, .asked = {10, 0, true},
     .page = {"", "9", "null", .last = 10}, .reads = "find 9", .after = {"10", 10}},
    {"a tombstone of an unknown message", .before = {"10", 10, "1-9", "r1"}, .asked = {10, 0, true},
     .page = {"", "4", "null", .last = 10}, .reads = "find 4", .after = {"10", 10, "1-9"}},
    {"a tombstone deletes what has moved", .before = {"9#5 10", 10, NULL, "r1"}, .asked = {10, 0, true},
     .page = {"", "5", "null", .last = 10}, .reads = "find 5", .after = {"10", 10}},
    {"a bad tombstone costs itself", .before = {"8 9 10", 10, NULL, "r1"}, .asked = {10, 0, true},
     .page = {"", "8! 9~ 10", "null", .last = 10}, .reads = "find 10", .after = {"8 9", 10},
     .errors = "field_missing tombstones[0].sequenceNumber, field_format tombstones[1].id"},
    {"a tombstone for a message of another chat", .before = {"10 3*", 10, NULL, "r1"}, .asked = {10, 0, true},
     .page = {"", "3", "null", .last = 10}, .reads = "find 3", .after = {"10 3*", 10}},
    {"a message and its tombstone on one page: deleted", .before = {"9 10", 10, NULL, "r1"},
     .asked = {10, 0, true}, .page = {"10@5 11 12", "10 12", "11-12", .last = 12}, .reads = "find 10 10 12",
     .after = {"9 11", 12}},
    {"edits, tombstones and new messages at once", .before = {"7v2 8 9 10", 10, "1-6", "r1"},
     .asked = {10, 0, true}, .page = {"7@3 11 12", "9 3", "11-12", .last = 12, .more = "\"revision\":\"r2\""},
     .reads = "find 7 3 9", .after = {"7@3v3 8 10 11 12", 12, "1-6", "r2"}},
};

/* ---- bad records: each costs itself, and nothing is taken for deleted that it could be ---- */

static const page_case bad_records[] = {
    {"one bad message among good ones", .page = {"8 9! 10", .covers = "8-10", .last = 10},
     .after = {"8 10", 10, "1-7"}, .errors = "field_length messages[1].content"},
    {"what a bad record's id names is not deleted", .before = {"8 9 10", 10, "1-7"},
     .page = {"8 9!", .covers = "8-10", .last = 10}, .reads = "8-10", .after = {"8 9", 10, "1-7"},
     .errors = "field_length messages[1].content"},
    {"a record without a readable id could be any", .before = {"8 9 10", 10, "1-7"},
     .page = {"8 9?", .covers = "8-10", .last = 10}, .reads = "8-10", .after = {"8 9 10", 10, "1-7"},
     .errors = "field_type messages[1].id"},
    {"nor does an id that is none tell which it is", .before = {"8 9 10", 10, "1-7"},
     .page = {"8 9~", .covers = "8-10", .last = 10}, .reads = "8-10", .after = {"8 9 10", 10, "1-7"},
     .errors = "field_format messages[1].id"},
    {"a record that is no JSON", .before = {"8 9 10", 10, "1-7"},
     .page = {"8 $", .covers = "8-10", .last = 10}, .reads = "8-10", .after = {"8 9 10", 10, "1-7"},
     .errors = "record_syntax messages[1]"},
    {"a record of another chat", .before = {"8 9 10", 10, "1-7"},
     .page = {"8 9* 10", .covers = "8-10", .last = 10}, .reads = "8-10", .after = {"8 9 10", 10, "1-7"},
     .errors = "request_mismatch messages[1].requestId"},
    {"errors of one page are bounded",
     .page = {"1! 2! 3! 4! 5! 6! 7! 8! 9! 10! 11! 12! 13! 14! 15! 16! 17! 18! 19! 20! 21! 22! 23",
              .covers = "1-23", .last = 23},
     .after = {"23", 23},
     .errors = "field_length messages[0].content, field_length messages[1].content, "
               "field_length messages[2].content, field_length messages[3].content, "
               "field_length messages[4].content, field_length messages[5].content, "
               "field_length messages[6].content, field_length messages[7].content, "
               "field_length messages[8].content, field_length messages[9].content, "
               "field_length messages[10].content, field_length messages[11].content, "
               "field_length messages[12].content, field_length messages[13].content, "
               "field_length messages[14].content, field_length messages[15].content, "
               "field_length messages[16].content, field_length messages[17].content, "
               "field_length messages[18].content, field_length messages[19].content"},
};

/* ---- servers that contradict themselves ---- */

static const page_case contradictions[] = {
    {"covers what was not asked: cut", .before = {"9 10", 10, NULL, "r1"}, .asked = {10, 0, true},
     .page = {"11", .covers = "1-11", .last = 11}, .after = {"9 10 11", 11},
     .errors = "covers_mismatch covers"},
    {"covers what does not exist: cut", .before = {"9 10", 10, NULL, "r1"}, .asked = {10, 0, true},
     .page = {"11", .covers = "11-99", .last = 11}, .after = {"9 10 11", 11},
     .errors = "covers_mismatch covers"},
    {"covers what is above the question: cut", .before = {"20", 20, "1-19"}, .asked = {0, 20, false},
     .page = {"18 19", .covers = "18-25", .last = 25}, .after = {"18 19 20", 20, "1-17"},
     .errors = "covers_mismatch covers"},
    {"covers backwards: each message makes its own place", .before = {"10", 10, NULL, "r1"},
     .asked = {10, 0, true}, .page = {"11 12", .covers = "12-11", .last = 12}, .reads = "find 11 12",
     .after = {"10 11 12", 12}, .errors = "covers_mismatch covers"},
    {"covers nothing it has: each message makes its own place", .before = {"10", 10, NULL, "r1"},
     .asked = {10, 0, true}, .page = {"11 14", .last = 14}, .reads = "find 11 14",
     .after = {"10 11 14", 14, "12-13"}, .errors = "covers_mismatch covers"},
    {"a message that nobody asked for", .before = {"20", 20, "1-19"}, .asked = {0, 20, false},
     .page = {"19 25", .covers = "19-19", .last = 25}, .reads = "find 25", .after = {"19 20", 20, "1-18"}},
    {"the last sequence has gone back: what is stored stays", .before = {"9 10", 10, "1-8", "r1"},
     .asked = {10, 0, true}, .page = {"", .covers = "null", .last = 5}, .after = {"9 10", 10, "1-8"},
     .errors = "sequence_regressed lastSequence"},
    {"the last sequence has gone back, and the page covers known history",
     .before = {"4 5 9 10", 10, "1-3", "r1"}, .page = {"4 5", .covers = "1-5", .last = 5}, .reads = "1-5",
     .after = {"4 5 9 10", 10}, .errors = "sequence_regressed lastSequence"},
    {"two messages with one sequence number: the first stays",
     .page = {"8 9 9#90 10", .covers = "8-10", .last = 10}, .after = {"8 9 10", 10, "1-7"},
     .errors = "sequence_conflict messages[2].sequenceNumber"},
    {"the second of two with one sequence number is not deleted", .before = {"8 9#90 10", 10, "1-7"},
     .page = {"8 10 10#90", .covers = "8-10", .last = 10}, .reads = "8-10", .after = {"8 9#90 10", 10, "1-7"},
     .errors = "sequence_conflict messages[2].sequenceNumber"},
    {"one message twice", .page = {"8 9 9 10", .covers = "8-10", .last = 10}, .after = {"8 9 10", 10, "1-7"}},
    {"one message twice, edited in between", .page = {"8 9 9@5 10 10@7 10@2", .covers = "8-10", .last = 10},
     .after = {"8 9@5 10@7", 10, "1-7"}},
    {"a sequence number that belongs to a message that stays", .before = {"9 10", 10, "1-8"},
     .page = {"9 9#90 10", .covers = "9-10", .last = 10}, .reads = "9-10", .after = {"9 10", 10, "1-8"},
     .errors = "sequence_conflict messages[1].sequenceNumber"},
    {"a message takes the place of a deleted one", .before = {"9 10", 10, "1-8"},
     .page = {"9#90 10", .covers = "9-10", .last = 10}, .reads = "9-10", .after = {"9#90 10", 10, "1-8"}},
    {"two messages swap their places: both stay where they were", .before = {"9 10", 10, "1-8"},
     .page = {"9#10 10#9", .covers = "9-10", .last = 10}, .reads = "9-10", .after = {"9 10", 10, "1-8"},
     .errors = "sequence_conflict messages[0].sequenceNumber, sequence_conflict messages[1].sequenceNumber"},
    {"a message moves to a free place", .before = {"9 10v2", 10, "1-8"},
     .page = {"9 11#10", .covers = "9-11", .last = 11}, .reads = "9-11", .after = {"9 11#10v3", 11, "1-8"}},

    {"a sequence number taken outside of the page: found at the second attempt",
     .before = {"9#90 10", 10, NULL, "r1"}, .asked = {10, 0, true},
     .page = {"9@5 11", .covers = "11-11", .last = 11}, .reads = "11-11 find 9 11 9-9",
     .after = {"9#90 10 11", 11}, .errors = "sequence_conflict messages[0].sequenceNumber", .attempts = 2},
    {"an id that another chat has: found at the second attempt", .before = {"10 77#12*", 10, NULL, "r1"},
     .asked = {10, 0, true}, .page = {"11 12", .covers = "11-12", .last = 12}, .reads = "11-12 find 11 12",
     .after = {"10 11 77#12*", 12}, .errors = "id_conflict messages[1].id", .attempts = 2},
    {"one id for two messages", .page = {"8 9 10#9", .covers = "8-10", .last = 10}, .reads = "",
     .after = {"8 9", 10, "1-7"}, .errors = "id_conflict messages[2].id"},
    {"a message that has moved from far away: found at the second attempt",
     .before = {"2#11v1 10", 10, NULL, "r1"}, .asked = {10, 0, true},
     .page = {"11 12", .covers = "11-12", .last = 12}, .reads = "11-12 find 11 12",
     .after = {"10 11v2 12", 12, "2-2s"}, .attempts = 2},
    {"rows where the positions know of none: found at the second attempt", .before = {"3#33 8v1 9#90", 0},
     .page = {"8 9 10", .covers = "8-10", .last = 10}, .reads = "8-10 find 8 9 10",
     .after = {"3#33 8v2 9 10", 10, "1-7"}, .attempts = 2},
};

/* ---- the server has forgotten our revision ---- */

static const page_case resets[] = {
    {"all that is known is to be fetched again, and stays on the screen", .before = {"9 10", 10, "1-8", "r1"},
     .asked = {10, 0, true},
     .page = {"", .covers = "null", .last = 12, .more = "\"resetRequired\":true,\"revision\":\"r9\""},
     .after = {"9 10", 10, "1-8 9-10s", ""}},
    {"nothing is taken from a page that says so", .before = {"9 10", 10, NULL, "r1"}, .asked = {10, 0, true},
     .page = {"11", "9", "11-11", .last = 12, .more = "\"resetRequired\":true"},
     .after = {"9 10", 10, "1-10s", ""}},
    {"the newest page then, without a revision", .before = {"9 10v1", 10, "1-8 9-10s", NULL},
     .asked = {0, 0, true},
     .page = {"10@5 11 12", .covers = "10-12", .last = 12, .more = "\"revision\":\"r9\""}, .reads = "10-12",
     .after = {"9 10@5v2 11 12", 12, "1-8 9-9s", "r9"}},
    {"a server that wants a reset of what was not asked from a revision is taken at its page",
     .before = {"9 10", 10, "1-8 9-10s", NULL}, .asked = {0, 0, true},
     .page = {"11 12", .covers = "11-12", .last = 12, .more = "\"resetRequired\":true,\"revision\":\"r9\""},
     .after = {"9 10 11 12", 12, "1-8 9-10s", "r9"}},
};

/* ---- what isn't in the table ---- */

static void gaps_are_bounded(void **state) {
    (void)state;
    run r = {0};
    text words = {0}, rows = {0};
    for (int i = 1; i <= 199; i += 2) text_format(&rows, "%s%d", i > 1 ? " " : "", i);
    for (int i = 1; i <= 99; i += 2) text_format(&words, "%s%d", i > 1 ? " " : "", 200 + i);
    const page_case one = {
        .before = {text_z(&rows), 199, NULL, "r1"},
        .asked = {199, 0, true},
        .page = {text_z(&words), .last = 299},
    };
    begin(&r, &one);
    end(&r);
    write_page(&r.body, &one);
    assert_true(attempt(&r, &one, false));
    assert_in_range(r.c->gaps.count, 1, LIMIT_GAPS_PER_CHAT_MAX);
    for (int i = 0; i < 100; i++) gaps_add(&r.c->gaps, (gap){1 + 2 * i, 1 + 2 * i, 0, false});
    gaps_bound(&r.c->gaps, LIMIT_GAPS_PER_CHAT_MAX);
    assert_int_equal(r.c->gaps.count, LIMIT_GAPS_PER_CHAT_MAX);
    assert_true(r.c->gaps.at[0].stale);
    end(&r);
    text_free(&words);
    text_free(&rows);
    text_free(&r.body);
    text_free(&r.reads);
    text_free(&r.errors);
}

static int64_t synced_ms_after(delta_question asked) {
    run r = {0};
    const page_case one = {
        .before = {"9 10", 10, "1-8", "r1"}, .asked = asked, .page = {"", .covers = "null", .last = 10}};
    begin(&r, &one);
    end(&r);
    write_page(&r.body, &one);
    assert_true(attempt(&r, &one, false));
    const int64_t synced_ms = r.c->last_synced_ms;
    end(&r);
    text_free(&r.body);
    text_free(&r.reads);
    text_free(&r.errors);
    return synced_ms;
}

static void a_filled_gap_is_no_sync(void **state) {
    (void)state;
    assert_int_equal(synced_ms_after((delta_question){10, 0, true}), START_MS);
    assert_int_equal(synced_ms_after((delta_question){0, 9, false}), 0);
}

static void a_revision_that_was_never_stored_is_not_built_upon(void **state) {
    (void)state;
    run r = {0};
    const page_case one = {.before = {"9 10", 10, "1-8", "r1"},
                           .asked = {10, 0, true, "r5"},
                           .page = {"11", .covers = "11-11", .last = 11, .more = "\"revision\":\"r6\""}};
    begin(&r, &one);
    end(&r);
    write_page(&r.body, &one);
    assert_true(attempt(&r, &one, false));
    assert_string_equal(r.c->revision, "r1");
    assert_int_equal(r.c->last_synced_sequence, 11);
    assert_true(r.c->wants_delta);
    end(&r);
    text_free(&r.body);
    text_free(&r.reads);
    text_free(&r.errors);
}

static void a_page_that_is_none_changes_nothing(void **state) {
    (void)state;
    run r = {0};
    delta *d;
    problem wrong;
    const page_case one = {.before = {"9 10", 10, "1-8", "r1"}};
    begin(&r, &one);
    const slice body = slice_of("{\"messages\":[{}{}],\"lastSequence\":12}");
    assert_int_equal(delta_begin(&r.l, r.c, one.asked, body, false, &d, &wrong), DELTA_BAD_PAGE);
    assert_int_equal(wrong.code, ERROR_CODE_BODY_SYNTAX);
    assert_int_equal(r.l.plan.writes.size, 0);
    assert_int_equal(r.c->last_synced_sequence, 10);
    assert_false(r.c->dirty);
    end(&r);
    text_free(&r.reads);
    text_free(&r.errors);
}

int main(void) {
    const case_table tables[] = {
        TABLE(pages, check_page),          TABLE(edits, check_page),  TABLE(bad_records, check_page),
        TABLE(contradictions, check_page), TABLE(resets, check_page),
    };
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gaps_are_bounded),
        cmocka_unit_test(a_filled_gap_is_no_sync),
        cmocka_unit_test(a_revision_that_was_never_stored_is_not_built_upon),
        cmocka_unit_test(a_page_that_is_none_changes_nothing),
    };
    return run_tables("delta", tables, COUNT(tables)) +
           cmocka_run_group_tests_name("delta", tests, NULL, NULL);
}
