#include <stdio.h>
#include <string.h>

#include "gen/schema.h"
#include "pantry.h"
#include "stats.h"

/**
 * The statistics are in step with the rows: whatever is done, a recount gives what they say. And what they
 * say besides.
 */

#define OF_CHAT_1 "\"requestId\":\"" CHAT_1 "\""
#define SENT_1    "10000000-0000-4000-a000-000000000001"
#define SENT_2    "10000000-0000-4000-a000-000000000002"
#define OK        "\"status\":200"

/* ---- in step ---- */

/** One thing that is done; which of the members is set says what. */
typedef struct {
    const char *event; /* a header; or: */
    const char *body;
    const char *words; /* a delta of these messages (support.h), which covers all up to `last`; or: */
    const char *gone;  /* tombstones beside it */
    int last;
    int sent;           /* the answer to a message: its sequence number; or: */
    const char *layout; /* a new core with this layout; or: */
    int wait_ms;        /* a deadline after so long */
} deed;

typedef struct {
    const char *name;
    const char *layout;
    deed deeds[8];
    int messages; /* at the end */
} step_case;

#define SEND(id, text)                                                                                       \
    { "{\"type\":\"send\"," OF_CHAT_1 ",\"id\":\"" id "\"}", "{\"content\":\"" text "\"}" }

static const step_case steps[] = {
    {"a page in blocks", "blocks", {{.words = "1 2 3", .last = 3}}, 3},
    {"a page in rows", "rows", {{.words = "1 2 3", .last = 3}}, 3},
    {"two pages", "blocks", {{.words = "1 2 3", .last = 3}, {.words = "4 5", .last = 5}}, 5},
    {"an edit in a block", "blocks", {{.words = "1 2 3", .last = 3}, {.words = "2@5", .last = 3}}, 3},
    {"an edit of a row", "rows", {{.words = "1 2 3", .last = 3}, {.words = "2@5", .last = 3}}, 3},
    {"a deletion in a block", "blocks", {{.words = "1 2 3", .last = 3}, {.gone = "2", .last = 3}}, 2},
    {"a deletion of a row", "rows", {{.words = "1 2 3", .last = 3}, {.gone = "2", .last = 3}}, 2},
    {"all of a block is deleted", "blocks", {{.words = "1", .last = 1}, {.gone = "1", .last = 1}}, 0},
    {"a message that moves", "rows", {{.words = "1 2", .last = 2}, {.words = "3#1@5", .last = 3}}, 2},
    {"rows are sealed",
     "rows",
     {{.words = "1 2 3", .last = 3}, {.layout = "blocks"}, {.wait_ms = 5000}, {.wait_ms = 5000}},
     3},
    {"small blocks are put together",
     "blocks",
     {{.words = "1", .last = 1},
      {.words = "2", .last = 2},
      {.words = "3", .last = 3},
      {.words = "4", .last = 4},
      {.wait_ms = 5000}},
     4},
    {"a block is dissolved",
     "blocks",
     {{.words = "1 2 3", .last = 3}, {.layout = "rows"}, {.words = "2@5", .last = 3}},
     3},
    {"an unsent message", "blocks", {SEND(SENT_1, "one")}, 1},
    {"an unsent message is edited",
     "rows",
     {{"{\"type\":\"connectivity\",\"online\":false}"},
      SEND(SENT_1, "one"),
      {"{\"type\":\"edit\",\"id\":\"" SENT_1 "\"}", "{\"content\":\"longer \\u00e4\"}"}},
     1},
    {"an unsent message is cancelled",
     "rows",
     {{"{\"type\":\"connectivity\",\"online\":false}"},
      SEND(SENT_1, "one"),
      {"{\"type\":\"cancel\",\"id\":\"" SENT_1 "\"}"}},
     0},
    {"a message is sent", "blocks", {SEND(SENT_1, "one"), SEND(SENT_2, "two"), {.sent = 1}}, 2},
    {"a message is sent, as a row", "rows", {SEND(SENT_1, "one"), SEND(SENT_2, "two"), {.sent = 1}}, 2},
    {"an unsent message and a new core",
     "rows",
     {SEND(SENT_1, "one"), {.layout = "rows"}, {"{\"type\":\"connectivity\",\"online\":false}"}},
     1},
    {"a damaged block",
     "blocks",
     {{.words = "1 2", .last = 2},
      {.words = "3 4", .last = 4},
      {"{\"type\":\"damaged\"," OF_CHAT_1 ",\"firstSequence\":1,\"lastSequence\":2}"}},
     2},
};

static void hand_in_page(pantry *s, host *h, const deed *one) {
    text body = {0};
    text_raw(&body, "{\"messages\":[");
    if (one->words) write_messages(&body, one->words);
    text_raw(&body, "],\"tombstones\":[");
    if (one->gone) write_tombstones(&body, one->gone);
    text_format(&body, "],\"covers\":null,\"lastSequence\":%d,\"revision\":\"r%d\"}", one->last, one->last);
    pantry_do(s, h, "{\"type\":\"sync\",\"command\":\"1\"," OF_CHAT_1 "}", NULL);
    pantry_reply(s, h, "fetchMessages", CHAT_1, OK, text_z(&body));
    text_free(&body);
}

static void answer_sent(pantry *s, host *h, int sequence) {
    text body = {0};
    write_messages(&body, (char[]){(char)('0' + sequence), 0});
    pantry_reply(s, h, "sendMessage", CHAT_1, "\"status\":201", text_z(&body));
    text_free(&body);
}

static void start_again(pantry *s, host *h, const char *kept) {
    char more[32];
    snprintf(more, sizeof more, ",\"layout\":\"%s\"", kept);
    const int64_t now_ms = h->core ? h->now_ms : START_MS;
    if (h->core) host_stop(h);
    pantry_hydrate(s, h, more);
    h->now_ms = now_ms;
    pantry_reply(s, h, "fetchChats", NULL, OK, "{\"chats\":[],\"cursor\":\"c\"}");
}

/** What the damage is: the first block of the chat has lost its end. */
static void damage(pantry *s) {
    cJSON_ReplaceItemInObject(cJSON_GetArrayItem(s->blocks, 0), "data", cJSON_CreateString("[{"));
}

static void carry_out(pantry *s, host *h, const deed *one) {
    if (one->event && strstr(one->event, "damaged")) damage(s);
    if (one->event) pantry_do(s, h, one->event, one->body);
    else if (one->layout) start_again(s, h, one->layout);
    else if (one->sent) answer_sent(s, h, one->sent);
    else if (one->words || one->gone) hand_in_page(s, h, one);
    h->now_ms += one->wait_ms;
    if (one->wait_ms) pantry_do(s, h, "{\"type\":\"deadline\"}", NULL);
}

static void check_step(void **state) {
    const step_case *one = *state;
    host h = {0};
    pantry s = pantry_new();
    start_again(&s, &h, one->layout);
    for (size_t i = 0; i < COUNT(one->deeds); i++) {
        carry_out(&s, &h, &one->deeds[i]);
        assert_int_equal(pantry_said_bytes(&s, CHAT_1), pantry_count_bytes(&s, CHAT_1));
        const int64_t total = pantry_stat(&s, "totalSize");
        assert_int_equal(total < 0 ? 0 : total, pantry_count_bytes(&s, CHAT_1));
    }
    assert_int_equal(pantry_count_messages(&s, CHAT_1), one->messages);
    host_stop(&h);
    pantry_free(&s);
}

/* ---- recounting ---- */

/** What is stored when nobody has counted yet, or wrongly. */
static void set_up(pantry *s, host *h) {
    *s = pantry_new();
    *h = (host){0};
    start_again(s, h, "blocks");
    hand_in_page(s, h, &(deed){.words = "1 2 3", .last = 3});
    pantry_do(s, h, "{\"type\":\"send\"," OF_CHAT_1 ",\"id\":\"" SENT_1 "\"}", "{\"content\":\"one\"}");
}

static void tear_down(pantry *s, host *h) {
    host_stop(h);
    pantry_free(s);
}

static void without_a_row_it_is_counted(void **state) {
    (void)state;
    host h;
    pantry s;
    set_up(&s, &h);
    cJSON_DeleteItemFromObject(s.stats, "stats");
    start_again(&s, &h, "blocks");
    assert_int_equal(pantry_said_bytes(&s, CHAT_1), pantry_count_bytes(&s, CHAT_1));
    assert_int_equal(pantry_stat(&s, "messagesSize"), pantry_count_bytes(&s, CHAT_1));
    tear_down(&s, &h);
}

static void a_chat_that_does_not_say_is_counted(void **state) {
    (void)state;
    host h;
    pantry s;
    set_up(&s, &h);
    cJSON_DeleteItemFromObject(cJSON_GetObjectItem(s.chats, CHAT_1), "messageBytes");
    start_again(&s, &h, "blocks");
    assert_int_equal(pantry_said_bytes(&s, CHAT_1), pantry_count_bytes(&s, CHAT_1));
    assert_int_equal(pantry_stat(&s, "totalSize"), pantry_count_bytes(&s, CHAT_1));
    tear_down(&s, &h);
}

static void what_is_known_is_not_counted(void **state) {
    (void)state;
    host h;
    pantry s;
    set_up(&s, &h);
    host_stop(&h);
    host_start(&h, HOST_SEED);
    const int result = host_do(&h, "{\"type\":\"hydrate\",\"layout\":\"blocks\"}",
                               "{\"chat_meta\":[{" OF_CHAT_1 ",\"messageCount\":3,\"messageBytes\":900}],"
                               "\"cache_stats\":[{\"key\":\"sync\",\"chatsCursor\":null,\"sealed\":true,"
                               "\"blocks\":true},{\"key\":\"stats\"}]}");
    assert_int_equal(result, LARDER_DONE);
    tear_down(&s, &h);
}

static void repairing_counts_anew(void **state) {
    (void)state;
    host h;
    pantry s;
    set_up(&s, &h);
    cJSON *row = cJSON_GetObjectItem(s.chats, CHAT_1);
    cJSON_SetNumberValue(cJSON_GetObjectItem(row, "messageBytes"), 7);
    cJSON_SetNumberValue(cJSON_GetObjectItem(row, "messageCount"), 9);
    start_again(&s, &h, "blocks");
    pantry_do(&s, &h, "{\"type\":\"repair\",\"command\":\"9\"}",
              "{\"orphans\":[],\"files\":[],\"missing\":[],\"damaged\":[]}");
    assert_int_equal(pantry_said_bytes(&s, CHAT_1), pantry_count_bytes(&s, CHAT_1));
    assert_int_equal(pantry_stat(&s, "totalSize"), pantry_count_bytes(&s, CHAT_1));
    assert_int_equal(pantry_of_chat(&s, CHAT_1, "messageCount"), 3);
    assert_int_equal(pantry_stat(&s, "messageCount"), 3);
    tear_down(&s, &h);
}

/* ---- the row ---- */

static void nothing_but_zeros_is_not_written(void **state) {
    (void)state;
    host h;
    host_start(&h, HOST_SEED);
    host_do(&h, "{\"type\":\"hydrate\"}", "{\"chat_meta\":[],\"cache_stats\":[]}");
    assert_string_equal(host_part(&h, "writes"), "[]");
    host_stop(&h);
}

static void counts_of_rows(void **state) {
    (void)state;
    host h;
    pantry s;
    set_up(&s, &h);
    assert_int_equal(pantry_stat(&s, "chatCount"), 1);
    assert_int_equal(pantry_stat(&s, "messageCount"), 3);
    assert_int_equal(pantry_stat(&s, "mediaCount"), 0);
    assert_int_equal(pantry_stat(&s, "mediaSize"), 0);
    assert_int_equal(pantry_stat(&s, "pendingOperations"), 1);
    pantry_do(&s, &h, "{\"type\":\"open\",\"requestId\":\"" CHAT_2 "\"}", NULL); /* it has no row */
    assert_int_equal(pantry_stat(&s, "chatCount"), 1);
    tear_down(&s, &h);
}

static void times(void **state) {
    (void)state;
    host h;
    pantry s = pantry_new();
    pantry_hydrate(&s, &h, "");
    pantry_reply(&s, &h, "fetchChats", NULL, OK, "{\"chats\":[],\"cursor\":\"c1\",\"hasMore\":true}");
    assert_int_equal(pantry_stat(&s, "lastFullSync"), -1);
    h.now_ms += 5;
    pantry_reply(&s, &h, "fetchChats", NULL, OK, "{\"chats\":[],\"cursor\":\"c2\"}");
    assert_int_equal(pantry_stat(&s, "lastFullSync"), START_MS + 5);
    assert_int_equal(pantry_stat(&s, "lastDeltaSync"), -1);
    h.now_ms += LIMIT_LIST_PAUSE_MS;
    pantry_do(&s, &h, "{\"type\":\"signal\"}", NULL);
    pantry_reply(&s, &h, "fetchChats", NULL, OK, "{\"chats\":[],\"cursor\":\"c2\"}");
    assert_int_equal(pantry_stat(&s, "lastFullSync"), START_MS + 5);
    assert_int_equal(pantry_stat(&s, "lastDeltaSync"), h.now_ms);
    assert_int_equal(pantry_stat(&s, "createdAt"), START_MS + 5);
    assert_int_equal(pantry_stat(&s, "updatedAt"), h.now_ms);
    tear_down(&s, &h);
}

static void a_row_that_says_the_same_is_not_written(void **state) {
    (void)state;
    host h;
    pantry s;
    set_up(&s, &h);
    pantry_do(&s, &h, "{\"type\":\"open\"," OF_CHAT_1 "}", NULL);
    assert_null(strstr(host_part(&h, "writes"), "\"stats\""));
    tear_down(&s, &h);
}

/* ---- reads of media ---- */

typedef struct {
    const char *name;
    const char *touches[2];
    const char *rate;
} rate_case;

#define TOUCH(hits) "{\"type\":\"mediaTouch\",\"ids\":[],\"hits\":" hits "}"
#define MISS        "{\"type\":\"mediaGet\",\"command\":\"1\"," OF_CHAT_1 ",\"filename\":\"a.png\"}"

static const rate_case rates[] = {
    {"only hits", {TOUCH("3")}, "\"cacheHits\":3,\"cacheMisses\":0,\"hitRate\":100,"},
    {"only a miss, while offline", {MISS}, "\"cacheHits\":0,\"cacheMisses\":1,\"hitRate\":0,"},
    {"a half", {TOUCH("1"), MISS}, "\"cacheHits\":1,\"cacheMisses\":1,\"hitRate\":50,"},
    {"two thirds", {TOUCH("2"), MISS}, "\"cacheHits\":2,\"cacheMisses\":1,\"hitRate\":66.67,"},
    {"a little more than 99",
     {TOUCH("2000"), MISS},
     "\"cacheHits\":2000,\"cacheMisses\":1,\"hitRate\":99.95,"},
    {"whole", {TOUCH("24"), MISS}, "\"cacheHits\":24,\"cacheMisses\":1,\"hitRate\":96,"},
    {"a zero behind the point",
     {TOUCH("100"), MISS},
     "\"cacheHits\":100,\"cacheMisses\":1,\"hitRate\":99.01,"},
};

static void check_rate(void **state) {
    const rate_case *one = *state;
    host h;
    host_hydrated(&h, "", "");
    host_event(&h, "{\"type\":\"connectivity\",\"online\":false}", NULL);
    for (size_t i = 0; i < COUNT(one->touches) && one->touches[i]; i++) host_event(&h, one->touches[i], NULL);
    host_step(&h);
    assert_non_null(strstr(host_part(&h, "writes"), one->rate));
    host_stop(&h);
}

/* ---- sizes ---- */

typedef struct {
    const char *name;
    const char *content;
    int64_t bytes;
} size_case;

static const size_case sizes[] = {
    {"nothing", NULL, LIMIT_ROW_OVERHEAD_BYTES},
    {"an empty text", "", LIMIT_ROW_OVERHEAD_BYTES},
    {"letters", "abc", LIMIT_ROW_OVERHEAD_BYTES + 3},
    {"other letters", "\xc3\xa4\xf0\x9f\x98\x80", LIMIT_ROW_OVERHEAD_BYTES + 6},
};

static void check_size(void **state) {
    const size_case *one = *state;
    assert_int_equal(stats_row_bytes(one->content), one->bytes);
}

int main(void) {
    const case_table tables[] = {TABLE(steps, check_step), TABLE(rates, check_rate),
                                 TABLE(sizes, check_size)};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_row_it_is_counted),
        cmocka_unit_test(a_chat_that_does_not_say_is_counted),
        cmocka_unit_test(what_is_known_is_not_counted),
        cmocka_unit_test(repairing_counts_anew),
        cmocka_unit_test(nothing_but_zeros_is_not_written),
        cmocka_unit_test(counts_of_rows),
        cmocka_unit_test(times),
        cmocka_unit_test(a_row_that_says_the_same_is_not_written),
    };
    return run_tables("statistics in step", tables, COUNT(tables)) +
           cmocka_run_group_tests_name("statistics", tests, NULL, NULL);
}
