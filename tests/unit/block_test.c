#include "block.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"

/** Blocks as words, see write_messages; `|` stands between blocks: `1 2 3 | 5 6`. */
typedef struct {
    const char *name;
    struct {
        const char *chat; /* members of its row besides the id and `lastSyncedAt` */
        const char *blocks;
        const char *rows;
        const char *layout; /* NULL: blocks */
    } before;
    struct {
        const char *question; /* members of the call's params */
        const char *messages;
        const char *tombstones;
        const char *more; /* members of the page */
    } page;
    const char *reads;
    const char *writes;
    const char *chat; /* members that its row must have afterwards */
} block_case;

#define KNOWN(last)            "\"lastSyncedSequence\":" last ",\"serverRevision\":\"r\""
#define SINCE(last)            "\"afterSequence\":" last ",\"sinceRevision\":\"r\""
#define BETWEEN(after, before) "\"afterSequence\":" after ",\"beforeSequence\":" before
#define UP_TO(last)            "\"lastSequence\":" last ",\"revision\":\"s\""
#define COVERS(from, to)       ",\"covers\":{\"from\":" from ",\"to\":" to "}"
#define GAP(from, to)          ",\"knownGaps\":[{\"startSeq\":" from ",\"endSeq\":" to ",\"detectedAt\":1}]"
#define STALE(from, to)                                                                                      \
    ",\"knownGaps\":[{\"startSeq\":" from ",\"endSeq\":" to ",\"detectedAt\":1,\"stale\":true}]"

static const block_case pages[] = {
    {"a first page is a block",
     {"", NULL},
     {"\"limit\":50", "1 2 3", NULL, UP_TO("3") COVERS("1", "3")},
     "",
     "+[1 2 3]",
     "\"messageCount\":3"},
    {"what is new gets a block of its own",
     {KNOWN("3"), "1 2 3"},
     {SINCE("3"), "4 5", NULL, UP_TO("5") COVERS("4", "5")},
     "",
     "+[4 5]",
     "\"unsealed\":{\"from\":4,\"to\":5,\"blocks\":1,\"rows\":false}"},
    {"holes in the numbers are no gaps",
     {"", NULL},
     {"\"limit\":50", "1 5 9", NULL, UP_TO("9") COVERS("1", "9")},
     "",
     "+[1 5 9]",
     "\"messageCount\":3"},
    {"an edit replaces one block",
     {KNOWN("9") ",\"messageCount\":9", "1 2 3 | 4 5 6 | 7 8 9"},
     {SINCE("9"), "5@7", NULL, UP_TO("9")},
     "5-5",
     "-4 +[4 5v1 6]",
     "\"messageCount\":9"},
    {"an older edit changes nothing",
     {KNOWN("6"), "1 2 3@9 | 4 5 6"},
     {SINCE("6"), "3@7", NULL, UP_TO("6")},
     "3-3",
     "",
     "\"lastSyncedSequence\":6"},
    {"a deletion replaces one block",
     {KNOWN("6") ",\"messageCount\":6", "1 2 3 | 4 5 6"},
     {SINCE("6"), NULL, "5", UP_TO("6")},
     "5-5",
     "-4 +[4 6]",
     "\"messageCount\":5"},
    {"the last one of a block takes it with it",
     {KNOWN("3") ",\"messageCount\":3", "1 2 | 3"},
     {SINCE("3"), NULL, "3", UP_TO("3")},
     "3-3",
     "-3",
     "\"messageCount\":2"},
    {"near changes are read at once, far ones apart",
     {KNOWN("300"), "1 2 | 100 101"},
     {SINCE("300"), "2@7", "40 150", UP_TO("300")},
     "2-40 150-150",
     "-1 +[1 2v1]",
     "\"messageCount\":0"},
    {"a filled gap leaves its neighbours",
     {KNOWN("9") GAP("4", "6") ",\"messageCount\":6", "1 2 3 | 7 8 9"},
     {BETWEEN("3", "7"), "4 5 6", NULL, UP_TO("9") COVERS("4", "6")},
     "",
     "+[4 5 6]",
     "\"knownGaps\":[],\"unreadCount\":0"},
    {"no block lies across a gap",
     {KNOWN("20") GAP("4", "6"), "1 2 3 | 7 8 9"},
     {SINCE("20"), "3@5 7@5", NULL, UP_TO("20")},
     "3-7",
     "-1 -7 +[1 2 3v1] +[7v1 8 9]",
     "\"unsealed\""},
    {"blocks that were not read are not bridged",
     {KNOWN("400"), "1 2 | 70 71 | 200 201"},
     {SINCE("400"), "2@5 200@5", NULL, UP_TO("400")},
     "2-2 200-200",
     "-1 -200 +[1 2v1] +[200v1 201]",
     ""},
    {"of a stale range the blocks that differ are replaced",
     {KNOWN("9") STALE("4", "9") ",\"messageCount\":9", "1 2 3 4 5 | 6 7 8 9"},
     {BETWEEN("3", "7"), "4 6", NULL, UP_TO("9") COVERS("4", "6")},
     "4-6",
     "-1 +[1 2 3 4]",
     "\"messageCount\":8"},
    {"a row that is edited is sealed by that",
     {KNOWN("3") ",\"unsealed\":{\"from\":1,\"to\":3,\"blocks\":0,\"rows\":true}", NULL, "1 2 3"},
     {SINCE("3"), "2@5", NULL, UP_TO("3")},
     "find 2 2-2",
     "-row 2 +[2v1]",
     "\"rows\":true"},
    {"a row wins over its copy, and the copy goes",
     {KNOWN("3") ",\"unsealed\":{\"from\":1,\"to\":3,\"blocks\":0,\"rows\":true}", "1 2 3", "2@9v4"},
     {SINCE("3"), "2@5", NULL, UP_TO("3")},
     "find 2 2-2",
     "-1 +[1 3]",
     ""},
    {"one id under two numbers",
     {"", NULL},
     {"\"limit\":50", "1 2#1", NULL, UP_TO("2") COVERS("1", "2")},
     "",
     "+[1]",
     "\"messageCount\":1"},
    {"rows: a page of new messages",
     {KNOWN("3"), "1 2 3", NULL, "rows"},
     {SINCE("3"), "4", NULL, UP_TO("4") COVERS("4", "4")},
     "",
     "row 4",
     ""},
    {"rows: an edit dissolves the block",
     {KNOWN("3"), "1 2 3", NULL, "rows"},
     {SINCE("3"), "2@5", NULL, UP_TO("3")},
     "find 2 2-2",
     "row 2v1 -1 row 1 row 3",
     ""},
    {"rows: a deletion dissolves the block",
     {KNOWN("3"), "1 2 3", NULL, "rows"},
     {SINCE("3"), NULL, "2", UP_TO("3")},
     "find 2 2-2",
     "-1 row 1 row 3",
     ""},
};

/* ---- what is stored before ---- */

static void hydrate_case(host *h, const block_case *one) {
    text body = {0}, header = {0};
    const char *named = one->before.layout ? one->before.layout : "blocks";
    host_start(h, HOST_SEED);
    text_format(&body, "{\"chat_meta\":[{\"requestId\":\"%s\",\"lastSyncedAt\":%lld%s%s}],", CHAT_1,
                START_MS - 1, *one->before.chat ? "," : "", one->before.chat);
    text_raw(&body,
             "\"cache_stats\":[{\"key\":\"sync\",\"chatsCursor\":null,\"blocks\":true,\"sealed\":true}]}");
    text_format(&header, "{\"type\":\"hydrate\",\"layout\":\"%s\"}", named);
    host_hydrate(h, text_z(&header), text_z(&body));
    text_free(&body);
    text_free(&header);
}

static int64_t sequence_of(const cJSON *message) {
    return (int64_t)cJSON_GetObjectItem(message, "sequenceNumber")->valuedouble;
}

static void hand_in_block(host *h, const char *words) {
    text data = {0}, header = {0};
    text_raw(&data, "[");
    write_messages(&data, words);
    text_raw(&data, "]");
    cJSON *list = cJSON_Parse(text_z(&data));
    const int count = cJSON_GetArraySize(list);
    text_format(&header,
                "{\"type\":\"block\",\"requestId\":\"%s\",\"firstSequence\":%lld,\"lastSequence\":%lld,"
                "\"count\":%d}",
                CHAT_1, (long long)sequence_of(cJSON_GetArrayItem(list, 0)),
                (long long)sequence_of(cJSON_GetArrayItem(list, count - 1)), count);
    host_event(h, text_z(&header), text_z(&data));
    cJSON_Delete(list);
    text_free(&data);
    text_free(&header);
}

/** Hands in all rows and those of the blocks that the plan's reads meet, as far as a test has any. */
static void hand_in_stored(host *h, const char *rows, const char *blocks) {
    text body = {0}, words = {0};
    text_raw(&body, "[[");
    write_messages(&body, rows);
    text_raw(&body, "]]");
    host_event(h, "{\"type\":\"rows\"}", text_z(&body));
    while (blocks && *blocks) {
        const size_t size = strcspn(blocks, "|");
        text_clear(&words);
        text_bytes(&words, (slice){blocks, size - (blocks[size] == '|')});
        hand_in_block(h, text_z(&words));
        blocks += size + (blocks[size] == '|' ? 2 : 0);
    }
    text_free(&body);
    text_free(&words);
}

/* ---- what the plan says ---- */

static void describe_read(text *out, const cJSON *read) {
    const cJSON *from = cJSON_GetObjectItem(read, "from"), *to = cJSON_GetObjectItem(read, "to");
    const cJSON *key;
    if (cJSON_IsArray(from)) return;
    if (out->size) text_raw(out, " ");
    if (from) text_format(out, "%d-%d", from->valueint, to->valueint);
    else text_raw(out, "find");
    cJSON_ArrayForEach(key, cJSON_GetObjectItem(read, "keys")) {
        text_format(out, " %d", (int)id_number(key->valuestring));
    }
}

static void describe_message(text *out, const cJSON *message) {
    const cJSON *version = cJSON_GetObjectItem(message, "_syncVersion");
    const bool edited = cJSON_IsString(cJSON_GetObjectItem(message, "updatedAt"));
    text_format(out, "%d", (int)sequence_of(message));
    if (edited && version) text_format(out, "v%d", version->valueint);
}

static void describe_block(text *out, const host *h, const cJSON *row) {
    const cJSON *message;
    const int offset = cJSON_GetObjectItem(row, "data")->valueint,
              size = cJSON_GetObjectItem(row, "bytes")->valueint;
    cJSON *data = cJSON_ParseWithLength(larder_bytes(h->core) + offset, (size_t)size);
    assert_non_null(data);
    assert_int_equal(cJSON_GetArraySize(data), cJSON_GetObjectItem(row, "count")->valueint);
    text_raw(out, "+[");
    cJSON_ArrayForEach(message, data) {
        if (message != data->child) text_raw(out, " ");
        describe_message(out, message);
    }
    text_raw(out, "]");
    cJSON_Delete(data);
}

static void describe_one(text *out, const host *h, const char *store, const cJSON *each) {
    if (out->size) text_raw(out, " ");
    if (cJSON_IsArray(each)) {
        text_format(out, "-%d", cJSON_GetArrayItem(each, 1)->valueint);
    } else if (cJSON_IsString(each)) {
        text_format(out, "-row %d", (int)id_number(each->valuestring));
    } else if (strcmp(store, "message_blocks") == 0) {
        describe_block(out, h, each);
    } else {
        text_raw(out, "row ");
        describe_message(out, each);
    }
}

/** The plan's writes of messages: `-4 +[4 5v2 6] row 7`; the version of those that were edited. */
static void describe_writes(text *out, const host *h) {
    const cJSON *write, *each;
    cJSON_ArrayForEach(write, cJSON_GetObjectItem(h->plan, "writes")) {
        const char *store = cJSON_GetObjectItem(write, "store")->valuestring;
        const cJSON *rows = cJSON_GetObjectItem(write, "rows");
        const cJSON *list = rows ? rows : cJSON_GetObjectItem(write, "keys");
        if (strncmp(store, "message", 7) != 0) continue;
        cJSON_ArrayForEach(each, list) describe_one(out, h, store, each);
    }
}

static void assert_writes(const host *h, const char *expected) {
    text writes = {0};
    describe_writes(&writes, h);
    assert_string_equal(text_z(&writes), expected);
    text_free(&writes);
}

static void assert_reads(const host *h, const char *expected) {
    text reads = {0};
    const cJSON *read;
    cJSON_ArrayForEach(read, cJSON_GetObjectItem(h->plan, "reads")) describe_read(&reads, read);
    assert_string_equal(text_z(&reads), expected);
    text_free(&reads);
}

static void assert_chat(const host *h, const char *members) {
    char *printed = cJSON_PrintUnformatted(cJSON_GetObjectItem(h->plan, "writes"));
    if (!strstr(printed, members)) fail_msg("%s is not in %s", members, printed);
    cJSON_free(printed);
}

/* ---- pages ---- */

static int hand_in_page(host *h, const block_case *one) {
    text header = {0}, body = {0};
    text_format(&header,
                "{\"type\":\"reply\",\"status\":200,\"call\":{\"id\":9,\"method\":\"fetchMessages\","
                "\"params\":{\"requestId\":\"%s\",%s}}}",
                CHAT_1, one->page.question);
    text_raw(&body, "{\"messages\":[");
    write_messages(&body, one->page.messages);
    text_raw(&body, "],\"tombstones\":[");
    write_tombstones(&body, one->page.tombstones);
    text_format(&body, "],%s}", one->page.more);
    const int result = host_do(h, text_z(&header), text_z(&body));
    text_free(&header);
    text_free(&body);
    return result;
}

static void check_page(void **state) {
    const block_case *one = *state;
    host h;
    hydrate_case(&h, one);
    if (hand_in_page(&h, one) == LARDER_READS) {
        assert_reads(&h, one->reads);
        hand_in_stored(&h, one->before.rows, one->before.blocks);
        assert_int_equal(host_step(&h), LARDER_DONE);
    } else {
        assert_string_equal(one->reads, "");
    }
    assert_writes(&h, one->writes);
    assert_chat(&h, one->chat);
    host_stop(&h);
}

/* ---- bounds ---- */

static void one_page(host *h, const char *messages, int last) {
    text body = {0};
    host_start(h, HOST_SEED);
    host_do(h, "{\"type\":\"hydrate\",\"layout\":\"blocks\"}", "{\"chat_meta\":[],\"cache_stats\":[]}");
    text_format(&body, "{\"lastSequence\":%d,\"covers\":{\"from\":1,\"to\":%d},\"messages\":[", last, last);
    text_raw(&body, messages);
    text_raw(&body, "]}");
    host_do(h,
            "{\"type\":\"reply\",\"status\":200,\"call\":{\"id\":9,\"method\":\"fetchMessages\",\"params\":{"
            "\"requestId\":\"" CHAT_1 "\",\"limit\":500}}}",
            text_z(&body));
    text_free(&body);
}

typedef struct {
    const char *name;
    int messages;
    size_t content; /* characters of each */
    const char *counts;
} bound_case;

static const bound_case bounds[] = {
    {"one block", 64, 9, "64"},
    {"evenly filled", 65, 9, "33 32"},
    {"a page of 200", 200, 9, "50 50 50 50"},
    {"what is older than the newest page", 200, 400, "150 50"},
    {"large ones are bounded too", 500, 400, "164 164 122 50"},
    {"bounded by bytes", 8, 9990, "4 4"},
    {"bounded by bytes, unevenly", 5, 9990, "3 2"},
};

static void check_bound(void **state) {
    const bound_case *one = *state;
    host h;
    text messages = {0}, counts = {0};
    char id[ID_BYTES];
    for (int i = 1; i <= one->messages; i++) {
        text_format(&messages, "%s{\"id\":\"%s\",\"requestId\":\"" CHAT_1 "\",\"sequenceNumber\":%d,",
                    i > 1 ? "," : "", message_id(id, i), i);
        text_raw(&messages, "\"createdAt\":\"2026-01-16T09:00:00Z\",\"content\":\"");
        for (size_t k = 0; k < one->content; k++) text_raw(&messages, "x");
        text_raw(&messages, "\"}");
    }
    one_page(&h, text_z(&messages), one->messages);
    const cJSON *row;
    cJSON_ArrayForEach(
        row, cJSON_GetObjectItem(cJSON_GetArrayItem(cJSON_GetObjectItem(h.plan, "writes"), 0), "rows")) {
        if (counts.size) text_raw(&counts, " ");
        text_format(&counts, "%d", cJSON_GetObjectItem(row, "count")->valueint);
        assert_in_range(cJSON_GetObjectItem(row, "bytes")->valueint, 1, LIMIT_LARGE_BLOCK_BYTES);
    }
    assert_string_equal(text_z(&counts), one->counts);
    text_free(&messages);
    text_free(&counts);
    host_stop(&h);
}

static void bytes_stay_as_they_came(void **state) {
    (void)state;
    static const char message[] =
        "{\"id\":\"" CHAT_2 "\",\"requestId\":\"" CHAT_1 "\",\"sequenceNumber\":1,\"x\":1.50e1,"
        "\"content\":\"caf\\u00e9 \\ud83d\",\"createdAt\":\"2026-01-16T09:00:00Z\"";
    host h;
    text whole = {0}, data = {0};
    text_format(&whole, "%s}", message);
    one_page(&h, text_z(&whole), 1);
    text_bytes(&data, (slice){larder_bytes(h.core), 400});
    assert_int_equal(strncmp(text_z(&data), "[", 1), 0);
    assert_int_equal(strncmp(text_z(&data) + 1, message, strlen(message)), 0);
    text_free(&whole);
    text_free(&data);
    host_stop(&h);
}

/* ---- damage ---- */

typedef struct {
    const char *name;
    const char *numbers; /* of the block's row */
    const char *data;
} damage_case;

#define NUMBERS(first, last, count) "\"firstSequence\":" first ",\"lastSequence\":" last ",\"count\":" count

#define ROW(n) "{\"id\":\"m" n "\",\"requestId\":\"" CHAT_1 "\",\"sequenceNumber\":" n "}"

static const damage_case damages[] = {
    {"no bytes", NUMBERS("4", "5", "2"), ""},
    {"no array", NUMBERS("4", "5", "2"), "{}"},
    {"cut short", NUMBERS("4", "5", "2"), "[" ROW("4") "," ROW("5")},
    {"one too few", NUMBERS("4", "5", "2"), "[" ROW("4") "]"},
    {"another last one", NUMBERS("4", "5", "2"), "[" ROW("4") "," ROW("6") "]"},
    {"another first one", NUMBERS("4", "5", "2"), "[" ROW("3") "," ROW("5") "]"},
    {"out of order", NUMBERS("4", "5", "2"), "[" ROW("5") "," ROW("4") "]"},
    {"a message that is none", NUMBERS("4", "5", "2"), "[" ROW("4") ",7]"},
    {"of another chat", NUMBERS("4", "5", "1"),
     "[{\"id\":\"m4\",\"requestId\":\"" CHAT_2 "\",\"sequenceNumber\":4},{\"id\":\"m5\"}]"},
};

static const block_case nine = {
    .before = {.chat = KNOWN("9") ",\"messageCount\":9,\"unreadCount\":3"},
};

static void check_damage(void **state) {
    const damage_case *one = *state;
    host h;
    text header = {0};
    hydrate_case(&h, &nine);
    host_do(&h, "{\"type\":\"damaged\",\"requestId\":\"" CHAT_1 "\",\"firstSequence\":4,\"lastSequence\":5}",
            NULL);
    assert_reads(&h, "4-5");
    host_event(&h, "{\"type\":\"rows\"}", "[[]]");
    text_format(&header, "{\"type\":\"block\",\"requestId\":\"" CHAT_1 "\",%s}", one->numbers);
    host_event(&h, text_z(&header), one->data);
    assert_int_equal(host_step(&h), LARDER_DONE);
    assert_writes(&h, "-4");
    assert_chat(&h,
                "\"knownGaps\":[{\"startSeq\":4,\"endSeq\":5,\"detectedAt\":1768554000000,\"stale\":true}]");
    text_free(&header);
    host_stop(&h);
}

static void what_is_not_damaged_stays(void **state) {
    (void)state;
    host h;
    hydrate_case(&h, &nine);
    host_do(&h, "{\"type\":\"damaged\",\"requestId\":\"" CHAT_1 "\",\"firstSequence\":4,\"lastSequence\":5}",
            NULL);
    hand_in_stored(&h, "", "4 5");
    assert_int_equal(host_step(&h), LARDER_DONE);
    assert_writes(&h, "");
    host_do(&h, "{\"type\":\"damaged\",\"requestId\":\"" CHAT_2 "\",\"firstSequence\":4,\"lastSequence\":5}",
            NULL);
    assert_reads(&h, "");
    host_stop(&h);
}

/* ---- sealing ---- */

typedef struct {
    const char *name;
    const char *chat;
    const char *blocks;
    const char *rows;
    const char *writes;
    const char *unsealed; /* "" when nothing is left */
} seal_case;

#define UNSEALED(from, to, blocks, rows)                                                                     \
    ",\"unsealed\":{\"from\":" from ",\"to\":" to ",\"blocks\":" blocks ",\"rows\":" rows "}"

static const seal_case seals[] = {
    {"small blocks become one", KNOWN("6") UNSEALED("1", "6", "16", "false"), "1 2 | 3 | 4 5 6", NULL,
     "-1 -3 -4 +[1 2 3 4 5 6]", UNSEALED("1", "6", "1", "false")},
    {"not across a gap", KNOWN("6") GAP("3", "3") UNSEALED("1", "6", "16", "false"), "1 | 2 | 4 | 5 6", NULL,
     "-1 -2 -4 -5 +[1 2] +[4 5 6]", UNSEALED("4", "6", "1", "false")},
    {"rows become blocks", KNOWN("3") UNSEALED("1", "3", "0", "true"), NULL, "1 2 3",
     "-row 1 -row 2 -row 3 +[1 2 3]", UNSEALED("1", "3", "1", "false")},
    {"a row wins over its copy", KNOWN("3") UNSEALED("1", "3", "0", "true"), "1 2 3", "2@5v7",
     "-row 2 -1 +[1 2v7 3]", UNSEALED("1", "3", "1", "false")},
    {"one block alone stays", KNOWN("3") UNSEALED("1", "3", "16", "false"), "1 2 3", NULL, "",
     UNSEALED("1", "3", "1", "false")},
};

static void check_seal(void **state) {
    const seal_case *one = *state;
    const block_case before = {.before = {.chat = one->chat}};
    host h;
    hydrate_case(&h, &before);
    host_do(&h, "{\"type\":\"connectivity\",\"online\":false}", NULL);
    host_reply(&h, "fetchChats", NULL, "\"failure\":\"network\"", NULL);
    h.now_ms += LIMIT_SEAL_DELAY_MS;
    assert_int_equal(host_do(&h, "{\"type\":\"deadline\"}", NULL), LARDER_READS);
    hand_in_stored(&h, one->rows, one->blocks);
    assert_int_equal(host_step(&h), LARDER_DONE);
    assert_writes(&h, one->writes);
    if (*one->unsealed) assert_chat(&h, one->unsealed);
    else assert_null(strstr(host_part(&h, "writes"), "unsealed"));
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(h.plan, "deadline")));
    host_stop(&h);
}

static void few_small_blocks_are_left_alone(void **state) {
    (void)state;
    const block_case before = {.before = {.chat = KNOWN("9") UNSEALED("1", "9", "15", "false")}};
    host h;
    hydrate_case(&h, &before);
    host_do(&h, "{\"type\":\"connectivity\",\"online\":false}", NULL);
    host_reply(&h, "fetchChats", NULL, "\"failure\":\"network\"", NULL);
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(h.plan, "deadline")));
    host_stop(&h);
}

static void calls_go_before_sealing(void **state) {
    (void)state;
    const block_case before = {.before = {.chat = KNOWN("9") UNSEALED("1", "9", "16", "false")}};
    host h;
    hydrate_case(&h, &before);
    h.now_ms += LIMIT_SEAL_DELAY_MS;
    assert_int_equal(host_do(&h, "{\"type\":\"deadline\"}", NULL), LARDER_DONE);
    host_stop(&h);
}

int main(void) {
    const case_table tables[] = {
        TABLE(pages, check_page),
        TABLE(bounds, check_bound),
        TABLE(damages, check_damage),
        TABLE(seals, check_seal),
    };
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_stay_as_they_came),
        cmocka_unit_test(what_is_not_damaged_stays),
        cmocka_unit_test(few_small_blocks_are_left_alone),
        cmocka_unit_test(calls_go_before_sealing),
    };
    return run_tables("block", tables, COUNT(tables)) +
           cmocka_run_group_tests_name("block", tests, NULL, NULL);
}
