#include "number.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "retry.h"
#include "support.h"

typedef struct {
    const char *name;
    const char *string;
    const char *left; /* what is not taken */
} number_case;

/** What must be just what the C library says. */
static const number_case numbers[] = {
    {"zero", "0", ""},
    {"minus zero", "-0", ""},
    {"an integer", "120", ""},
    {"negative", "-7,", ","},
    {"2^53 - 1", "9007199254740991]", "]"},
    {"2^53 - 1, negative", "-9007199254740991", ""},
    {"2^53 - 1 with a fraction of zeros", "9007199254740991.000", ""},
    {"the last sequence number with a fraction of zeros", "4503599627370495.00", ""},
    {"many zeros behind the point", "7.00000000000000000000000000000000000000000000000000000000", ""},
    {"half", "0.5", ""},
    {"a decimal", "3.14159265358979", ""},
    {"an exponent", "1e3", ""},
    {"a capital exponent", "12E+2", ""},
    {"a negative exponent", "1200e-2", ""},
    {"far too large", "1e999", ""},
    {"far too large, negative", "-1e999", ""},
    {"far too small", "1e-999", ""},
    {"an exponent of a hundred digits",
     "1e9999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999",
     ""},
    {"zero with a huge exponent", "0e999", ""},
    {"twenty digits", "10000000000000000000", ""},
    {"thirty digits", "100000000000000000000000000000", ""},
};

static void check_number(void **state) {
    const number_case *one = *state;
    char *end;
    const double value = larder_strtod(one->string, &end);
    assert_string_equal(end, one->left);
    const double expected = strtod(one->string, NULL);
    assert_memory_equal(&value, &expected, sizeof value);
}

static double read_back(const char *format, double number) {
    char string[64];
    char *end;
    snprintf(string, sizeof string, format, number);
    return larder_strtod(string, &end);
}

static void whole_numbers_within_2_to_the_53_are_exact(void **state) {
    (void)state;
    random_source random = {53};
    for (int i = 0; i < 20000; i++) {
        const uint64_t bits = 1 + random_below(&random, 53);
        const double number = (double)(random_below(&random, UINT64_C(1) << bits));
        assert_true(read_back("%.0f", number) == number);
        assert_true(read_back("-%.2f", number) == -number);
        assert_true(read_back("%.16e", number) == number);
    }
}

static void fifteen_digits_are_exact(void **state) {
    (void)state;
    random_source random = {15};
    for (int i = 0; i < 20000; i++) {
        char string[64];
        char *end;
        const unsigned long long digits = random_below(&random, UINT64_C(1000000000000000));
        snprintf(string, sizeof string, "%llue-%d", digits, (int)random_below(&random, 16));
        assert_true(larder_strtod(string, &end) == strtod(string, NULL));
    }
}

int main(void) {
    const case_table tables[] = {TABLE(numbers, check_number)};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_numbers_within_2_to_the_53_are_exact),
        cmocka_unit_test(fifteen_digits_are_exact),
    };
    return run_tables("number", tables, COUNT(tables)) +
           cmocka_run_group_tests_name("number", tests, NULL, NULL);
}
