#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "exact.h"
#include "gen/schema.h"
#include "stage.h"

/** The key that a message is to be sent with. */
static const char *key_of(int64_t number) {
    static char key[ID_BYTES];
    id_of_operation(key, number);
    return key;
}

static void with_history(stage *s) {
    *s = stage_open();
    for (int64_t i = 1; i <= STAGE_MESSAGES; i++) stage_row(s, i, 0);
    stage_chat(s, STAGE_MESSAGES, 0, 0, false);
    assert_int_equal(stage_write(s), STEP_FINE);
    assert_string_equal(stage_commit(s), "");
}

/** History and messages that wait, the last of which has the number that is returned. */
static int64_t with_waiting(stage *s, int count) {
    int64_t number = 0;
    with_history(s);
    for (int i = 0; i < count; i++) {
        number = stage_written(s);
        stage_waiting(s, number, i);
    }
    s->unsent = count;
    stage_chat(s, STAGE_MESSAGES, 0, 0, false);
    assert_int_equal(stage_write(s), STEP_FINE);
    assert_string_equal(stage_commit(s), "");
    return number;
}

/** What is written next must be found by that checker, or by none (""). */
static void finds(stage *s, const char *checker) {
    stage_chat(s, STAGE_MESSAGES, 0, 0, false);
    stage_finds(s, checker);
}

/* ---- the world ---- */

static void test_ids(void **state) {
    (void)state;
    char first[ID_BYTES], second[ID_BYTES];
    int in_order = 0;
    for (int64_t i = 1; i < 100; i++) {
        id_of_operation(first, i);
        id_of_operation(second, i + 1);
        assert_int_equal(id_read_operation(first), i);
        in_order += strcmp(first, second) < 0;
    }
    assert_in_range(in_order, 20, 80);
    assert_int_equal(id_read_operation("c0000001-0000-4000-8000-000000000001"), 0);
    assert_int_equal(id_read_operation("b0000001-0000-4000-8000-000000000001"), 0);
    assert_int_equal(id_read_operation("none"), 0);
}

static void test_exact_numbers(void **state) {
    (void)state;
    static const char json[] = "{\"a\":[4503599627370499,{\"b\":-4503599627370501}],\"c\":7,\"d\":1.5}";
    cJSON *value = cJSON_Parse(json);
    char *printed = exact_print(value);
    assert_string_equal(printed, json);
    cJSON_free(printed);
    cJSON_Delete(value);
}

static void test_one_key_one_message(void **state) {
    (void)state;
    stage s = stage_open();
    const int64_t number = stage_written(&s);
    assert_int_equal(stage_accept(&s, number, key_of(number)), 200);
    assert_int_equal(stage_accept(&s, number, key_of(number)), 200);
    assert_int_equal(server_find(s.w, STAGE_CHAT)->last_sequence, STAGE_MESSAGES + 1);
    assert_ptr_equal(check_find_sent(s.w, number), server_message_of(s.w, STAGE_CHAT, STAGE_MESSAGES + 1));
    server_delete_message(s.w, STAGE_CHAT, STAGE_MESSAGES + 1);
    assert_int_equal(stage_accept(&s, number, key_of(number)), 410);
    assert_string_equal(s.w->log.checker, "");
    stage_close(&s);
}

static void test_straggler(void **state) {
    (void)state;
    stage s = stage_open();
    const int64_t number = stage_written(&s);
    s.w->swarm.rate[FAULT_STRAGGLER] = 10000;
    stage_call(&s, number, key_of(number));
    network_abort_all(s.w);
    for (int i = 0; i < 1000 && s.w->stragglers.first; i++) {
        happening next;
        assert_true(timeline_take(&s.w->timeline, &next));
        s.w->time_ms = next.time_ms;
        next.act(s.w, &next);
    }
    assert_true(check_find_sent(s.w, number)->straggled);
    stage_close(&s);
}

/* ---- an operation and its message ---- */

static void test_waiting(void **state) {
    (void)state;
    stage s;
    with_waiting(&s, 3);
    finds(&s, "");
}

static void test_not_shown(void **state) {
    (void)state;
    stage s;
    const int64_t number = with_waiting(&s, 1);
    stage_forget(&s, STORE_MESSAGES, number);
    finds(&s, "outbox");
}

static void test_shown_and_not_waiting(void **state) {
    (void)state;
    stage s;
    const int64_t number = with_waiting(&s, 1);
    stage_accept(&s, number, key_of(number));
    stage_forget(&s, STORE_OFFLINE_QUEUE, number);
    s.unsent = 0;
    finds(&s, "outbox");
}

static void test_shown_with_other_status(void **state) {
    (void)state;
    stage s;
    const int64_t number = with_waiting(&s, 1);
    stage_shown(&s, number, 0, "failed");
    finds(&s, "outbox");
}

static void test_counted_wrong(void **state) {
    (void)state;
    stage s;
    with_waiting(&s, 2);
    s.unsent = 1;
    finds(&s, "outbox");
}

static void test_nobody_wrote_it(void **state) {
    (void)state;
    stage s;
    with_history(&s);
    stage_waiting(&s, 7, 0);
    s.unsent = 1;
    finds(&s, "truth");
}

/* ---- what becomes of it ---- */

static void forget_both(stage *s, int64_t number) {
    stage_forget(s, STORE_OFFLINE_QUEUE, number);
    stage_forget(s, STORE_MESSAGES, number);
    s->unsent = 0;
}

static void test_lost(void **state) {
    (void)state;
    stage s;
    const int64_t number = with_waiting(&s, 1);
    forget_both(&s, number);
    finds(&s, "outbox");
}

static void test_cancelled(void **state) {
    (void)state;
    stage s;
    const int64_t number = with_waiting(&s, 1);
    page_command *c = command_new(s.w, COMMAND_CANCEL, -1);
    host_event *event = host_event_new(copy_of("{}"));
    c->number = number;
    strcpy(event->command, c->name);
    s.w->host->group = (event_list){&event, 1, 1};
    forget_both(&s, number);
    stage_chat(&s, STAGE_MESSAGES, 0, 0, false);
    assert_int_equal(stage_write(&s), STEP_FINE);
    assert_string_equal(stage_commit(&s), "");
    assert_true(outgoing_of(s.w, number)->cancelled);
    s.w->host->group = (event_list){0};
    free(event->header);
    free(event);
    stage_close(&s);
}

/** The server has it and the device knows. */
static int64_t arrive(stage *s, int64_t number, const char *key) {
    assert_int_equal(stage_accept(s, number, key), 200);
    return server_find(s->w, STAGE_CHAT)->last_sequence;
}

static void test_arrived(void **state) {
    (void)state;
    stage s;
    const int64_t number = with_waiting(&s, 1);
    const int64_t sequence = arrive(&s, number, key_of(number));
    forget_both(&s, number);
    stage_settled(&s, number, sequence);
    stage_chat(&s, STAGE_MESSAGES + 1, 0, 0, false);
    assert_int_equal(stage_write(&s), STEP_FINE);
    assert_string_equal(stage_commit(&s), "");
    stage_close(&s);
}

static void test_arrived_and_not_shown(void **state) {
    (void)state;
    stage s;
    const int64_t number = with_waiting(&s, 1);
    arrive(&s, number, key_of(number));
    forget_both(&s, number);
    finds(&s, "outbox");
}

static void test_shown_twice(void **state) {
    (void)state;
    stage s;
    const int64_t number = with_waiting(&s, 1);
    stage_settled(&s, number, arrive(&s, number, key_of(number)));
    stage_chat(&s, STAGE_MESSAGES + 1, 0, 0, false);
    assert_int_equal(stage_write(&s), STEP_FINE);
    assert_string_equal(stage_commit(&s), "sent_once");
    stage_close(&s);
}

static void test_arrived_twice(void **state) {
    (void)state;
    stage s;
    const int64_t number = with_waiting(&s, 1);
    arrive(&s, number, key_of(number));
    arrive(&s, number, key_of(number + 1));
    assert_string_equal(s.w->log.checker, "sent_once");
    stage_close(&s);
}

static void test_arrived_in_disorder(void **state) {
    (void)state;
    stage s;
    const int64_t last = with_waiting(&s, 2);
    arrive(&s, last, key_of(last));
    assert_string_equal(s.w->log.checker, "");
    arrive(&s, last - 1, key_of(last - 1));
    assert_string_equal(s.w->log.checker, "order");
    stage_close(&s);
}

static void test_put_before_others(void **state) {
    (void)state;
    stage s;
    with_history(&s);
    const int64_t first = stage_written(&s), second = stage_written(&s);
    stage_waiting(&s, first, 1);
    stage_waiting(&s, second, 0);
    s.unsent = 2;
    finds(&s, "order");
}

/* ---- attempts ---- */

static void try(stage *s, int64_t number, int place, const char *fields) {
    stage_operation(s, number, place, "syncing", fields);
    stage_chat(s, STAGE_MESSAGES, 0, 0, false);
    assert_int_equal(stage_write(s), STEP_FINE);
}

static const char first_try[] = "\"retryCount\":1,\"attemptedAt\":1,";

/** A call of it leaves, and that must be found by this checker, or by none (""). */
static void leaves(stage *s, int64_t number, const char *key, const char *checker) {
    assert_string_equal(stage_commit(s), "");
    assert_string_equal(stage_call(s, number, key), checker);
    stage_close(s);
}

static void test_attempt(void **state) {
    (void)state;
    stage s;
    const int64_t number = with_waiting(&s, 1);
    try(&s, number, 0, first_try);
    leaves(&s, number, key_of(number), "");
}

static void test_attempt_unwritten(void **state) {
    (void)state;
    stage s;
    const int64_t number = with_waiting(&s, 1);
    leaves(&s, number, key_of(number), "attempts");
}

static void test_attempt_with_other_key(void **state) {
    (void)state;
    stage s;
    const int64_t number = with_waiting(&s, 1);
    try(&s, number, 0, first_try);
    leaves(&s, number, key_of(number + 1), "attempts");
}

static void test_attempt_out_of_turn(void **state) {
    (void)state;
    stage s;
    const int64_t last = with_waiting(&s, 2);
    try(&s, last, 1, first_try);
    leaves(&s, last, key_of(last), "order");
}

/** The row of an attempt itself is wrong. */
static void is_tried_wrongly(const char *fields, bool strict) {
    stage s;
    const int64_t number = with_waiting(&s, 1);
    s.w->host->strict = strict;
    try(&s, number, 0, fields);
    assert_string_equal(stage_commit(&s), "outbox");
    stage_close(&s);
}

static void test_attempt_not_strict(void **state) {
    (void)state;
    is_tried_wrongly(first_try, false);
}

static void test_attempt_not_counted(void **state) {
    (void)state;
    is_tried_wrongly("\"retryCount\":0,\"attemptedAt\":1,", true);
}

static void test_attempt_too_many(void **state) {
    (void)state;
    is_tried_wrongly("\"retryCount\":6,\"attemptedAt\":1,", true);
}

static void fails(stage *s, int64_t number, const char *fields, const char *checker) {
    stage_operation(s, number, 0, "failed", fields);
    stage_shown(s, number, 0, "failed");
    finds(s, checker);
}

static void test_failed_too_early(void **state) {
    (void)state;
    stage s;
    const int64_t number = with_waiting(&s, 1);
    fails(&s, number, "\"retryCount\":1,\"lastError\":\"network\",", "outbox");
}

static void test_failed_by_refusal(void **state) {
    (void)state;
    stage s;
    const int64_t number = with_waiting(&s, 1);
    outgoing_ends(outgoing_of(s.w, number), 413, NULL);
    fails(&s, number, "\"retryCount\":1,\"lastError\":\"too large\",", "");
}

static void test_failed_without_reason(void **state) {
    (void)state;
    stage s;
    const int64_t number = with_waiting(&s, 1);
    fails(&s, number, "\"retryCount\":5,", "outbox");
}

/** After an answer that asks for so long a wait it is to be tried again at a time. */
static void waits(const char *retry_after, const char *fields, const char *checker) {
    stage s;
    const int64_t number = with_waiting(&s, 1);
    try(&s, number, 0, first_try);
    assert_string_equal(stage_commit(&s), "");
    outgoing_ends(outgoing_of(s.w, number), 429, retry_after);
    stage_operation(&s, number, 0, "pending", fields);
    finds(&s, checker);
}

static void test_waits_too_short(void **state) {
    (void)state;
    waits("7", "\"retryCount\":1,\"attemptedAt\":1,\"nextRetryAt\":7000,", "outbox");
    waits("99999999999999999999", "\"retryCount\":1,\"attemptedAt\":1,\"nextRetryAt\":300000,", "outbox");
}

static void test_waits_as_asked(void **state) {
    (void)state;
    waits("7", "\"retryCount\":1,\"attemptedAt\":1,\"nextRetryAt\":7001,", "");
    waits("99999999999999999999", "\"retryCount\":1,\"attemptedAt\":1,\"nextRetryAt\":300001,", "");
    waits("soon", "\"retryCount\":1,\"attemptedAt\":1,\"nextRetryAt\":1,", "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ids),
        cmocka_unit_test(test_exact_numbers),
        cmocka_unit_test(test_one_key_one_message),
        cmocka_unit_test(test_straggler),
        cmocka_unit_test(test_waiting),
        cmocka_unit_test(test_not_shown),
        cmocka_unit_test(test_shown_and_not_waiting),
        cmocka_unit_test(test_shown_with_other_status),
        cmocka_unit_test(test_counted_wrong),
        cmocka_unit_test(test_nobody_wrote_it),
        cmocka_unit_test(test_lost),
        cmocka_unit_test(test_cancelled),
        cmocka_unit_test(test_arrived),
        cmocka_unit_test(test_arrived_and_not_shown),
        cmocka_unit_test(test_shown_twice),
        cmocka_unit_test(test_arrived_twice),
        cmocka_unit_test(test_arrived_in_disorder),
        cmocka_unit_test(test_put_before_others),
        cmocka_unit_test(test_attempt),
        cmocka_unit_test(test_attempt_unwritten),
        cmocka_unit_test(test_attempt_with_other_key),
        cmocka_unit_test(test_attempt_out_of_turn),
        cmocka_unit_test(test_attempt_not_strict),
        cmocka_unit_test(test_attempt_not_counted),
        cmocka_unit_test(test_attempt_too_many),
        cmocka_unit_test(test_failed_too_early),
        cmocka_unit_test(test_failed_by_refusal),
        cmocka_unit_test(test_failed_without_reason),
        cmocka_unit_test(test_waits_too_short),
        cmocka_unit_test(test_waits_as_asked),
    };
    return cmocka_run_group_tests_name("the outbox in the simulator", tests, NULL, NULL);
}
