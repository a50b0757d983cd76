#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stage.h"

/** Files 0 to 2 are stored, used one after the other. */
static void with_files(stage *s) {
    *s = stage_open();
    for (int file = 0; file < 3; file++) {
        stage_blob(s, file, false);
        stage_kept(s, file, 10 + file, "");
    }
    assert_int_equal(stage_write(s), STEP_FINE);
    assert_string_equal(stage_commit(s), "");
}

static void evict(stage *s, int file) {
    stage_forget_blob(s, file);
    stage_forget_file(s, file);
}

/* ---- bytes ---- */

static void test_wrong_bytes(void **state) {
    (void)state;
    stage s = stage_open();
    stage_blob(&s, 0, true);
    stage_kept(&s, 0, 10, "");
    stage_finds(&s, "bytes");
}

static void test_row_without_bytes(void **state) {
    (void)state;
    stage s = stage_open();
    stage_kept(&s, 0, 10, "");
    stage_finds(&s, "bytes");
}

static void test_bytes_without_row(void **state) {
    (void)state;
    stage s;
    with_files(&s);
    stage_forget_file(&s, 0);
    stage_finds(&s, "bytes");
}

static void test_bytes_that_nobody_holds(void **state) {
    (void)state;
    stage s = stage_open();
    stage_blob(&s, 0, false);
    s.w->host->group.at[0]->held = 17;
    assert_int_equal(stage_write(&s), STEP_OWN_FAULT);
    assert_string_equal(s.w->log.checker, "bytes");
    stage_close(&s);
}

static void test_entry_without_bytes(void **state) {
    (void)state;
    stage s = stage_open();
    stage_file(&s, 0, "\"wanted\":true,");
    stage_finds(&s, "");
}

static void test_lost_bytes(void **state) {
    (void)state;
    stage s;
    with_files(&s);
    bytes_lose(s.w, "b-0");
    assert_false(bytes_are_there(s.w, "b-0"));
    assert_true(bytes_are_there(s.w, "b-1"));
    stage_finds(&s, "");
}

static void test_files(void **state) {
    (void)state;
    stage s = stage_open();
    folder_add(s.w, "chat", "f-1", (media_bytes){1, 100});
    assert_int_equal(s.w->folder.bytes, 100);
    folder_delete(s.w, "another", "f-1");
    assert_non_null(folder_find(s.w, "f-1"));
    check_no_stray_files(s.w, "at once");
    assert_string_equal(s.w->log.checker, "bytes");
    folder_delete(s.w, "chat", "f-1");
    assert_null(folder_find(s.w, "f-1"));
    stage_close(&s);
}

/* ---- who goes ---- */

static void test_oldest_goes(void **state) {
    (void)state;
    stage s;
    with_files(&s);
    s.w->space.told.bytes = 299;
    evict(&s, 0);
    stage_finds(&s, "");
}

static void test_needless(void **state) {
    (void)state;
    stage s;
    with_files(&s);
    s.w->space.told.bytes = 300;
    evict(&s, 0);
    stage_finds(&s, "victims");
}

static void test_too_many_go(void **state) {
    (void)state;
    stage s;
    with_files(&s);
    s.w->space.told.bytes = 299;
    evict(&s, 0);
    evict(&s, 1);
    stage_finds(&s, "victims");
}

static void test_untold(void **state) {
    (void)state;
    stage s;
    with_files(&s);
    stage_blob(&s, 3, false);
    stage_kept(&s, 3, 40, "");
    assert_int_equal(stage_write(&s), STEP_FINE);
    usage_heard(s.w, &s.w->host->group);
    checks_committed(s.w);
    checks_forget_touched(s.w);
    check_signals(s.w, NULL);
    assert_string_equal(s.w->log.checker, "signals");
    stage_close(&s);
}

static void test_newer_goes(void **state) {
    (void)state;
    stage s;
    with_files(&s);
    s.w->space.told.bytes = 299;
    evict(&s, 1);
    stage_finds(&s, "victims");
}

static void test_deleted_at_wish(void **state) {
    (void)state;
    stage s;
    with_files(&s);
    evict(&s, 2);
    stage_event(&s, "{\"type\":\"mediaDelete\",\"requestId\":\"c0000000-0000-4000-8000-000000000000\"}");
    stage_finds(&s, "");
}

static void test_used_again(void **state) {
    (void)state;
    stage s;
    with_files(&s);
    stage_event(&s, "{\"type\":\"mediaTouch\",\"hits\":1,"
                    "\"ids\":[\"c0000000-0000-4000-8000-000000000000:0.jpg\"]}");
    assert_string_equal(stage_commit(&s), "");
    evict(&s, 0);
    stage_finds(&s, "victims");
}

static void test_use_not_written(void **state) {
    (void)state;
    stage s;
    with_files(&s);
    stage_event(&s, "{\"type\":\"mediaTouch\",\"hits\":1,"
                    "\"ids\":[\"c0000000-0000-4000-8000-000000000000:0.jpg\"]}");
    assert_string_equal(stage_commit(&s), "");
    check_touches_kept(s.w, "now");
    assert_string_equal(s.w->log.checker, "touches");
    stage_close(&s);
}

/** File 0 is used after file 1, and its row says another time than that. */
static void test_order_of_use(void **state) {
    (void)state;
    stage s;
    with_files(&s);
    stage_event(&s, "{\"type\":\"mediaTouch\",\"hits\":2,"
                    "\"ids\":[\"c0000000-0000-4000-8000-000000000000:1:x.png\","
                    "\"c0000000-0000-4000-8000-000000000000:0.jpg\"]}");
    stage_kept(&s, 1, 30, "");
    stage_kept(&s, 0, 20, "");
    stage_finds(&s, "touches");
}

static void test_pinned_goes(void **state) {
    (void)state;
    stage s;
    with_files(&s);
    stage_kept(&s, 0, 10, "\"isPinned\":true,");
    assert_int_equal(stage_write(&s), STEP_FINE);
    assert_string_equal(stage_commit(&s), "");
    evict(&s, 0);
    stage_finds(&s, "victims");
}

/* ---- how much ---- */

static void test_over_limit(void **state) {
    (void)state;
    stage s;
    with_files(&s);
    s.w->space.told.bytes = 300;
    stage_file(&s, 3, "");
    assert_int_equal(stage_write(&s), STEP_FINE);
    assert_string_equal(stage_commit(&s), "");
    s.w->space.told.bytes = 299;
    stage_file(&s, 3, "\"wanted\":true,");
    stage_finds(&s, "limit");
}

static void test_quota(void **state) {
    (void)state;
    stage s;
    with_files(&s);
    s.w->space.quota = 350;
    stage_blob(&s, 3, false);
    assert_int_equal(stage_write(&s), STEP_FINE);
    assert_false(space_has_room(s.w));
    store_abort(&s.w->store);
    evict(&s, 0);
    assert_int_equal(stage_write(&s), STEP_FINE);
    assert_true(space_has_room(s.w));
    stage_close(&s);
}

static void test_statistics(void **state) {
    (void)state;
    stage s;
    with_files(&s);
    stage_stats(&s, 0, 300, 3);
    assert_int_equal(stage_write(&s), STEP_FINE);
    assert_string_equal(stage_commit(&s), "");
    stage_stats(&s, 0, 299, 3);
    stage_finds(&s, "stats");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wrong_bytes),
        cmocka_unit_test(test_row_without_bytes),
        cmocka_unit_test(test_bytes_without_row),
        cmocka_unit_test(test_bytes_that_nobody_holds),
        cmocka_unit_test(test_entry_without_bytes),
        cmocka_unit_test(test_lost_bytes),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_oldest_goes),
        cmocka_unit_test(test_newer_goes),
        cmocka_unit_test(test_needless),
        cmocka_unit_test(test_too_many_go),
        cmocka_unit_test(test_untold),
        cmocka_unit_test(test_deleted_at_wish),
        cmocka_unit_test(test_used_again),
        cmocka_unit_test(test_use_not_written),
        cmocka_unit_test(test_order_of_use),
        cmocka_unit_test(test_pinned_goes),
        cmocka_unit_test(test_over_limit),
        cmocka_unit_test(test_quota),
        cmocka_unit_test(test_statistics),
    };
    return cmocka_run_group_tests_name("media in the simulator", tests, NULL, NULL);
}
