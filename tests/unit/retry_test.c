#include "retry.h"

#include "support.h"

typedef struct {
    const char *name;
    int64_t status;
    const char *failure;
    outcome outcome;
    error_code code;
} end_case;

static const end_case ends[] = {
    {"200", 200, NULL, OUTCOME_OK, ERROR_CODE_NONE},
    {"204", 204, NULL, OUTCOME_OK, ERROR_CODE_NONE},
    {"299", 299, NULL, OUTCOME_OK, ERROR_CODE_NONE},
    {"network", 0, "network", OUTCOME_RETRYABLE, ERROR_CODE_NETWORK},
    {"timeout", 0, "timeout", OUTCOME_RETRYABLE, ERROR_CODE_TIMEOUT},
    {"aborted", 0, "aborted", OUTCOME_RETRYABLE, ERROR_CODE_NETWORK},
    {"neither status nor failure", 0, NULL, OUTCOME_RETRYABLE, ERROR_CODE_NETWORK},
    {"negative status", -1, NULL, OUTCOME_RETRYABLE, ERROR_CODE_NETWORK},
    {"401", 401, NULL, OUTCOME_AUTH, ERROR_CODE_AUTH},
    {"408", 408, NULL, OUTCOME_RETRYABLE, ERROR_CODE_TIMEOUT},
    {"425", 425, NULL, OUTCOME_RETRYABLE, ERROR_CODE_RATE_LIMITED},
    {"429", 429, NULL, OUTCOME_RETRYABLE, ERROR_CODE_RATE_LIMITED},
    {"500", 500, NULL, OUTCOME_RETRYABLE, ERROR_CODE_SERVER},
    {"503", 503, NULL, OUTCOME_RETRYABLE, ERROR_CODE_SERVER},
    {"520", 520, NULL, OUTCOME_RETRYABLE, ERROR_CODE_SERVER},
    {"100", 100, NULL, OUTCOME_TERMINAL, ERROR_CODE_REJECTED},
    {"302", 302, NULL, OUTCOME_TERMINAL, ERROR_CODE_REJECTED},
    {"400", 400, NULL, OUTCOME_TERMINAL, ERROR_CODE_REJECTED},
    {"403", 403, NULL, OUTCOME_TERMINAL, ERROR_CODE_REJECTED},
    {"404", 404, NULL, OUTCOME_TERMINAL, ERROR_CODE_REJECTED},
    {"409", 409, NULL, OUTCOME_TERMINAL, ERROR_CODE_REJECTED},
    {"410", 410, NULL, OUTCOME_TERMINAL, ERROR_CODE_REJECTED},
    {"413", 413, NULL, OUTCOME_TERMINAL, ERROR_CODE_REJECTED},
};

static void check_end(void **state) {
    const end_case *one = *state;
    error_code code;
    assert_int_equal(retry_classify(one->status, one->failure, &code), one->outcome);
    assert_int_equal(code, one->code);
}

typedef struct {
    const char *name;
    int failures;
    const char *retry_after;
    int64_t least_ms;
    int64_t most_ms;
} wait_case;

static const wait_case waits[] = {
    {"first failure", 1, NULL, 1, 1000},
    {"second failure", 2, NULL, 1, 2000},
    {"sixth failure", 6, NULL, 1, 32000},
    {"seventh failure: the most", 7, NULL, 1, 60000},
    {"after a very long time", 2000000000, NULL, 1, 60000},
    {"the server asks for less", 7, "0", 1, 60000},
    {"the server asks for more", 1, "120", 120000, 120000},
    {"the server asks for a date", 1, "Fri, 16 Jan 2026 09:02:00 GMT", 120000, 120000},
    {"the server asks for a year", 1, "31536000", 300000, 300000},
    {"the server asks for nonsense", 1, "soon", 1, 1000},
};

static void check_wait(void **state) {
    const wait_case *one = *state;
    random_source random = {7};
    int64_t least_ms = INT64_MAX, most_ms = 0;
    for (int i = 0; i < 2000; i++) {
        const int64_t wait_ms = retry_wait_ms(&random, one->failures, one->retry_after, START_MS);
        assert_in_range(wait_ms, one->least_ms, one->most_ms);
        if (wait_ms < least_ms) least_ms = wait_ms;
        if (wait_ms > most_ms) most_ms = wait_ms;
    }
    /* Full jitter: all of the range is used. */
    const int64_t spread_ms = one->most_ms - one->least_ms;
    assert_true(least_ms <= one->least_ms + spread_ms / 20);
    assert_true(most_ms >= one->most_ms - spread_ms / 20);
}

static void the_generator_is_splitmix64(void **state) {
    (void)state;
    random_source random = {0};
    assert_int_equal(random_below(&random, UINT64_MAX), 0xE220A8397B1DCDAFU);
    assert_int_equal(random_below(&random, UINT64_MAX), 0x6E789E6AA1B965F4U);
    assert_int_equal(random_below(&random, UINT64_MAX), 0x06C45D188009454FU);
}

static void nothing_is_below_zero(void **state) {
    (void)state;
    random_source random = {3};
    assert_int_equal(random_below(&random, 0), 0);
    for (int i = 0; i < 100; i++) assert_int_equal(random_below(&random, 1), 0);
}

int main(void) {
    const case_table tables[] = {TABLE(ends, check_end), TABLE(waits, check_wait)};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_generator_is_splitmix64),
        cmocka_unit_test(nothing_is_below_zero),
    };
    return run_tables("retry", tables, COUNT(tables)) +
           cmocka_run_group_tests_name("retry", tests, NULL, NULL);
}
