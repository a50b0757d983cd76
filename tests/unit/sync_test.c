#include <stdio.h>
#include <string.h>

#include "gen/schema.h"
#include "host.h"

/* ---- words for what happens ---- */

#define OK          "\"status\":200"
#define NO_MESSAGES "{\"messages\":[],\"covers\":null,\"lastSequence\":10,\"revision\":\"r10\"}"
#define NO_CHATS    "{\"chats\":[],\"cursor\":\"c\",\"hasMore\":false}"

/** A core that knows chats 1 to `count`, each up to 10 at revision r10; the later ones were opened later. */
static void knows(host *h, int count) {
    text rows = {0};
    for (int i = 1; i <= count; i++) {
        char id[ID_BYTES];
        text_format(&rows, "%s{\"requestId\":\"%s\",\"lastSyncedSequence\":10,\"serverRevision\":\"r10\",",
                    i > 1 ? "," : "", chat_id(id, i));
        text_format(&rows, "\"lastSyncedAt\":%lld,\"lastAccessedAt\":%d}", START_MS - 1000, i);
    }
    host_hydrated(h, text_z(&rows), "{\"key\":\"sync\",\"chatsCursor\":\"c\"}");
    text_free(&rows);
}

/** As `knows`, and the list is caught up with. */
static void knows_all(host *h, int count) {
    knows(h, count);
    host_reply(h, "fetchChats", NULL, OK, NO_CHATS);
}

/** As `knows_all`, for so long that the next signal is followed at once. */
static void has_known_all(host *h, int count) {
    knows_all(h, count);
    h->now_ms += LIMIT_LIST_PAUSE_MS;
}

static int of_chat(host *h, const char *type, const char *more, int chat) {
    char header[256], id[ID_BYTES];
    snprintf(header, sizeof header, "{\"type\":\"%s\",\"requestId\":\"%s\"%s}", type, chat_id(id, chat),
             more);
    return host_do(h, header, NULL);
}

static int opens(host *h, int chat) {
    return of_chat(h, "open", "", chat);
}

static int hears_of(host *h, int chat, const char *revision) {
    char more[64];
    snprintf(more, sizeof more, ",\"revision\":\"%s\"", revision);
    return of_chat(h, "signal", more, chat);
}

/** The list says that chats 1 to `count` are at 12, revision r12. */
static int lists(host *h, int count) {
    text body = {0};
    text_raw(&body, "{\"chats\":[");
    for (int i = 1; i <= count; i++) {
        char id[ID_BYTES];
        text_comma(&body);
        text_format(&body, "{\"requestId\":\"%s\",\"lastSequence\":12,\"revision\":\"r12\"}", chat_id(id, i));
    }
    text_raw(&body, "],\"cursor\":\"c2\",\"hasMore\":false}");
    const int result = host_reply(h, "fetchChats", NULL, OK, text_z(&body));
    text_free(&body);
    return result;
}

static int answers(host *h, int chat, const char *end, const char *body) {
    char id[ID_BYTES];
    return host_reply(h, "fetchMessages", chat_id(id, chat), end, body);
}

/** A delta up to 12, revision r12; nothing is left of the new messages. */
static int brings(host *h, int chat) {
    return answers(
        h, chat, OK,
        "{\"messages\":[],\"covers\":{\"from\":11,\"to\":12},\"lastSequence\":12,\"revision\":\"r12\"}");
}

static int does(host *h, const char *header) {
    return host_do(h, header, NULL);
}

static int64_t deadline_in_ms(const host *h) {
    const cJSON *deadline = cJSON_GetObjectItem(h->plan, "deadline");
    return cJSON_IsNull(deadline) ? -1 : (int64_t)deadline->valuedouble - h->now_ms;
}

static int waits(host *h, int64_t ms) {
    h->now_ms += ms;
    return does(h, "{\"type\":\"deadline\"}");
}

static void assert_calls(const host *h, const char *expected) {
    assert_string_equal(host_calls(h), expected);
}

static void assert_replies(const host *h, const char *expected) {
    assert_string_equal(host_part(h, "replies"), expected);
}

static bool signals(const host *h, const char *signal) {
    return strstr(host_part(h, "signals"), signal) != NULL;
}

/** The state that the page is told of a chat; "" when it is told nothing. */
static const char *told_state(const host *h, int chat) {
    char id[ID_BYTES];
    const cJSON *signal;
    chat_id(id, chat);
    cJSON_ArrayForEach(signal, cJSON_GetObjectItem(h->plan, "signals")) {
        const char *of = cJSON_GetStringValue(cJSON_GetObjectItem(signal, "requestId"));
        const char *state = cJSON_GetStringValue(cJSON_GetObjectItem(signal, "state"));
        if (of && state && strcmp(of, id) == 0) return state;
    }
    return "";
}

/* ---- what is called when ---- */

static void list_first_then_what_moved(void **state) {
    (void)state;
    host h;
    knows(&h, 3);
    assert_calls(&h, "stream; list from c");
    lists(&h, 2);
    assert_calls(&h, "chat 2 after 10 since r10; chat 1 after 10 since r10");
    brings(&h, 1);
    brings(&h, 2);
    assert_calls(&h, "");
    assert_int_equal(deadline_in_ms(&h), -1);
    host_stop(&h);
}

static void open_chats_go_first_and_four_at_once(void **state) {
    (void)state;
    host h;
    has_known_all(&h, 9);
    opens(&h, 3);
    does(&h, "{\"type\":\"signal\"}");
    lists(&h, 9);
    assert_calls(&h, "chat 3 after 10 since r10; chat 9 after 10 since r10; chat 8 after 10 since r10; "
                     "chat 7 after 10 since r10");
    brings(&h, 8);
    assert_calls(&h, "chat 6 after 10 since r10");
    opens(&h, 1);
    assert_calls(&h, "");
    brings(&h, 9);
    assert_calls(&h, "chat 1 after 10 since r10");
    brings(&h, 3);
    brings(&h, 1);
    brings(&h, 6);
    brings(&h, 7);
    brings(&h, 5);
    brings(&h, 4);
    assert_calls(&h, "");
    brings(&h, 2);
    assert_calls(&h, "");
    host_stop(&h);
}

static void more_than_one_page_of_the_list(void **state) {
    (void)state;
    host h;
    knows(&h, 0);
    host_reply(&h, "fetchChats", NULL, OK, "{\"chats\":[],\"cursor\":\"c1\",\"hasMore\":true}");
    assert_calls(&h, "list from c1");
    host_reply(&h, "fetchChats", NULL, OK, "{\"chats\":[],\"cursor\":\"c2\",\"hasMore\":true}");
    assert_calls(&h, "list from c2");
    host_reply(&h, "fetchChats", NULL, OK, "{\"chats\":[],\"cursor\":\"c3\",\"hasMore\":false}");
    assert_calls(&h, "");
    host_stop(&h);
}

static void a_delta_that_is_not_all_is_followed_by_another(void **state) {
    (void)state;
    host h;
    knows_all(&h, 1);
    of_chat(&h, "sync", ",\"command\":\"1\"", 1);
    answers(&h, 1, OK,
            "{\"messages\":[],\"covers\":{\"from\":11,\"to\":15},\"lastSequence\":20,\"revision\":\"r15\"}");
    assert_calls(&h, "chat 1 after 15 since r15");
    answers(&h, 1, OK, "{\"messages\":[],\"covers\":null,\"lastSequence\":20,\"revision\":\"r15\"}");
    assert_calls(&h, "");
    host_stop(&h);
}

static void a_thousand_signals_make_two_calls(void **state) {
    (void)state;
    host h;
    int calls = 0;
    has_known_all(&h, 1);
    opens(&h, 1);
    for (int i = 0; i < 1000; i++) {
        hears_of(&h, 1, "r12");
        calls += strstr(host_calls(&h), "chat 1") != NULL;
    }
    lists(&h, 1);
    calls += strstr(host_calls(&h), "chat 1") != NULL;
    for (int i = 0; i < 2; i++) {
        if (host_call(&h, "fetchMessages", CHAT_1)) brings(&h, 1);
        calls += strstr(host_calls(&h), "chat 1") != NULL;
    }
    assert_in_range(calls, 1, 2);
    assert_int_equal(host_call(&h, "fetchMessages", CHAT_1), 0);
    host_stop(&h);
}

static void one_signal_makes_one_call_when_the_list_says_the_same(void **state) {
    (void)state;
    host h;
    has_known_all(&h, 1);
    opens(&h, 1);
    hears_of(&h, 1, "r12");
    assert_calls(&h, "list from c; chat 1 after 10 since r10");
    lists(&h, 1);
    assert_calls(&h, "");
    brings(&h, 1);
    assert_calls(&h, "");
    host_stop(&h);
}

static void what_a_delta_does_not_reach_is_asked_again(void **state) {
    (void)state;
    host h;
    knows_all(&h, 1);
    opens(&h, 1);
    hears_of(&h, 1, "r12");
    hears_of(&h, 1, "r13");
    brings(&h, 1);
    assert_calls(&h, "chat 1 after 12 since r12");
    brings(&h, 1);
    assert_calls(&h, "");
    host_stop(&h);
}

static void a_signal_for_what_is_known_asks_for_the_list_alone(void **state) {
    (void)state;
    host h;
    has_known_all(&h, 2);
    opens(&h, 1);
    hears_of(&h, 1, "r10");
    assert_calls(&h, "list from c");
    hears_of(&h, 2, "r12");
    assert_calls(&h, "");
    assert_string_equal(told_state(&h, 2), "STALE");
    hears_of(&h, 77, "r1");
    assert_calls(&h, "");
    host_reply(&h, "fetchChats", NULL, OK, NO_CHATS);
    assert_calls(&h, "");
    waits(&h, LIMIT_LIST_QUIET_MS);
    assert_calls(&h, "list from c");
    host_stop(&h);
}

static void signals_upon_signals_wait_for_a_pause(void **state) {
    (void)state;
    enum { STEP_MS = 5, WAITS = LIMIT_LIST_PAUSE_MS / STEP_MS };
    host h;
    has_known_all(&h, 2);
    hears_of(&h, 1, "r11");
    assert_calls(&h, "list from c");
    host_reply(&h, "fetchChats", NULL, OK, NO_CHATS);
    for (int i = 1; i < WAITS; i++) {
        h.now_ms += STEP_MS;
        hears_of(&h, 1, "r11");
        assert_calls(&h, "");
    }
    assert_int_equal(deadline_in_ms(&h), STEP_MS);
    waits(&h, STEP_MS);
    assert_calls(&h, "list from c");
    host_reply(&h, "fetchChats", NULL, OK, NO_CHATS);
    hears_of(&h, 2, "r11");
    assert_int_equal(deadline_in_ms(&h), LIMIT_LIST_QUIET_MS);
    does(&h, "{\"type\":\"sync\",\"command\":\"1\"}");
    assert_calls(&h, "list from c");
    host_stop(&h);
}

/* ---- waiters ---- */

static void a_command_waits_for_a_call_that_leaves_after_it(void **state) {
    (void)state;
    host h;
    knows_all(&h, 1);
    of_chat(&h, "sync", ",\"command\":\"1\"", 1);
    assert_calls(&h, "chat 1 after 10 since r10");
    assert_replies(&h, "[]");
    of_chat(&h, "sync", ",\"command\":\"2\"", 1);
    of_chat(&h, "sync", ",\"command\":\"3\"", 1);
    assert_calls(&h, "");
    answers(&h, 1, OK, NO_MESSAGES);
    assert_calls(&h, "chat 1 after 10 since r10");
    assert_replies(&h, "[{\"command\":\"1\"}]");
    answers(&h, 1, OK, NO_MESSAGES);
    assert_calls(&h, "");
    assert_replies(&h, "[{\"command\":\"3\"},{\"command\":\"2\"}]");
    waits(&h, 100000);
    assert_replies(&h, "[]");
    host_stop(&h);
}

static void sync_of_everything_waits_for_the_list_and_what_moved(void **state) {
    (void)state;
    host h;
    knows(&h, 2);
    does(&h, "{\"type\":\"sync\",\"command\":\"1\"}");
    assert_replies(&h, "[]");
    lists(&h, 2);
    assert_calls(&h, "list from c2; chat 2 after 10 since r10; chat 1 after 10 since r10");
    host_reply(&h, "fetchChats", NULL, OK, "{\"chats\":[],\"cursor\":\"c2\"}");
    brings(&h, 1);
    assert_replies(&h, "[]");
    brings(&h, 2);
    assert_replies(&h, "[{\"command\":\"1\"}]");
    host_stop(&h);
}

static void sync_of_everything_tries_again_what_has_failed(void **state) {
    (void)state;
    host h;
    knows_all(&h, 1);
    of_chat(&h, "sync", ",\"command\":\"1\"", 1);
    answers(&h, 1, "\"status\":503,\"retryAfter\":\"200\"", NULL);
    does(&h, "{\"type\":\"sync\",\"command\":\"2\"}");
    assert_calls(&h, "list from c; chat 1 after 10 since r10");
    host_reply(&h, "fetchChats", NULL, OK, NO_CHATS);
    assert_replies(&h, "[]");
    answers(&h, 1, OK, NO_MESSAGES);
    assert_replies(&h, "[{\"command\":\"2\"}]");
    host_stop(&h);
}

static void a_failure_is_told_to_whoever_waits_for_it(void **state) {
    (void)state;
    host h;
    knows_all(&h, 2);
    of_chat(&h, "sync", ",\"command\":\"1\"", 1);
    of_chat(&h, "sync", ",\"command\":\"2\"", 2);
    does(&h, "{\"type\":\"sync\",\"command\":\"all\"}");
    answers(&h, 1, "\"status\":403,\"reason\":\"Not yours.\"", NULL);
    assert_replies(&h, "[{\"command\":\"1\",\"code\":\"rejected\",\"reason\":\"Not yours.\"},"
                       "{\"command\":\"all\",\"code\":\"rejected\",\"reason\":\"Not yours.\"}]");
    answers(&h, 2, OK, NO_MESSAGES);
    assert_replies(&h, "[{\"command\":\"2\"}]");
    host_stop(&h);
}

static void without_a_network_nobody_waits(void **state) {
    (void)state;
    host h;
    knows_all(&h, 1);
    of_chat(&h, "sync", ",\"command\":\"1\"", 1);
    does(&h, "{\"type\":\"sync\",\"command\":\"all\"}");
    does(&h, "{\"type\":\"connectivity\",\"online\":false}");
    assert_replies(&h,
                   "[{\"command\":\"all\",\"code\":\"offline\"},{\"command\":\"1\",\"code\":\"offline\"}]");
    assert_true(signals(&h, "{\"type\":\"connection\",\"state\":\"offline\"}"));
    assert_int_equal(deadline_in_ms(&h), -1);
    answers(&h, 1, "\"failure\":\"network\"", NULL);
    assert_replies(&h, "[]");
    host_stop(&h);
}

/* ---- gaps ---- */

/** Chat 1 has messages up to 1000, a hole from 101 to 900, and none below 51. */
static void knows_a_hole(host *h) {
    host_hydrated(h,
                  "{\"requestId\":\"" CHAT_1 "\",\"lastSyncedSequence\":1000,\"lastSyncedAt\":1768553000000,"
                  "\"serverRevision\":\"r\",\"knownGaps\":[{\"startSeq\":1,\"endSeq\":50,\"detectedAt\":1},"
                  "{\"startSeq\":101,\"endSeq\":900,\"detectedAt\":1}]}",
                  "{\"key\":\"sync\",\"chatsCursor\":\"c\"}");
}

static void covers(host *h, int from, int to) {
    char body[128];
    snprintf(body, sizeof body, "{\"messages\":[],\"covers\":{\"from\":%d,\"to\":%d},\"lastSequence\":1000}",
             from, to);
    answers(h, 1, OK, body);
}

static void a_refused_chat_is_asked_again_once_it_answers(void **state) {
    (void)state;
    host h;
    knows_a_hole(&h);
    host_reply(&h, "fetchChats", NULL, OK, NO_CHATS);
    of_chat(&h, "sync", ",\"command\":\"1\"", 1);
    answers(&h, 1, "\"status\":403", NULL);
    assert_calls(&h, "");
    of_chat(&h, "fill", ",\"command\":\"2\",\"startSeq\":890,\"endSeq\":900", 1);
    covers(&h, 890, 900);
    assert_calls(&h, "chat 1 after 1000 since r");
    host_stop(&h);
}

/** How many of the plan's calls may leave before the commit. */
static int count_eager(const host *h) {
    int count = 0;
    for (const char *at = host_part(h, "calls"); (at = strstr(at, "\"eager\":true")); at++) count++;
    return count;
}

/** The list says that chats 1 to `count` are at `last`. */
static void lists_up_to(host *h, int count, int last) {
    text body = {0};
    text_raw(&body, "{\"chats\":[");
    for (int i = 1; i <= count; i++) {
        char id[ID_BYTES];
        text_comma(&body);
        text_format(&body, "{\"requestId\":\"%s\",\"lastSequence\":%d,\"revision\":\"r99\"}", chat_id(id, i),
                    last);
    }
    text_raw(&body, "],\"cursor\":\"c2\",\"hasMore\":false}");
    host_reply(h, "fetchChats", NULL, OK, text_z(&body));
    text_free(&body);
}

static void many_calls_need_not_wait_for_the_commit(void **state) {
    (void)state;
    static const struct { int chats, last, eager; } cases[] = {{6, 90, 3}, {6, 12, 3}, {4, 90, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        host h;
        knows(&h, cases[i].chats);
        opens(&h, 1); /* whoever looks at a chat sees at once what has come */
        lists_up_to(&h, cases[i].chats, cases[i].last);
        assert_int_equal(count_eager(&h), cases[i].eager);
        host_stop(&h);
    }
}

static void a_list_from_a_cursor_that_was_never_stored_is_not_built_upon(void **state) {
    (void)state;
    host h;
    knows(&h, 1);
    host_do(&h,
            "{\"type\":\"reply\",\"status\":200,\"call\":{\"id\":1,\"method\":\"fetchChats\","
            "\"params\":{\"cursor\":\"lost\",\"limit\":200}}}",
            "{\"chats\":[],\"cursor\":\"later\",\"hasMore\":false}");
    assert_string_equal(host_part(&h, "writes"), "[]");
    host_stop(&h);
}

static void a_fill_asks_for_the_hole_in_its_range(void **state) {
    (void)state;
    host h;
    knows_a_hole(&h);
    of_chat(&h, "fill", ",\"command\":\"1\",\"startSeq\":40,\"endSeq\":300", 1);
    assert_calls(&h, "chat 1 from 101 to 300");
    covers(&h, 101, 300);
    assert_replies(&h, "[{\"command\":\"1\"}]");
    of_chat(&h, "fill", ",\"command\":\"2\",\"startSeq\":40,\"endSeq\":300", 1);
    assert_calls(&h, "chat 1 from 40 to 50");
    covers(&h, 40, 50);
    assert_replies(&h, "[{\"command\":\"2\"}]");
    of_chat(&h, "fill", ",\"command\":\"3\",\"startSeq\":40,\"endSeq\":300", 1);
    assert_calls(&h, "");
    assert_replies(&h, "[{\"command\":\"3\"}]");
    host_stop(&h);
}

static void holes_are_repaired_when_idle_from_above(void **state) {
    (void)state;
    host h;
    knows_a_hole(&h);
    assert_calls(&h, "stream; list from c");
    host_reply(&h, "fetchChats", NULL, OK, NO_CHATS);
    assert_calls(&h, "chat 1 from 101 to 900");
    covers(&h, 401, 900);
    assert_calls(&h, "chat 1 from 101 to 400");
    h.now_ms += LIMIT_LIST_PAUSE_MS;
    does(&h, "{\"type\":\"signal\"}");
    assert_calls(&h, "list from c");
    covers(&h, 201, 400);
    assert_calls(&h, "");
    host_reply(&h, "fetchChats", NULL, OK, NO_CHATS);
    assert_calls(&h, "chat 1 from 101 to 200");
    covers(&h, 101, 200);
    assert_calls(&h, "");
    host_stop(&h);
}

static void a_repair_that_repairs_nothing_is_not_repeated(void **state) {
    (void)state;
    host h;
    knows_a_hole(&h);
    host_reply(&h, "fetchChats", NULL, OK, NO_CHATS);
    assert_calls(&h, "chat 1 from 101 to 900");
    answers(&h, 1, OK, "{\"messages\":[],\"covers\":null,\"lastSequence\":1000}");
    assert_calls(&h, "");
    assert_int_equal(deadline_in_ms(&h), -1);
    host_stop(&h);
}

static void two_fills_are_two_calls_unless_they_meet(void **state) {
    (void)state;
    host h;
    knows_a_hole(&h);
    of_chat(&h, "sync", ",\"command\":\"0\"", 1);
    of_chat(&h, "fill", ",\"command\":\"1\",\"startSeq\":600,\"endSeq\":700", 1);
    of_chat(&h, "fill", ",\"command\":\"2\",\"startSeq\":101,\"endSeq\":200", 1);
    of_chat(&h, "fill", ",\"command\":\"3\",\"startSeq\":650,\"endSeq\":800", 1);
    answers(&h, 1, OK, "{\"messages\":[],\"covers\":null,\"lastSequence\":1000,\"revision\":\"r\"}");
    assert_replies(&h, "[{\"command\":\"0\"}]");
    assert_calls(&h, "chat 1 from 600 to 700");
    covers(&h, 600, 700);
    assert_replies(&h, "[{\"command\":\"3\"},{\"command\":\"1\"}]");
    assert_calls(&h, "chat 1 from 101 to 200");
    covers(&h, 101, 200);
    assert_replies(&h, "[{\"command\":\"2\"}]");
    assert_calls(&h, "");
    host_stop(&h);
}

static void a_repair_makes_nobody_wait(void **state) {
    (void)state;
    host h;
    knows_a_hole(&h);
    does(&h, "{\"type\":\"sync\",\"command\":\"1\"}");
    host_reply(&h, "fetchChats", NULL, OK, NO_CHATS);
    assert_calls(&h, "list from c");
    host_reply(&h, "fetchChats", NULL, OK, NO_CHATS);
    assert_calls(&h, "chat 1 from 101 to 900");
    assert_replies(&h, "[{\"command\":\"1\"}]");
    of_chat(&h, "fill", ",\"command\":\"2\",\"startSeq\":101,\"endSeq\":200", 1);
    assert_calls(&h, "");
    covers(&h, 101, 900);
    assert_replies(&h, "[{\"command\":\"2\"}]");
    host_stop(&h);
}

/* ---- failures ---- */

static void what_fails_is_tried_again_after_growing_waits(void **state) {
    (void)state;
    static const int64_t most_ms[] = {1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000, 60000};
    host h;
    knows_all(&h, 1);
    of_chat(&h, "sync", ",\"command\":\"1\"", 1);
    for (size_t i = 0; i < COUNT(most_ms); i++) {
        answers(&h, 1, "\"status\":500", NULL);
        assert_string_equal(host_errors(&h), "server");
        assert_calls(&h, "");
        const int64_t wait_ms = deadline_in_ms(&h);
        assert_in_range(wait_ms, 1, most_ms[i]);
        waits(&h, wait_ms - 1);
        assert_calls(&h, "");
        assert_int_equal(deadline_in_ms(&h), 1);
        waits(&h, 1);
        assert_calls(&h, "chat 1 after 10 since r10");
    }
    answers(&h, 1, OK, NO_MESSAGES);
    of_chat(&h, "sync", ",\"command\":\"2\"", 1);
    answers(&h, 1, "\"status\":500", NULL);
    assert_in_range(deadline_in_ms(&h), 1, most_ms[0]);
    host_stop(&h);
}

static void a_clock_that_is_set_back_does_not_stop_the_waits(void **state) {
    (void)state;
    host h;
    knows_all(&h, 1);
    of_chat(&h, "sync", ",\"command\":\"1\"", 1);
    answers(&h, 1, "\"status\":500", NULL);
    const int64_t wait_ms = deadline_in_ms(&h);
    waits(&h, -3600000);
    assert_int_equal(deadline_in_ms(&h), wait_ms);
    waits(&h, wait_ms);
    assert_calls(&h, "chat 1 after 10 since r10");
    host_stop(&h);
}

typedef struct {
    const char *name;
    const char *end;
    int64_t least_ms; /* of the wait; -1: it isn't tried again */
    const char *code;
} end_case;

static const end_case ends[] = {
    {"500", "\"status\":500", 1, "server"},
    {"429 with Retry-After", "\"status\":429,\"retryAfter\":\"90\"", 90000, "rate_limited"},
    {"503 with a date", "\"status\":503,\"retryAfter\":\"Fri, 16 Jan 2026 09:02:00 GMT\"", 120000, "server"},
    {"503 with a wait of a year", "\"status\":503,\"retryAfter\":\"31536000\"", 300000, "server"},
    {"408", "\"status\":408", 1, "timeout"},
    {"400", "\"status\":400", -1, "rejected"},
    {"404", "\"status\":404,\"retryAfter\":\"5\"", -1, "rejected"},
};

static void check_end_of_list(void **state) {
    const end_case *one = *state;
    host h;
    knows(&h, 1);
    host_reply(&h, "fetchChats", NULL, one->end, NULL);
    assert_string_equal(host_errors(&h), one->code);
    if (one->least_ms < 0) assert_int_equal(deadline_in_ms(&h), -1);
    else assert_true(deadline_in_ms(&h) >= one->least_ms);
    host_stop(&h);
}

static void check_end_of_chat(void **state) {
    const end_case *one = *state;
    host h;
    knows_all(&h, 1);
    of_chat(&h, "sync", ",\"command\":\"1\"", 1);
    answers(&h, 1, one->end, NULL);
    assert_string_equal(host_errors(&h), one->code);
    assert_string_equal(told_state(&h, 1), "FAILED");
    if (one->least_ms < 0) assert_int_equal(deadline_in_ms(&h), -1);
    else assert_true(deadline_in_ms(&h) >= one->least_ms);
    of_chat(&h, "sync", ",\"command\":\"2\"", 1);
    assert_calls(&h, "chat 1 after 10 since r10");
    host_stop(&h);
}

static void an_answer_that_is_no_page_is_a_failure(void **state) {
    (void)state;
    host h;
    knows_all(&h, 1);
    of_chat(&h, "sync", ",\"command\":\"1\"", 1);
    answers(&h, 1, OK, "<!doctype html>");
    assert_replies(&h, "[{\"command\":\"1\",\"code\":\"body_syntax\"}]");
    assert_in_range(deadline_in_ms(&h), 1, 1000);
    waits(&h, 1000);
    answers(&h, 1, OK, "{\"messages\":[],\"lastSequence\":\"10\"}");
    assert_true(
        signals(&h, "\"code\":\"field_type\",\"requestId\":\"" CHAT_1 "\",\"path\":\"lastSequence\""));
    assert_in_range(deadline_in_ms(&h), 1, 2000);
    host_stop(&h);
}

static void when_the_network_is_gone_only_the_list_is_tried(void **state) {
    (void)state;
    host h;
    has_known_all(&h, 3);
    opens(&h, 1);
    hears_of(&h, 1, "r12");
    assert_calls(&h, "list from c; chat 1 after 10 since r10");
    answers(&h, 1, "\"failure\":\"network\"", NULL);
    assert_true(signals(&h, "{\"type\":\"connection\",\"state\":\"offline\"}"));
    host_reply(&h, "fetchChats", NULL, "\"failure\":\"network\"", NULL);
    host_reply(&h, "subscribe", NULL, "\"failure\":\"network\"", NULL);
    const int64_t wait_ms = deadline_in_ms(&h);
    assert_in_range(wait_ms, 1, 1000);
    waits(&h, 100000);
    assert_calls(&h, "list from c");
    host_reply(&h, "fetchChats", NULL, OK, NO_CHATS);
    assert_true(signals(&h, "{\"type\":\"connection\",\"state\":\"online\"}"));
    assert_calls(&h, "stream; list from c; chat 1 after 10 since r10");
    host_stop(&h);
}

static void whoever_waits_is_tried_without_a_network_too(void **state) {
    (void)state;
    host h;
    has_known_all(&h, 1);
    does(&h, "{\"type\":\"signal\"}");
    host_reply(&h, "fetchChats", NULL, "\"failure\":\"timeout\"", NULL);
    of_chat(&h, "sync", ",\"command\":\"1\"", 1);
    assert_calls(&h, "chat 1 after 10 since r10");
    answers(&h, 1, OK, NO_MESSAGES);
    assert_replies(&h, "[{\"command\":\"1\"}]");
    assert_calls(&h, "list from c");
    host_stop(&h);
}

static void online_again_forgets_the_waits(void **state) {
    (void)state;
    host h;
    knows_all(&h, 1);
    of_chat(&h, "sync", ",\"command\":\"1\"", 1);
    answers(&h, 1, "\"status\":503,\"retryAfter\":\"200\"", NULL);
    assert_int_equal(deadline_in_ms(&h), 200000);
    does(&h, "{\"type\":\"connectivity\",\"online\":false}");
    assert_int_equal(deadline_in_ms(&h), -1);
    does(&h, "{\"type\":\"connectivity\",\"online\":true}");
    assert_calls(&h, "list from c; chat 1 after 10 since r10");
    host_stop(&h);
}

static void without_credentials_nothing_is_sent(void **state) {
    (void)state;
    host h;
    knows_all(&h, 2);
    of_chat(&h, "sync", ",\"command\":\"1\"", 1);
    of_chat(&h, "sync", ",\"command\":\"2\"", 2);
    answers(&h, 1, "\"status\":401", NULL);
    assert_true(signals(&h, "{\"type\":\"auth\"}"));
    assert_replies(&h, "[{\"command\":\"1\",\"code\":\"auth\"}]");
    answers(&h, 2, "\"status\":401", NULL);
    assert_false(signals(&h, "{\"type\":\"auth\"}"));
    does(&h, "{\"type\":\"connectivity\",\"online\":true}");
    hears_of(&h, 1, "r99");
    waits(&h, 1000000);
    assert_calls(&h, "");
    assert_int_equal(deadline_in_ms(&h), -1);
    does(&h, "{\"type\":\"credentials\"}");
    assert_calls(&h, "list from c; chat 2 after 10 since r10; chat 1 after 10 since r10");
    host_stop(&h);
}

static void calls_of_another_core_do_not_count(void **state) {
    (void)state;
    host h;
    knows_all(&h, 2);
    of_chat(&h, "sync", ",\"command\":\"1\"", 1);
    does(&h, "{\"type\":\"reply\",\"call\":{\"id\":99,\"method\":\"fetchMessages\",\"params\":{\"requestId\":"
             "\"" CHAT_1 "\"}},\"status\":500}");
    assert_string_equal(host_errors(&h), "server");
    assert_replies(&h, "[]");
    assert_int_equal(deadline_in_ms(&h), -1);
    does(&h,
         "{\"type\":\"reply\",\"call\":{\"id\":0,\"method\":\"fetchChats\",\"params\":{}},\"status\":401}");
    assert_false(signals(&h, "{\"type\":\"auth\"}"));
    host_do(
        &h,
        "{\"type\":\"reply\",\"call\":{\"id\":98,\"method\":\"fetchChats\",\"params\":{}},\"status\":200}",
        "{\"chats\":[],\"cursor\":\"c9\",\"hasMore\":true}");
    assert_calls(&h, "");
    answers(&h, 1, OK, NO_MESSAGES);
    assert_replies(&h, "[{\"command\":\"1\"}]");
    host_stop(&h);
}

/** A call of a core before this one that brings a reset says nothing of the calls that this one makes. */
static void a_reset_by_another_core_makes_nobody_wait_for_ever(void **state) {
    (void)state;
    host h;
    knows_all(&h, 1);
    host_do(
        &h,
        "{\"type\":\"reply\",\"call\":{\"id\":99,\"method\":\"fetchMessages\",\"params\":{\"requestId\":"
        "\"" CHAT_1 "\",\"afterSequence\":10,\"sinceRevision\":\"r10\"}},\"status\":200}",
        "{\"messages\":[],\"covers\":null,\"lastSequence\":10,\"revision\":\"r10\",\"resetRequired\":true}");
    assert_calls(&h, "chat 1 newest 50");
    answers(&h, 1, "\"status\":503", NULL);
    of_chat(&h, "sync", ",\"command\":\"1\"", 1);
    assert_calls(&h, "chat 1 newest 50");
    answers(&h, 1, OK, NO_MESSAGES);
    assert_replies(&h, "[{\"command\":\"1\"}]");
    host_stop(&h);
}

/* ---- the stream of signals ---- */

static void a_stream_that_ends_is_opened_again(void **state) {
    (void)state;
    host h;
    knows_all(&h, 0);
    host_reply(&h, "subscribe", NULL, OK, NULL);
    assert_in_range(deadline_in_ms(&h), 1, 1000);
    waits(&h, 1000);
    assert_calls(&h, "stream");
    host_reply(&h, "subscribe", NULL, "\"status\":502", NULL);
    assert_string_equal(host_errors(&h), "");
    waits(&h, 1000);
    assert_calls(&h, "stream");
    host_reply(&h, "subscribe", NULL, "\"status\":502", NULL);
    assert_in_range(deadline_in_ms(&h), 1, 2000);
    host_stop(&h);
}

static void a_stream_opens_at_once_with_new_credentials(void **state) {
    (void)state;
    host h;
    knows_all(&h, 0);
    host_reply(&h, "subscribe", NULL, "\"status\":401", NULL);
    does(&h, "{\"type\":\"credentials\"}");
    assert_calls(&h, "stream");
    host_stop(&h);
}

static void a_stream_that_the_server_has_not_is_not_asked_for_again(void **state) {
    (void)state;
    host h;
    knows_all(&h, 0);
    host_reply(&h, "subscribe", NULL, "\"status\":404", NULL);
    assert_int_equal(deadline_in_ms(&h), -1);
    waits(&h, 1000000);
    assert_calls(&h, "");
    host_stop(&h);
}

/* ---- states, as the page is told ---- */

static void the_list_makes_chats_stale_or_not(void **state) {
    (void)state;
    host h;
    knows(&h, 2);
    opens(&h, 1);
    answers(&h, 1, OK, NO_MESSAGES);
    assert_string_equal(told_state(&h, 1), "STALE");
    host_reply(&h, "fetchChats", NULL, OK, NO_CHATS);
    assert_string_equal(told_state(&h, 1), "SYNCED");
    assert_string_equal(told_state(&h, 2), "SYNCED");
    does(&h, "{\"type\":\"connectivity\",\"online\":false}");
    assert_string_equal(told_state(&h, 1), "STALE");
    host_stop(&h);
}

static void every_transition_of_a_chat(void **state) {
    (void)state;
    host h;
    knows(&h, 0);
    lists(&h, 1);
    assert_string_equal(told_state(&h, 1), "INITIAL");
    opens(&h, 1);
    assert_string_equal(told_state(&h, 1), "SYNCING");
    answers(&h, 1, "\"status\":500", NULL);
    assert_string_equal(told_state(&h, 1), "FAILED");
    waits(&h, 1000);
    assert_string_equal(told_state(&h, 1), "SYNCING");
    answers(&h, 1, OK,
            "{\"messages\":[],\"covers\":{\"from\":3,\"to\":12},\"lastSequence\":12,\"revision\":\"r12\"}");
    assert_string_equal(told_state(&h, 1), "SYNCED");
    of_chat(&h, "close", "", 1);
    hears_of(&h, 1, "r50");
    assert_string_equal(told_state(&h, 1), "STALE");
    opens(&h, 1);
    assert_string_equal(told_state(&h, 1), "RESYNCING");
    answers(&h, 1, OK,
            "{\"messages\":[],\"covers\":{\"from\":40,\"to\":50},\"lastSequence\":50,\"revision\":\"r50\"}");
    assert_string_equal(told_state(&h, 1), "GAP_DETECTED");
    h.now_ms += LIMIT_CHAT_EXPIRES_MS + 1;
    of_chat(&h, "touch", "", 1);
    assert_string_equal(told_state(&h, 1), "EXPIRED");
    opens(&h, 1);
    assert_string_equal(told_state(&h, 1), "RESYNCING");
    host_stop(&h);
}

int main(void) {
    const case_table tables[] = {TABLE(ends, check_end_of_list), TABLE(ends, check_end_of_chat)};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(list_first_then_what_moved),
        cmocka_unit_test(open_chats_go_first_and_four_at_once),
        cmocka_unit_test(more_than_one_page_of_the_list),
        cmocka_unit_test(a_delta_that_is_not_all_is_followed_by_another),
        cmocka_unit_test(a_thousand_signals_make_two_calls),
        cmocka_unit_test(one_signal_makes_one_call_when_the_list_says_the_same),
        cmocka_unit_test(what_a_delta_does_not_reach_is_asked_again),
        cmocka_unit_test(a_signal_for_what_is_known_asks_for_the_list_alone),
        cmocka_unit_test(signals_upon_signals_wait_for_a_pause),
        cmocka_unit_test(a_command_waits_for_a_call_that_leaves_after_it),
        cmocka_unit_test(sync_of_everything_waits_for_the_list_and_what_moved),
        cmocka_unit_test(sync_of_everything_tries_again_what_has_failed),
        cmocka_unit_test(a_failure_is_told_to_whoever_waits_for_it),
        cmocka_unit_test(a_refused_chat_is_asked_again_once_it_answers),
        cmocka_unit_test(many_calls_need_not_wait_for_the_commit),
        cmocka_unit_test(a_list_from_a_cursor_that_was_never_stored_is_not_built_upon),
        cmocka_unit_test(without_a_network_nobody_waits),
        cmocka_unit_test(a_fill_asks_for_the_hole_in_its_range),
        cmocka_unit_test(holes_are_repaired_when_idle_from_above),
        cmocka_unit_test(a_repair_that_repairs_nothing_is_not_repeated),
        cmocka_unit_test(two_fills_are_two_calls_unless_they_meet),
        cmocka_unit_test(a_repair_makes_nobody_wait),
        cmocka_unit_test(what_fails_is_tried_again_after_growing_waits),
        cmocka_unit_test(a_clock_that_is_set_back_does_not_stop_the_waits),
        cmocka_unit_test(an_answer_that_is_no_page_is_a_failure),
        cmocka_unit_test(when_the_network_is_gone_only_the_list_is_tried),
        cmocka_unit_test(whoever_waits_is_tried_without_a_network_too),
        cmocka_unit_test(online_again_forgets_the_waits),
        cmocka_unit_test(without_credentials_nothing_is_sent),
        cmocka_unit_test(calls_of_another_core_do_not_count),
        cmocka_unit_test(a_reset_by_another_core_makes_nobody_wait_for_ever),
        cmocka_unit_test(a_stream_that_ends_is_opened_again),
        cmocka_unit_test(a_stream_opens_at_once_with_new_credentials),
        cmocka_unit_test(a_stream_that_the_server_has_not_is_not_asked_for_again),
        cmocka_unit_test(the_list_makes_chats_stale_or_not),
        cmocka_unit_test(every_transition_of_a_chat),
    };
    return run_tables("sync", tables, COUNT(tables)) + cmocka_run_group_tests_name("sync", tests, NULL, NULL);
}
