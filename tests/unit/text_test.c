#include "text.h"

#include <stdlib.h>
#include <string.h>

#include "failing_memory.h"
#include "support.h"

typedef struct {
    const char *name;
    int64_t number;
    const char *written;
} number_case;

static const number_case numbers[] = {
    {"zero", 0, "0"},
    {"one digit", 7, "7"},
    {"negative", -120, "-120"},
    {"past 2^53", 9007199254740993, "9007199254740993"},
    {"greatest", INT64_MAX, "9223372036854775807"},
    {"least", INT64_MIN, "-9223372036854775808"},
};

static void check_number(void **state) {
    const number_case *one = *state;
    text t = {0};
    text_number(&t, one->number);
    assert_string_equal(text_z(&t), one->written);
    text_free(&t);
}

typedef struct {
    const char *name;
    const char *string;
    const char *written;
} string_case;

static const string_case strings[] = {
    {"NULL", NULL, "null"},
    {"empty", "", "\"\""},
    {"plain", "plain", "\"plain\""},
    {"quote and backslash", "a\"b\\c", "\"a\\u0022b\\u005cc\""},
    {"control characters", "\x01\n\x1f", "\"\\u0001\\u000a\\u001f\""},
    {"escape at the end", "end\t", "\"end\\u0009\""},
    {"delete and beyond", "\x7fü€😀", "\"\x7fü€😀\""},
};

static void check_string(void **state) {
    const string_case *one = *state;
    text t = {0};
    text_string(&t, one->string);
    assert_string_equal(text_z(&t), one->written);
    text_free(&t);
}

static void commas_stand_between_members_only(void **state) {
    (void)state;
    text t = {0};
    text_comma(&t);
    text_raw(&t, "{");
    text_name(&t, "a");
    text_raw(&t, "[");
    text_comma(&t);
    text_number(&t, 1);
    text_comma(&t);
    text_number(&t, 2);
    text_raw(&t, "]");
    text_name(&t, "b");
    text_comma(&t);
    text_raw(&t, "{}");
    assert_string_equal(text_z(&t), "{\"a\":[1,2],\"b\":{}");
    text_free(&t);
}

static void it_grows_and_keeps_what_it_has(void **state) {
    (void)state;
    text t = {0};
    for (int i = 0; i < 5000; i++) text_raw(&t, "abc");
    assert_int_equal(t.size, 15000);
    for (size_t i = 0; i < t.size; i++) assert_int_equal(t.at[i], "abc"[i % 3]);
    text_free(&t);
}

static void sized_is_for_the_caller_to_write(void **state) {
    (void)state;
    text t = {0};
    assert_non_null(text_sized(&t, 0));
    assert_int_equal(t.size, 0);
    memset(text_sized(&t, 100000), 'x', 100000);
    assert_int_equal(t.size, 100000);
    assert_null(text_sized(&t, SIZE_MAX / 2));
    assert_true(t.failed);
    assert_non_null(text_sized(&t, 1));
    assert_false(t.failed);
    text_free(&t);
}

static void without_memory_it_stays_failed_until_cleared(void **state) {
    (void)state;
    text t = {0};
    memory_fail_at(1, MEMORY_FAILS_ONCE);
    memory_watch(true);
    text_raw(&t, "lost");
    memory_watch(false);
    text_raw(&t, "lost too");
    text_comma(&t);
    assert_true(t.failed);
    assert_int_equal(t.size, 0);
    text_clear(&t);
    text_raw(&t, "kept");
    assert_string_equal(text_z(&t), "kept");
    text_free(&t);
}

static void slices(void **state) {
    (void)state;
    assert_null(slice_of(NULL).at);
    assert_int_equal(slice_of(NULL).size, 0);
    assert_true(slice_is((slice){"null and void", 4}, "null"));
    assert_false(slice_is((slice){"null and void", 3}, "null"));
    char *copy = slice_copy((slice){"abcdef", 3});
    assert_string_equal(copy, "abc");
    free(copy);
    copy = slice_copy((slice){NULL, 0});
    assert_string_equal(copy, "");
    free(copy);
}

int main(void) {
    const case_table tables[] = {TABLE(numbers, check_number), TABLE(strings, check_string)};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commas_stand_between_members_only),
        cmocka_unit_test(it_grows_and_keeps_what_it_has),
        cmocka_unit_test(sized_is_for_the_caller_to_write),
        cmocka_unit_test(without_memory_it_stays_failed_until_cleared),
        cmocka_unit_test(slices),
    };
    return run_tables("text", tables, COUNT(tables)) + cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
