#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gen/schema.h"
#include "stage.h"

static void with_history(stage *s) {
    *s = stage_open();
    stage_block(s, 1, 60, 0, 0);
    stage_block(s, 61, 120, 0, 0);
    stage_block(s, 131, 190, 0, 0);
    for (int64_t i = 121; i <= 130; i++) stage_row(s, i, 0);
    for (int64_t i = 191; i <= 200; i++) stage_row(s, i, 0);
    stage_block(s, 201, STAGE_MESSAGES, 0, 0);
    stage_chat(s, STAGE_MESSAGES, 0, 0, false);
    assert_int_equal(stage_write(s), STEP_FINE);
    assert_string_equal(stage_commit(s), "");
}

/* ---- the store ---- */

static void reads(stage *s, int64_t from, int64_t to, int64_t limit, const char *expected) {
    buffer read = stage_read(s, from, to, limit);
    assert_string_equal(read.at, expected);
    buffer_free(&read);
}

static void test_reads(void **state) {
    (void)state;
    stage s;
    with_history(&s);
    reads(&s, 1, 200, 0, "1-60 61-120 131-190");
    reads(&s, 60, 61, 0, "1-60 61-120");
    reads(&s, 30, 40, 0, "1-60");
    reads(&s, 121, 130, 0, "");
    reads(&s, 125, 131, 0, "131-190");
    reads(&s, 61, 200, 1, "61-120");
    reads(&s, 62, 200, 1, "61-120");
    reads(&s, 191, 200, 5, "");
    stage_close(&s);
}

static void test_existing_key_aborts(void **state) {
    (void)state;
    stage s;
    with_history(&s);
    stage_delete_block(&s, 131);
    stage_block(&s, 61, 70, 0, 0);
    assert_int_equal(stage_write(&s), STEP_OWN_FAULT);
    reads(&s, 1, 200, 0, "1-60 61-120 131-190");
    stage_close(&s);
}

static void test_replaced_in_one_transaction(void **state) {
    (void)state;
    stage s;
    with_history(&s);
    stage_delete_block(&s, 61);
    stage_block(&s, 61, 70, 0, 0);
    stage_block(&s, 71, 120, 0, 0);
    assert_int_equal(stage_write(&s), STEP_FINE);
    reads(&s, 1, 200, 0, "1-60 61-70 71-120 131-190");
    assert_string_equal(stage_commit(&s), "");
    stage_close(&s);
}

/* ---- what a tab reads ---- */

static void test_row_wins(void **state) {
    (void)state;
    stage s;
    with_history(&s);
    stage_row(&s, 70, 3);
    assert_int_equal(stage_write(&s), STEP_FINE);
    view_refresh(s.w, STAGE_CHAT);
    const chat_view *v = view_of(s.w, STAGE_CHAT);
    assert_int_equal(v->count, STAGE_MESSAGES);
    assert_int_equal(view_at(v, 70)->version, 3);
    assert_int_equal(view_at(v, 71)->version, 0);
    assert_null(view_at(v, STAGE_MESSAGES + 1));
    stage_close(&s);
}

/* ---- the checkers ---- */

static void test_sealed(void **state) {
    (void)state;
    stage s;
    with_history(&s);
    stage_block(&s, 121, 130, 0, 0);
    for (int64_t i = 121; i <= 130; i++) stage_delete_row(&s, i);
    stage_finds(&s, "");
}

static void test_sealed_twice(void **state) {
    (void)state;
    stage s;
    with_history(&s);
    stage_block(&s, 121, 130, 0, 0);
    for (int64_t i = 121; i < 130; i++) stage_delete_row(&s, i);
    stage_finds(&s, "blocks");
}

static void test_overlap(void **state) {
    (void)state;
    stage s;
    with_history(&s);
    for (int64_t i = 121; i <= 130; i++) stage_delete_row(&s, i);
    stage_block(&s, 120, 130, 0, 0);
    stage_finds(&s, "blocks");
}

static void test_edit_lost(void **state) {
    (void)state;
    stage s;
    with_history(&s);
    server_edit_message(s.w, STAGE_CHAT, 121);
    stage_row(&s, 121, 1);
    assert_int_equal(stage_write(&s), STEP_FINE);
    assert_string_equal(stage_commit(&s), "");
    for (int64_t i = 121; i <= 130; i++) stage_delete_row(&s, i);
    stage_block(&s, 121, 130, 0, 0);
    stage_finds(&s, "truth");
}

static void test_edit_kept(void **state) {
    (void)state;
    stage s;
    with_history(&s);
    server_edit_message(s.w, STAGE_CHAT, 61);
    stage_delete_block(&s, 61);
    stage_block(&s, 61, 120, 0, 1);
    stage_chat(&s, STAGE_MESSAGES, 0, 0, false);
    stage_finds(&s, "");
}

static void test_edit_missed(void **state) {
    (void)state;
    stage s;
    with_history(&s);
    server_edit_message(s.w, STAGE_CHAT, 61);
    stage_chat(&s, STAGE_MESSAGES, 0, 0, false);
    stage_finds(&s, "holes");
}

static void test_deletion_kept(void **state) {
    (void)state;
    stage s;
    with_history(&s);
    server_delete_message(s.w, STAGE_CHAT, 70);
    stage_delete_block(&s, 61);
    stage_block(&s, 61, 120, 70, 0);
    stage_chat(&s, STAGE_MESSAGES - 1, 0, 0, false);
    stage_finds(&s, "");
}

static void test_deletion_forgotten(void **state) {
    (void)state;
    stage s;
    with_history(&s);
    server_delete_message(s.w, STAGE_CHAT, 70);
    stage_chat(&s, STAGE_MESSAGES, 0, 0, false);
    stage_finds(&s, "holes");
}

static void test_dropped(void **state) {
    (void)state;
    stage s;
    with_history(&s);
    stage_delete_block(&s, 61);
    stage_block(&s, 61, 120, 70, 0);
    stage_chat(&s, STAGE_MESSAGES - 1, 0, 0, false);
    stage_finds(&s, "truth");
}

static void test_counted_wrong(void **state) {
    (void)state;
    stage s;
    with_history(&s);
    stage_chat(&s, STAGE_MESSAGES + 1, 0, 0, false);
    stage_finds(&s, "counts");
}

static void test_across_a_hole(void **state) {
    (void)state;
    stage s;
    with_history(&s);
    stage_chat(&s, STAGE_MESSAGES, 70, 70, false);
    stage_finds(&s, "blocks");
}

static void test_across_what_is_stale(void **state) {
    (void)state;
    stage s;
    with_history(&s);
    stage_chat(&s, STAGE_MESSAGES, 70, 70, true);
    stage_finds(&s, "");
}

static void test_too_large(void **state) {
    (void)state;
    stage s;
    with_history(&s);
    for (int64_t i = 121; i <= 130; i++) stage_delete_row(&s, i);
    for (int64_t i = 191; i <= 200; i++) stage_delete_row(&s, i);
    for (int i = 0; i < 4; i++) stage_delete_block(&s, (int64_t[]){1, 61, 131, 201}[i]);
    stage_block(&s, 1, LIMIT_LARGE_BLOCK_MESSAGES + 1, 0, 0);
    stage_block(&s, LIMIT_LARGE_BLOCK_MESSAGES + 2, STAGE_MESSAGES, 0, 0);
    stage_finds(&s, "blocks");
}

/* ---- sealing ---- */

static void test_left_unsealed(void **state) {
    (void)state;
    stage s;
    with_history(&s);
    check_sealed(s.w, "in rows", STAGE_CHAT);
    assert_string_equal(s.w->log.checker, "");
    s.w->host->blocks = true;
    check_sealed(s.w, "in blocks", STAGE_CHAT);
    assert_string_equal(s.w->log.checker, "liveness");
    stage_close(&s);
}

static void test_left_small(void **state) {
    (void)state;
    stage s = stage_open();
    s.w->host->blocks = true;
    for (int64_t first = 1; first <= STAGE_MESSAGES; first += 4) stage_block(&s, first, first + 3, 0, 0);
    stage_chat(&s, STAGE_MESSAGES, 0, 0, false);
    assert_int_equal(stage_write(&s), STEP_FINE);
    assert_string_equal(stage_commit(&s), "");
    check_sealed(s.w, "in blocks", STAGE_CHAT);
    assert_string_equal(s.w->log.checker, "liveness");
    stage_close(&s);
}

/* ---- damage ---- */

/** Damages one block; the first of its numbers. */
static int64_t damage_one(stage *s) {
    s->w->swarm.rate[FAULT_DAMAGED_BLOCK] = 10000;
    damage_step(s->w);
    assert_int_equal(view_of(s->w, STAGE_CHAT)->hole_count, 1);
    return view_of(s->w, STAGE_CHAT)->holes[0].first;
}

static void test_damage_unnoticed(void **state) {
    (void)state;
    stage s;
    with_history(&s);
    damage_one(&s);
    stage_chat(&s, STAGE_MESSAGES, 0, 0, false);
    stage_finds(&s, "");
}

static void test_damage_noticed(void **state) {
    (void)state;
    stage s;
    with_history(&s);
    const int64_t first = damage_one(&s);
    stage_delete_block(&s, first);
    stage_chat(&s, STAGE_MESSAGES - 60, first, first + 59, true);
    stage_finds(&s, "");
}

static void test_damage_takes_for_deleted(void **state) {
    (void)state;
    stage s;
    with_history(&s);
    stage_delete_block(&s, damage_one(&s));
    stage_chat(&s, STAGE_MESSAGES - 60, 0, 0, false);
    stage_finds(&s, "holes");
}

static void test_damage_takes_others_along(void **state) {
    (void)state;
    stage s;
    with_history(&s);
    const int64_t first = damage_one(&s);
    stage_delete_block(&s, first);
    stage_delete_row(&s, 125);
    stage_chat(&s, STAGE_MESSAGES - 61, 1, STAGE_MESSAGES, true);
    stage_finds(&s, "truth");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads),
        cmocka_unit_test(test_existing_key_aborts),
        cmocka_unit_test(test_replaced_in_one_transaction),
        cmocka_unit_test(test_row_wins),
        cmocka_unit_test(test_sealed),
        cmocka_unit_test(test_sealed_twice),
        cmocka_unit_test(test_overlap),
        cmocka_unit_test(test_edit_lost),
        cmocka_unit_test(test_edit_kept),
        cmocka_unit_test(test_edit_missed),
        cmocka_unit_test(test_deletion_kept),
        cmocka_unit_test(test_deletion_forgotten),
        cmocka_unit_test(test_dropped),
        cmocka_unit_test(test_counted_wrong),
        cmocka_unit_test(test_across_a_hole),
        cmocka_unit_test(test_across_what_is_stale),
        cmocka_unit_test(test_too_large),
        cmocka_unit_test(test_left_unsealed),
        cmocka_unit_test(test_left_small),
        cmocka_unit_test(test_damage_unnoticed),
        cmocka_unit_test(test_damage_noticed),
        cmocka_unit_test(test_damage_takes_for_deleted),
        cmocka_unit_test(test_damage_takes_others_along),
    };
    return cmocka_run_group_tests_name("blocks in the simulator", tests, NULL, NULL);
}
