#include <stdio.h>
#include <string.h>

#include "gen/schema.h"
#include "host.h"

/** What the transcripts don't show of the outbox: its bounds, its order, and how its transactions are opened.
 */

static void start(host *h) {
    host_hydrated(h, "", "");
    host_reply(h, "fetchChats", NULL, "\"status\":200", "{\"chats\":[],\"cursor\":\"c\"}");
}

/** Writes a message; the number names operation and text. */
static int send(host *h, int number, int64_t chat, const char *more) {
    char header[256], body[64], of[ID_BYTES];
    snprintf(header, sizeof header,
             "{\"type\":\"send\",\"requestId\":\"%s\",\"id\":\"10000000-0000-4000-a000-%012d\"%s}",
             chat_id(of, chat), number, more);
    snprintf(body, sizeof body, "{\"content\":\"text %d\"}", number);
    return host_do(h, header, body);
}

static int read_up_to(host *h, int number, int64_t chat, int up_to) {
    char header[256], of[ID_BYTES];
    snprintf(header, sizeof header,
             "{\"type\":\"read\",\"requestId\":\"%s\",\"upToSequence\":%d,"
             "\"id\":\"20000000-0000-4000-a000-%012d\"}",
             chat_id(of, chat), up_to, number);
    return host_do(h, header, NULL);
}

static int count_calls(const host *h, const char *method) {
    int count = 0;
    const cJSON *call;
    cJSON_ArrayForEach(call, h->calls) {
        count += strcmp(cJSON_GetStringValue(cJSON_GetObjectItem(call, "method")), method) == 0;
    }
    return count;
}

/** The server's message for the call that is under way in a chat. */
static void answer(host *h, int64_t chat, int64_t sequence) {
    char of[ID_BYTES], id[ID_BYTES], body[512];
    chat_id(of, chat);
    snprintf(body, sizeof body,
             "{\"id\":\"%s\",\"requestId\":\"%s\",\"sequenceNumber\":%d,\"content\":\"x\","
             "\"createdAt\":\"2026-01-16T09:00:00Z\"}",
             message_id(id, chat * 1000 + sequence), of, (int)sequence);
    host_reply(h, "sendMessage", of, "\"status\":201", body);
}

static bool is_strict(const host *h) {
    return strcmp(host_part(h, "durability"), "\"strict\"") == 0;
}

static void four_at_once(void **state) {
    (void)state;
    host h;
    start(&h);
    for (int chat = 1; chat <= 6; chat++) {
        send(&h, chat, chat, "");
        send(&h, chat + 10, chat, "");
    }
    assert_int_equal(count_calls(&h, "sendMessage"), LIMIT_OPERATION_CALLS_MAX);
    answer(&h, 2, 1);
    assert_int_equal(count_calls(&h, "sendMessage"), LIMIT_OPERATION_CALLS_MAX);
    assert_non_null(strstr(host_part(&h, "calls"), "text 12")); /* the one that waits longest */
    host_stop(&h);
}

static void receipts_leave_room(void **state) {
    (void)state;
    host h;
    start(&h);
    for (int chat = 1; chat <= 6; chat++) read_up_to(&h, chat, chat, 5);
    assert_int_equal(count_calls(&h, "markRead"), LIMIT_RECEIPT_CALLS_MAX);
    for (int chat = 1; chat <= 3; chat++) send(&h, chat, chat, "");
    assert_int_equal(count_calls(&h, "sendMessage"), 3);
    send(&h, 4, 4, "");
    assert_int_equal(count_calls(&h, "sendMessage"), 3);
    host_reply(&h, "markRead", CHAT_1, "\"status\":200", "{}");
    assert_int_equal(count_calls(&h, "sendMessage"), 4); /* messages first */
    assert_int_equal(count_calls(&h, "markRead"), 0);
    host_stop(&h);
}

static void one_chat_in_order(void **state) {
    (void)state;
    host h;
    start(&h);
    for (int number = 1; number <= 3; number++) send(&h, number, 1, "");
    assert_int_equal(count_calls(&h, "sendMessage"), 1);
    answer(&h, 1, 1);
    assert_non_null(strstr(host_part(&h, "calls"), "text 2"));
    answer(&h, 1, 2);
    assert_non_null(strstr(host_part(&h, "calls"), "text 3"));
    answer(&h, 1, 3);
    assert_int_equal(count_calls(&h, "sendMessage"), 0);
    host_stop(&h);
}

/** Lets the time come that the plan waits for. */
static void wait_for_deadline(host *h) {
    const cJSON *deadline = cJSON_GetObjectItem(h->plan, "deadline");
    assert_true(cJSON_IsNumber(deadline));
    h->now_ms = (int64_t)deadline->valuedouble;
    host_do(h, "{\"type\":\"deadline\"}", NULL);
}

static void five_tries(void **state) {
    (void)state;
    host h;
    int64_t waited_ms = 0;
    start(&h);
    send(&h, 1, 1, "");
    send(&h, 2, 1, "");
    for (int tries = 1; tries < LIMIT_OPERATION_TRIES_MAX; tries++) {
        const int64_t before_ms = h.now_ms;
        host_reply(&h, "sendMessage", CHAT_1, "\"status\":503", NULL);
        assert_int_equal(count_calls(&h, "sendMessage"), 0);
        wait_for_deadline(&h);
        assert_int_equal(count_calls(&h, "sendMessage"), 1);
        waited_ms += h.now_ms - before_ms;
    }
    assert_in_range(waited_ms, 4, 1000 + 2000 + 4000 + 8000);
    host_reply(&h, "sendMessage", CHAT_1, "\"status\":503", NULL);
    assert_non_null(strstr(host_part(&h, "writes"), "\"status\":\"failed\""));
    assert_non_null(strstr(host_part(&h, "calls"), "text 2")); /* it holds back nothing */
    host_do(&h, "{\"type\":\"retryAll\"}", NULL);
    answer(&h, 1, 1);
    assert_non_null(strstr(host_part(&h, "calls"), "text 1"));
    host_stop(&h);
}

static void a_network_that_comes_back_ends_the_wait(void **state) {
    (void)state;
    host h;
    start(&h);
    send(&h, 1, 1, "");
    send(&h, 2, 2, "");
    host_reply(&h, "sendMessage", CHAT_1, "\"failure\":\"network\"", NULL);
    host_reply(&h, "sendMessage", CHAT_2, "\"status\":429,\"retryAfter\":\"60\"", NULL);
    host_do(&h, "{\"type\":\"connectivity\",\"online\":true}", NULL);
    assert_int_equal(count_calls(&h, "sendMessage"), 1); /* who was asked to wait does */
    assert_non_null(strstr(host_part(&h, "calls"), "text 1"));
    host_stop(&h);
}

/** While the server can't be reached a message only has it looked for. */
static void a_message_looks_for_the_server(void **state) {
    (void)state;
    host h;
    start(&h);
    host_do(&h, "{\"type\":\"sync\",\"command\":\"1\"}", NULL);
    host_reply(&h, "fetchChats", NULL, "\"failure\":\"network\"", NULL);
    assert_string_equal(host_calls(&h), "");
    send(&h, 1, 1, "");
    assert_int_equal(count_calls(&h, "sendMessage"), 0);
    assert_int_equal(count_calls(&h, "fetchChats"), 1);
    host_reply(&h, "fetchChats", NULL, "\"status\":200", "{\"chats\":[],\"cursor\":\"c\"}");
    assert_int_equal(count_calls(&h, "sendMessage"), 1);
    host_stop(&h);
}

/* ---- transactions ---- */

/** A try that is due in a transaction that isn't strict goes in the next, at once. */
static void a_try_waits_for_a_strict_transaction(void **state) {
    (void)state;
    host h;
    start(&h);
    host_do(&h, "{\"type\":\"sync\",\"command\":\"1\"}", NULL);
    host_reply(&h, "fetchChats", NULL, "\"failure\":\"network\"", NULL);
    send(&h, 1, 1, "");
    host_do(&h, "{\"type\":\"read\",\"requestId\":\"" CHAT_1 "\",\"upToSequence\":7}", NULL);
    assert_false(is_strict(&h));
    host_reply(&h, "fetchChats", NULL, "\"status\":200,\"joins\":true", "{\"chats\":[],\"cursor\":\"d\"}");
    assert_int_equal(count_calls(&h, "sendMessage"), 0);
    wait_for_deadline(&h);
    assert_true(is_strict(&h));
    assert_int_equal(count_calls(&h, "sendMessage"), 1);
    host_stop(&h);
}

/** The first plan of a transaction opens it: what comes behind a large page counts from the start. */
static void a_message_behind_a_large_page_is_strict(void **state) {
    (void)state;
    host h;
    text page = {0};
    start(&h);
    host_do(&h, "{\"type\":\"open\",\"requestId\":\"" CHAT_1 "\"}", NULL);
    text_raw(&page, "{\"messages\":[");
    for (int i = 1; i <= 400; i++) {
        char words[16];
        snprintf(words, sizeof words, "%d", i);
        if (i > 1) text_raw(&page, ",");
        write_messages(&page, words);
    }
    text_raw(&page, "],\"covers\":{\"from\":1,\"to\":400},\"lastSequence\":400,\"revision\":\"r\"}");
    char header[128];
    const long long call = (long long)host_call(&h, "fetchMessages", CHAT_1);
    snprintf(header, sizeof header, "{\"type\":\"reply\",\"call\":%lld,\"status\":200}", call);
    host_event(&h, header, text_z(&page));
    assert_int_equal(send(&h, 1, 1, ""), LARDER_MORE);
    assert_true(is_strict(&h));
    assert_int_equal(host_step(&h), LARDER_DONE);
    assert_non_null(strstr(host_part(&h, "writes"), "text 1"));
    text_free(&page);
    host_stop(&h);
}

/** What failed for good makes no transaction slower. */
static void what_has_failed_is_not_waited_for(void **state) {
    (void)state;
    host h;
    start(&h);
    send(&h, 1, 1, "");
    host_reply(&h, "sendMessage", CHAT_1, "\"status\":403", NULL);
    host_do(&h, "{\"type\":\"open\",\"requestId\":\"" CHAT_1 "\"}", NULL);
    assert_false(is_strict(&h));
    host_stop(&h);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(four_at_once),
        cmocka_unit_test(receipts_leave_room),
        cmocka_unit_test(one_chat_in_order),
        cmocka_unit_test(five_tries),
        cmocka_unit_test(a_network_that_comes_back_ends_the_wait),
        cmocka_unit_test(a_message_looks_for_the_server),
        cmocka_unit_test(a_try_waits_for_a_strict_transaction),
        cmocka_unit_test(a_message_behind_a_large_page_is_strict),
        cmocka_unit_test(what_has_failed_is_not_waited_for),
    };
    return cmocka_run_group_tests_name("outbox", tests, NULL, NULL);
}
