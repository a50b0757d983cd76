#include <stdio.h>
#include <string.h>

#include "gen/schema.h"
#include "host.h"

/** What came by mail is deleted and answered in the transaction that carries it out; fencing's number. */

#define ID   "10000000-0000-4000-a000-000000000001"
#define MAIL ",\"command\":\"tab:7\",\"mail\":\"mail:tab:7\"}"

static void start(host *h) {
    host_hydrated(h, "", "");
}

static void send(host *h, const char *end) {
    char header[256], of[ID_BYTES];
    snprintf(header, sizeof header, "{\"type\":\"send\",\"requestId\":\"%s\",\"id\":\"%s\"%s", chat_id(of, 1),
             ID, end);
    host_do(h, header, "{\"content\":\"text\"}");
}

static bool writes(const host *h, const char *what) {
    return strstr(host_part(h, "writes"), what);
}

static void mail_is_deleted_and_answered(void **state) {
    (void)state;
    host h;
    start(&h);
    send(&h, MAIL);
    assert_true(writes(&h, "{\"op\":\"delete\",\"store\":\"cache_stats\",\"keys\":[\"mail:tab:7\"]}"));
    assert_true(writes(&h, "{\"key\":\"answer:tab:7\",\"reply\":{\"command\":\"tab:7\",\"result\":{"));
    host_stop(&h);
}

static void two_in_one_step_have_an_answer_each(void **state) {
    (void)state;
    host h;
    start(&h);
    host_event(&h, "{\"type\":\"cancel\",\"id\":\"" ID "\",\"command\":\"tab:1\",\"mail\":\"mail:tab:1\"}",
               NULL);
    host_event(&h, "{\"type\":\"retryAll\",\"command\":\"tab:2\",\"mail\":\"mail:tab:2\"}", NULL);
    host_step(&h);
    assert_true(writes(&h, "{\"key\":\"answer:tab:1\",\"reply\":{\"command\":\"tab:1\","
                           "\"code\":\"unknown_operation\"}}"));
    assert_true(writes(&h, "{\"key\":\"answer:tab:2\",\"reply\":{\"command\":\"tab:2\"}}"));
    host_stop(&h);
}

static void what_was_refused_is_answered(void **state) {
    (void)state;
    host h;
    start(&h);
    send(&h, ",\"attempt\":3" MAIL);
    assert_true(writes(&h, "\"mail:tab:7\""));
    assert_true(writes(&h, "\"code\":\"set_aside\""));
    host_stop(&h);
}

static void what_did_not_come_by_mail_leaves_nothing(void **state) {
    (void)state;
    host h;
    start(&h);
    send(&h, ",\"command\":\"tab:7\"}");
    assert_false(writes(&h, "answer:"));
    assert_false(writes(&h, "mail:"));
    host_stop(&h);
}

static void an_answer_that_comes_later_is_not_left(void **state) {
    (void)state;
    host h;
    start(&h);
    host_do(&h, "{\"type\":\"sync\",\"command\":\"tab:7\",\"mail\":\"mail:tab:7\"}", NULL);
    assert_true(writes(&h, "\"mail:tab:7\""));
    assert_false(writes(&h, "answer:"));
    host_stop(&h);
}

static void plans_say_under_which_number_they_are_made(void **state) {
    (void)state;
    host h;
    host_start(&h, HOST_SEED);
    host_hydrate(&h, "{\"type\":\"hydrate\",\"generation\":7}",
                 "{\"chat_meta\":[],\"cache_stats\":[],\"offline_queue\":[],\"media_meta\":[]}");
    assert_string_equal(host_part(&h, "generation"), "7");
    send(&h, "}");
    assert_string_equal(host_part(&h, "generation"), "7");
    host_stop(&h);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mail_is_deleted_and_answered),
        cmocka_unit_test(two_in_one_step_have_an_answer_each),
        cmocka_unit_test(what_was_refused_is_answered),
        cmocka_unit_test(what_did_not_come_by_mail_leaves_nothing),
        cmocka_unit_test(an_answer_that_comes_later_is_not_left),
        cmocka_unit_test(plans_say_under_which_number_they_are_made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
