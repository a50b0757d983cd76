#include <stdio.h>
#include <string.h>

#include "core.h"
#include "pantry.h"

/** What goes when there is too much, what never does, and what the browser has to say. */

#define CHAT_3 "00000000-0000-4000-9000-000000000003"
#define OK     "\"status\":200"

enum { KIB = 1024, MIB = 1024 * KIB, PAGE_MESSAGES = 60 };

static const char *const chats[] = {CHAT_1, CHAT_2, CHAT_3};

/* ---- a world ---- */

typedef struct {
    host h;
    pantry s;
} world;

static void start(world *w, const char *more) {
    *w = (world){.s = pantry_new()};
    pantry_hydrate(&w->s, &w->h, more);
    pantry_reply(&w->s, &w->h, "fetchChats", NULL, OK, "{\"chats\":[],\"cursor\":\"c\"}");
}

static void stop(world *w) {
    host_stop(&w->h);
    pantry_free(&w->s);
}

static void start_again(world *w, const char *more) {
    const int64_t now_ms = w->h.now_ms;
    host_stop(&w->h);
    pantry_hydrate(&w->s, &w->h, more);
    w->h.now_ms = now_ms;
    pantry_reply(&w->s, &w->h, "fetchChats", NULL, OK, "{\"chats\":[],\"cursor\":\"c\"}");
}

static void do_with(world *w, const char *type, int number, const char *more) {
    char header[256];
    snprintf(header, sizeof header, "{\"type\":\"%s\",\"requestId\":\"%s\"%s}", type, chats[number - 1],
             more);
    pantry_do(&w->s, &w->h, header, NULL);
}

/** Messages of a chat, ids apart from those of other chats, a text of `bytes` each. */
static void append_messages(text *out, int number, int from, int to, int bytes) {
    char id[ID_BYTES];
    for (int at = from; at <= to; at++) {
        text_comma(out);
        text_format(out, "{\"id\":\"%s\",\"requestId\":\"%s\",\"sequenceNumber\":%d,\"content\":\"%0*d\"",
                    message_id(id, number * 100000 + at), chats[number - 1], at, bytes, at);
        text_raw(out, ",\"createdAt\":\"2026-01-16T09:00:00Z\"}");
    }
}

/** A delta of a chat brings them. */
static void fetch_page(world *w, int number, int from, int to, int bytes) {
    text body = {0};
    text_raw(&body, "{\"messages\":[");
    append_messages(&body, number, from, to, bytes);
    text_format(&body, "],\"covers\":{\"from\":%d,\"to\":%d},\"lastSequence\":%d,\"revision\":\"r%d\"}", from,
                to, to, to);
    do_with(w, "sync", number, ",\"command\":\"1\"");
    pantry_reply(&w->s, &w->h, "fetchMessages", chats[number - 1], OK, text_z(&body));
    text_free(&body);
}

/** Page after page: in blocks each is one. */
static void fetch(world *w, int number, int from, int to, int bytes) {
    for (int at = from; at <= to; at += PAGE_MESSAGES) {
        const int end = at + PAGE_MESSAGES - 1;
        fetch_page(w, number, at, end < to ? end : to, bytes);
    }
}

static void open_and_close(world *w, int number) {
    do_with(w, "open", number, "");
    do_with(w, "close", number, "");
    w->h.now_ms += LIMIT_ACCESSED_RESOLUTION_MS;
}

static void set_limit(world *w, int64_t bytes) {
    char header[64];
    snprintf(header, sizeof header, "{\"type\":\"limits\",\"command\":\"2\",\"bytes\":%lld}",
             (long long)bytes);
    pantry_do(&w->s, &w->h, header, NULL);
}

static int64_t total(const world *w) {
    int64_t bytes = 0;
    for (size_t i = 0; i < COUNT(chats); i++) bytes += pantry_count_bytes(&w->s, chats[i]);
    return bytes;
}

/* ---- which messages go ---- */

/** `chat 1: 65-300` is what is left of it. */
static void describe_chat(const world *w, int number, text *out) {
    const int64_t below = pantry_of_chat(&w->s, chats[number - 1], "evictedBelow");
    const int64_t last = pantry_of_chat(&w->s, chats[number - 1], "lastSyncedSequence");
    if (last < 1) return;
    if (out->size) text_raw(out, " ");
    text_format(out, "%d:%lld-%lld", number, (long long)(below < 0 ? 1 : below + 1), (long long)last);
}

typedef struct {
    const char *name;
    const char *layout;
    int messages[3]; /* of each chat, in the order in which they were opened */
    int opened;      /* this one is open; 0: none */
    int first;       /* this one is opened once more before */
    int percent;     /* of what is stored that may be stored */
    const char *left;
} victim_case;

static const victim_case victims[] = {
    {"enough room", "blocks", {200, 200}, 0, 0, 100, "1:1-200 2:1-200"},
    {"the oldest of the first", "blocks", {300, 300}, 0, 0, 99, "1:121-300 2:1-300"},
    {"down to 90%", "blocks", {300, 300}, 0, 0, 70, "1:241-300 2:1-300"},
    {"then the next", "blocks", {300, 300}, 0, 0, 50, "1:241-300 2:121-300"},
    {"the newest 50 stay", "blocks", {300, 300}, 0, 0, 1, "1:241-300 2:241-300"},
    {"a chat with few stays", "blocks", {50, 300}, 0, 0, 1, "1:1-50 2:241-300"},
    {"one more than the newest 50", "rows", {51, 300}, 0, 0, 1, "1:2-51 2:251-300"},
    {"an open one stays", "blocks", {300, 300}, 1, 0, 1, "1:1-300 2:241-300"},
    {"who was opened again goes last", "blocks", {300, 300}, 0, 1, 90, "1:1-300 2:121-300"},
    {"rows", "rows", {300, 300}, 0, 0, 99, "1:67-300 2:1-300"},
    {"rows, down to the newest", "rows", {300, 300}, 0, 0, 1, "1:251-300 2:251-300"},
    {"many blocks", "blocks", {3000, 300}, 0, 0, 1, "1:2941-3000 2:241-300"},
    {"many rows", "rows", {1500, 300}, 0, 0, 1, "1:1451-1500 2:251-300"},
};

static void check_victims(void **state) {
    const victim_case *one = *state;
    world w;
    text left = {0};
    char more[64];
    snprintf(more, sizeof more, ",\"layout\":\"%s\"", one->layout);
    start(&w, more);
    for (int number = 1; number <= 3 && one->messages[number - 1]; number++) {
        fetch(&w, number, 1, one->messages[number - 1], 300);
        open_and_close(&w, number);
    }
    if (one->first) open_and_close(&w, one->first);
    if (one->opened) do_with(&w, "open", one->opened, "");
    const int64_t limit = total(&w) * one->percent / 100;
    set_limit(&w, limit);
    for (int number = 1; number <= 3; number++) {
        const char *id = chats[number - 1];
        describe_chat(&w, number, &left);
        assert_int_equal(pantry_said_bytes(&w.s, id), pantry_count_bytes(&w.s, id));
        if (pantry_of_chat(&w.s, id, "messageCount") > 0)
            assert_int_equal(pantry_of_chat(&w.s, id, "messageCount"), pantry_count_messages(&w.s, id));
    }
    assert_string_equal(text_z(&left), one->left);
    assert_int_equal(pantry_stat(&w.s, "totalSize"), total(&w));
    text_free(&left);
    stop(&w);
}

/* ---- what is left behind ---- */

/** Two chats of which the first has lost its oldest messages. */
static void start_trimmed(world *w) {
    start(w, ",\"layout\":\"blocks\"");
    fetch(w, 1, 1, 300, 300);
    open_and_close(w, 1);
    fetch(w, 2, 1, 100, 300);
    open_and_close(w, 2);
    set_limit(w, total(w) - 1);
    assert_int_equal(pantry_of_chat(&w->s, CHAT_1, "evictedBelow"), 60);
}

static const char *gaps_of(const world *w, const char *request_id) {
    static char printed[1024];
    cJSON *gaps = cJSON_GetObjectItem(cJSON_GetObjectItem(w->s.chats, request_id), "knownGaps");
    assert_true(cJSON_PrintPreallocated(gaps, printed, sizeof printed, false));
    return printed;
}

static void a_hole_is_left(void **state) {
    (void)state;
    world w;
    text expected = {0};
    start_trimmed(&w);
    text_format(&expected, "[{\"startSeq\":1,\"endSeq\":60,\"detectedAt\":%lld}]", (long long)w.h.now_ms);
    assert_string_equal(gaps_of(&w, CHAT_1), text_z(&expected));
    assert_string_equal(gaps_of(&w, CHAT_2), "[]");
    text_free(&expected);
    stop(&w);
}

static void nobody_fetches_it_by_himself(void **state) {
    (void)state;
    world w;
    start_trimmed(&w);
    start_again(&w, ",\"layout\":\"blocks\"");
    assert_int_equal(host_call(&w.h, "fetchMessages", NULL), 0);
    stop(&w);
}

static void a_reader_may_have_it(void **state) {
    (void)state;
    world w;
    text body = {0};
    start_trimmed(&w);
    start_again(&w, ",\"layout\":\"blocks\"");
    do_with(&w, "open", 1, "");
    do_with(&w, "fill", 1, ",\"command\":\"3\",\"startSeq\":21,\"endSeq\":40");
    text_raw(&body, "{\"messages\":[");
    append_messages(&body, 1, 21, 40, 300);
    text_raw(&body, "],\"covers\":{\"from\":21,\"to\":40},\"lastSequence\":300,\"revision\":\"r300\"}");
    pantry_reply(&w.s, &w.h, "fetchMessages", CHAT_1, OK, text_z(&body));
    assert_non_null(strstr(gaps_of(&w, CHAT_1), "{\"startSeq\":1,\"endSeq\":20,"));
    assert_non_null(strstr(gaps_of(&w, CHAT_1), "{\"startSeq\":41,\"endSeq\":60,"));
    assert_int_equal(host_call(&w.h, "fetchMessages", NULL), 0); /* what is left stays evicted */
    assert_int_equal(pantry_said_bytes(&w.s, CHAT_1), pantry_count_bytes(&w.s, CHAT_1));
    text_free(&body);
    stop(&w);
}

static void a_hole_that_grows_keeps_its_time(void **state) {
    (void)state;
    world w;
    start(&w, ",\"layout\":\"blocks\"");
    fetch(&w, 1, 101, 300, 300);
    const int64_t seen_ms = w.h.now_ms;
    w.h.now_ms += 5000;
    set_limit(&w, total(&w) - 1);
    text expected = {0};
    text_format(&expected, "[{\"startSeq\":1,\"endSeq\":160,\"detectedAt\":%lld}]", (long long)seen_ms);
    assert_string_equal(gaps_of(&w, CHAT_1), text_z(&expected));
    text_free(&expected);
    stop(&w);
}

static void unsent_messages_stay(void **state) {
    (void)state;
    world w;
    start(&w, ",\"layout\":\"rows\"");
    fetch(&w, 1, 1, 100, 300);
    pantry_do(&w.s, &w.h, "{\"type\":\"connectivity\",\"online\":false}", NULL);
    for (int i = 0; i < 3; i++) {
        char header[160];
        snprintf(header, sizeof header,
                 "{\"type\":\"send\",\"requestId\":\"" CHAT_1 "\",\"id\":\"10000000-0000-4000-a000-%012d\"}",
                 i);
        pantry_do(&w.s, &w.h, header, "{\"content\":\"unsent\"}");
    }
    set_limit(&w, 1);
    assert_int_equal(pantry_count_messages(&w.s, CHAT_1), 50 + 3);
    assert_int_equal(pantry_stat(&w.s, "pendingOperations"), 3);
    stop(&w);
}

/** What is sealed is no longer looked for below the hole. */
static void what_was_to_be_sealed_may_go(void **state) {
    (void)state;
    world w;
    start(&w, ",\"layout\":\"blocks\"");
    for (int i = 0; i < 30; i++) fetch(&w, 1, 1 + 4 * i, 4 + 4 * i, 300);
    set_limit(&w, 1);
    w.h.now_ms += 5000;
    pantry_do(&w.s, &w.h, "{\"type\":\"deadline\"}", NULL);
    assert_int_equal(pantry_count_messages(&w.s, CHAT_1), 52);
    assert_int_equal(pantry_said_bytes(&w.s, CHAT_1), pantry_count_bytes(&w.s, CHAT_1));
    stop(&w);
}

/** A chat goes on getting messages while more is stored than may be: each step makes room again. */
static void each_step_is_within_the_limit(void **state) {
    (void)state;
    world w;
    const int64_t limit = 150 * KIB;
    start(&w, ",\"layout\":\"blocks\",\"limits\":{\"bytes\":153600}");
    for (int i = 0; i < 40; i++) {
        fetch(&w, 1 + i % 3, 1 + 50 * (i / 3), 50 + 50 * (i / 3), 300);
        assert_in_range(total(&w), 1, limit);
        assert_int_equal(pantry_stat(&w.s, "totalSize"), total(&w));
        open_and_close(&w, 1 + i % 3);
    }
    stop(&w);
}

static void the_clock_does_not_scramble_the_order(void **state) {
    (void)state;
    world w;
    start(&w, ",\"layout\":\"blocks\"");
    for (int number = 1; number <= 2; number++) fetch(&w, number, 1, 300, 300);
    const int64_t now_ms = w.h.now_ms;
    w.h.now_ms += 10LL * 365 * 24 * 3600 * 1000; /* ten years ahead */
    open_and_close(&w, 1);
    w.h.now_ms = now_ms;
    start_again(&w, ",\"layout\":\"blocks\""); /* and back */
    do_with(&w, "open", 2, "");
    do_with(&w, "close", 2, "");
    set_limit(&w, total(&w) - 1);
    assert_int_equal(pantry_of_chat(&w.s, CHAT_1, "evictedBelow"), 120);
    assert_int_equal(pantry_of_chat(&w.s, CHAT_2, "evictedBelow"), -1);
    stop(&w);
}

/* ---- repair needs room ---- */

static void holes_are_repaired_while_there_is_room(void **state) {
    (void)state;
    world w;
    text more = {0};
    start(&w, ",\"layout\":\"blocks\"");
    fetch(&w, 1, 1, 100, 300);
    fetch_page(&w, 1, 151, 250, 300); /* a hole is left between */
    assert_int_not_equal(host_call(&w.h, "fetchMessages", CHAT_1), 0);
    text_format(&more, ",\"layout\":\"blocks\",\"limits\":{\"bytes\":%lld}", (long long)total(&w));
    start_again(&w, text_z(&more));
    assert_int_equal(host_call(&w.h, "fetchMessages", CHAT_1), 0);
    assert_int_equal(pantry_of_chat(&w.s, CHAT_1, "messageCount"), 200);
    text_free(&more);
    set_limit(&w, MIB);
    assert_int_not_equal(host_call(&w.h, "fetchMessages", CHAT_1), 0);
    stop(&w);
}

/* ---- an item ---- */

static void get_item(world *w, int64_t size) {
    char end[256];
    do_with(w, "mediaGet", 3, ",\"command\":\"7\",\"filename\":\"a.png\"");
    snprintf(
        end, sizeof end,
        "\"status\":200,\"held\":1,\"size\":%lld,\"place\":\"database\",\"sha256\":\"%064d\",\"mimeType\":"
        "\"image/png\"",
        (long long)size, 0);
    pantry_reply(&w->s, &w->h, "fetchMedia", CHAT_3, end, NULL);
}

static void messages_go_for_an_item(void **state) {
    (void)state;
    world w;
    start(&w, ",\"layout\":\"blocks\"");
    for (int number = 1; number <= 2; number++) fetch(&w, number, 1, 300, 300);
    const int64_t limit = total(&w) + 10 * KIB;
    set_limit(&w, limit);
    get_item(&w, 50 * KIB);
    assert_non_null(strstr(host_part(&w.h, "replies"), "\"kept\":true"));
    assert_int_equal(pantry_stat(&w.s, "mediaSize"), 50 * KIB);
    assert_int_equal(pantry_stat(&w.s, "totalSize"), total(&w) + 50 * KIB);
    assert_true(pantry_stat(&w.s, "totalSize") <= limit);
    stop(&w);
}

static void an_item_that_can_not_fit_moves_nothing(void **state) {
    (void)state;
    world w;
    start(&w, ",\"layout\":\"blocks\"");
    fetch(&w, 1, 1, 300, 300);
    fetch(&w, 2, 1, 50, 300);
    set_limit(&w, total(&w));
    do_with(&w, "open", 1, "");
    get_item(&w, 10 * KIB);
    assert_non_null(strstr(host_part(&w.h, "replies"), "\"kept\":false"));
    assert_non_null(strstr(host_part(&w.h, "signals"), "\"notKept\":\"" CHAT_3 ":a.png\""));
    assert_int_equal(pantry_count_messages(&w.s, CHAT_1), 300);
    stop(&w);
}

/* ---- the browser ---- */

typedef struct {
    const char *name;
    const char *answer;
    const char *level; /* that the page is told; NULL: it isn't */
} level_case;

static const level_case levels[] = {
    {"plenty", "\"usage\":799,\"quota\":1000", NULL},
    {"low", "\"usage\":800,\"quota\":1000", "low"},
    {"still low", "\"usage\":949,\"quota\":1000", "low"},
    {"critical", "\"usage\":950,\"quota\":1000", "critical"},
    {"more than there is", "\"usage\":2000,\"quota\":1000", "critical"},
    {"no quota", "\"usage\":2000,\"quota\":0", NULL},
    {"no numbers", "\"persisted\":true", NULL},
};

static void check_level(void **state) {
    const level_case *one = *state;
    host h;
    text end = {0}, expected = {0};
    host_hydrated(&h, "", "");
    text_format(&end, "\"status\":200,%s", one->answer);
    host_reply(&h, "estimateStorage", NULL, text_z(&end), NULL);
    text_format(&expected, "\"type\":\"quota\",\"level\":\"%s\"", one->level ? one->level : "");
    const bool told = strstr(host_part(&h, "signals"), text_z(&expected));
    assert_int_equal(told, one->level != NULL);
    if (!one->level) assert_null(strstr(host_part(&h, "signals"), "quota"));
    text_free(&end);
    text_free(&expected);
    host_stop(&h);
}

static void levels_are_told_when_they_change(void **state) {
    (void)state;
    core l = {.retention = {.level_told = QUOTA_LEVEL_LOW, .level = QUOTA_LEVEL_LOW}};
    retention_pump(&l);
    assert_int_equal(l.plan.signals.size, 0);
    l.retention.level = QUOTA_LEVEL_NORMAL;
    retention_pump(&l);
    assert_int_not_equal(l.plan.signals.size, 0);
    plan_free(&l.plan);
}

/* ---- when the browser is asked ---- */

static bool is_asked(const host *h) {
    return strstr(host_part(h, "calls"), "estimateStorage");
}

static void answer_estimate(host *h, const char *end) {
    host_reply(h, "estimateStorage", NULL, end, NULL);
}

static void it_is_asked_at_the_start(void **state) {
    (void)state;
    host h;
    host_hydrated(&h, "", "");
    assert_true(is_asked(&h));
    host_stop(&h);
}

static void it_is_not_asked_where_nothing_can_be_stored(void **state) {
    (void)state;
    host h;
    host_start(&h, HOST_SEED);
    host_hydrate(&h, "{\"type\":\"hydrate\",\"keeps\":false}", "{\"chat_meta\":[],\"cache_stats\":[]}");
    assert_false(is_asked(&h));
    host_stop(&h);
}

static void write_something(host *h) {
    host_do(h, "{\"type\":\"read\",\"requestId\":\"" CHAT_1 "\",\"upToSequence\":5}", NULL);
}

static void it_is_asked_again_after_a_while(void **state) {
    (void)state;
    host h;
    host_hydrated(&h, "", "");
    answer_estimate(&h, "\"status\":200,\"usage\":1,\"quota\":1000");
    write_something(&h);
    assert_false(is_asked(&h));
    h.now_ms += 300000;
    host_do(&h, "{\"type\":\"deadline\"}", NULL);
    assert_true(is_asked(&h));
    answer_estimate(&h, "\"status\":200,\"usage\":1,\"quota\":1000");
    h.now_ms += 300000;
    host_do(&h, "{\"type\":\"deadline\"}", NULL); /* nothing was written since */
    assert_false(is_asked(&h));
    host_stop(&h);
}

static void it_is_asked_again_after_much(void **state) {
    (void)state;
    core l = {.media = {.keeps = true}, .retention = {.estimates = true, .estimated = true}};
    assert_true(retention_admit(&l, 16 * MIB - 1));
    retention_pump(&l);
    assert_int_equal(l.plan.calls.size, 0);
    assert_true(retention_admit(&l, 1));
    retention_pump(&l);
    assert_int_not_equal(l.plan.calls.size, 0);
    plan_free(&l.plan);
}

static void who_can_not_say_is_not_asked_again(void **state) {
    (void)state;
    host h;
    host_hydrated(&h, "", "");
    answer_estimate(&h, "\"failure\":\"network\"");
    write_something(&h);
    h.now_ms += 600000;
    host_do(&h, "{\"type\":\"deadline\"}", NULL);
    assert_false(is_asked(&h));
    host_stop(&h);
}

/* ---- the limit ---- */

typedef struct {
    const char *name;
    retention r;
    int64_t limit;
    int64_t item;
} limit_case;

static const limit_case limits[] = {
    {"nothing is set", {0}, LIMIT_CACHE_BYTES, LIMIT_CACHE_BYTES / 4},
    {"set", {.limit_bytes = 1000}, 1000, 250},
    {"both are set", {.limit_bytes = 1000, .limit_item_bytes = 700}, 1000, 700},
    {"an item is no larger than all", {.limit_bytes = 1000, .limit_item_bytes = 7000}, 1000, 1000},
    {"the browser leaves less", {.limit_bytes = 1000, .hint_bytes = 600}, 600, 250},
    {"the browser leaves little", {.limit_bytes = 1000, .hint_bytes = 60}, 60, 60},
    {"the browser leaves more", {.limit_bytes = 1000, .hint_bytes = 6000}, 1000, 250},
    {"a transaction was aborted", {.limit_bytes = 1000, .hint_bytes = 600, .learned_bytes = 500}, 500, 250},
};

static void check_limit(void **state) {
    const limit_case *one = *state;
    const core l = {.retention = one->r};
    assert_int_equal(retention_limit(&l), one->limit);
    assert_int_equal(retention_item_limit(&l), one->item);
}

/** What is stored, and nine tenths of what is left beside it. */
static void the_estimate_bounds_the_limit(void **state) {
    (void)state;
    world w;
    start(&w, ",\"layout\":\"blocks\"");
    fetch(&w, 1, 1, 300, 300);
    const int64_t stored = total(&w);
    pantry_reply(&w.s, &w.h, "estimateStorage", NULL, "\"status\":200,\"usage\":9000,\"quota\":10000", NULL);
    char expected[64];
    snprintf(expected, sizeof expected, "\"limit\":%lld,\"total\":%lld", (long long)stored + 900,
             (long long)stored);
    assert_non_null(strstr(host_part(&w.h, "signals"), expected));
    assert_int_equal(pantry_count_messages(&w.s, CHAT_1), 300);
    fetch(&w, 2, 1, 50, 300);
    assert_true(total(&w) <= stored + 900);
    stop(&w);
}

static void a_quota_that_is_exceeded_makes_room(void **state) {
    (void)state;
    world w;
    start(&w, ",\"layout\":\"blocks\"");
    for (int number = 1; number <= 2; number++) fetch(&w, number, 1, 300, 300);
    const int64_t stored = total(&w);
    pantry_do(&w.s, &w.h, "{\"type\":\"quotaExceeded\",\"times\":1}", NULL);
    assert_true(total(&w) <= stored * 75 / 100);
    assert_true(total(&w) > stored * 60 / 100);
    assert_non_null(strstr(host_part(&w.h, "signals"), "\"level\":\"critical\""));
    stop(&w);
}

static void the_second_time_all_goes_that_may(void **state) {
    (void)state;
    world w;
    start(&w, ",\"layout\":\"blocks\"");
    for (int number = 1; number <= 2; number++) fetch(&w, number, 1, 300, 300);
    pantry_do(&w.s, &w.h, "{\"type\":\"quotaExceeded\",\"times\":2}", NULL);
    for (int number = 1; number <= 2; number++)
        assert_int_equal(pantry_count_messages(&w.s, chats[number - 1]), 60);
    stop(&w);
}

/** A browser that says how much it stores was full at that. Messages are not what filled it. */
static void what_a_full_browser_stores_is_learned(void **state) {
    (void)state;
    world w;
    start(&w, ",\"layout\":\"blocks\"");
    fetch(&w, 1, 1, 300, 300);
    const int64_t stored = total(&w);
    for (int times = 1; times <= 3; times++)
        pantry_do(&w.s, &w.h, "{\"type\":\"quotaExceeded\",\"times\":3,\"usage\":20000000}", NULL);
    assert_int_equal(total(&w), stored);
    char expected[64];
    snprintf(expected, sizeof expected, "\"quota\":%lld", 20000000LL - 2000000LL);
    assert_non_null(strstr(host_part(&w.h, "signals"), expected));
    stop(&w);
}

typedef struct {
    const char *name;
    int64_t bytes, usage, lingering;
    bool fits;
} tight_case;

static const tight_case tight[] = {
    {"there is room", 150, 850, 0, true},
    {"there is not", 151, 850, 0, false},
    {"what lingers makes nothing else go", 151, 850, 1, false},
    {"there is more than may be", 1, 1010, 0, false},
};

static void check_tight(void **state) {
    const tight_case *one = *state;
    core l = {.retention = {.learned_quota_bytes = 1000,
                            .quota_bytes = 1000,
                            .usage_bytes = one->usage,
                            .lingering_bytes = one->lingering}};
    assert_int_equal(retention_admit(&l, one->bytes), one->fits);
    assert_true(retention_is_tight(&l));
}

/** What was written since the last estimate counts, and leads to the next one soon. */
static void a_tight_browser_is_asked_again_soon(void **state) {
    (void)state;
    core l = {
        .media = {.keeps = true},
        .retention = {
            .estimates = true, .estimated = true, .learned_quota_bytes = 16 * MIB, .quota_bytes = 16 * MIB}};
    assert_true(retention_admit(&l, MIB - 1));
    retention_pump(&l);
    assert_int_equal(l.plan.calls.size, 0);
    assert_true(retention_admit(&l, 1));
    assert_int_equal(l.retention.usage_bytes, MIB);
    retention_pump(&l);
    assert_int_not_equal(l.plan.calls.size, 0);
    plan_free(&l.plan);
}

/** It holds until a while has passed, and then a little less. */
static void what_was_too_much_is_remembered(void **state) {
    (void)state;
    core l = {.ticks_ms = 300000, .retention = {.learned_bytes = 10 * MIB}};
    event e = {.header = cJSON_Parse("{\"usage\":1,\"quota\":1000000000}")};
    retention_estimated(&l, &e);
    assert_int_equal(retention_limit(&l), 12 * MIB);
    retention_estimated(&l, &e);
    assert_int_equal(retention_limit(&l), 12 * MIB);
    cJSON_Delete((cJSON *)(uintptr_t)e.header);
}

static void that_nothing_more_can_go_is_said_once(void **state) {
    (void)state;
    world w;
    start(&w, ",\"layout\":\"blocks\"");
    fetch(&w, 1, 1, 50, 300);
    set_limit(&w, 1000);
    assert_non_null(strstr(host_part(&w.h, "signals"), "\"type\":\"quota\""));
    do_with(&w, "touch", 1, "");
    assert_null(strstr(host_part(&w.h, "signals"), "\"type\":\"quota\""));
    set_limit(&w, MIB);
    set_limit(&w, 1000);
    assert_non_null(strstr(host_part(&w.h, "signals"), "\"type\":\"quota\""));
    stop(&w);
}

int main(void) {
    const case_table tables[] = {TABLE(victims, check_victims), TABLE(levels, check_level),
                                 TABLE(tight, check_tight), TABLE(limits, check_limit)};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hole_is_left),
        cmocka_unit_test(nobody_fetches_it_by_himself),
        cmocka_unit_test(a_reader_may_have_it),
        cmocka_unit_test(a_hole_that_grows_keeps_its_time),
        cmocka_unit_test(unsent_messages_stay),
        cmocka_unit_test(what_was_to_be_sealed_may_go),
        cmocka_unit_test(each_step_is_within_the_limit),
        cmocka_unit_test(the_clock_does_not_scramble_the_order),
        cmocka_unit_test(holes_are_repaired_while_there_is_room),
        cmocka_unit_test(messages_go_for_an_item),
        cmocka_unit_test(an_item_that_can_not_fit_moves_nothing),
        cmocka_unit_test(levels_are_told_when_they_change),
        cmocka_unit_test(it_is_asked_at_the_start),
        cmocka_unit_test(it_is_not_asked_where_nothing_can_be_stored),
        cmocka_unit_test(it_is_asked_again_after_a_while),
        cmocka_unit_test(it_is_asked_again_after_much),
        cmocka_unit_test(who_can_not_say_is_not_asked_again),
        cmocka_unit_test(the_estimate_bounds_the_limit),
        cmocka_unit_test(a_quota_that_is_exceeded_makes_room),
        cmocka_unit_test(what_a_full_browser_stores_is_learned),
        cmocka_unit_test(a_tight_browser_is_asked_again_soon),
        cmocka_unit_test(the_second_time_all_goes_that_may),
        cmocka_unit_test(what_was_too_much_is_remembered),
        cmocka_unit_test(that_nothing_more_can_go_is_said_once),
    };
    return run_tables("victims, levels and limits", tables, COUNT(tables)) +
           cmocka_run_group_tests_name("retention", tests, NULL, NULL);
}
