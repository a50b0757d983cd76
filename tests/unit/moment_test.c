#include "moment.h"

#include "support.h"

typedef struct {
    const char *name;
    const char *string;
    int64_t ms;
} moment_case;

static const moment_case moments[] = {
    {"the epoch", "1970-01-01T00:00:00Z", 0},
    {"as a server writes it", "2026-01-16T09:30:00.250Z", 1768555800250},
    {"one digit of fraction", "2026-01-16T09:30:00.2Z", 1768555800200},
    {"more digits than milliseconds", "2026-01-16T09:30:00.2509999Z", 1768555800250},
    {"east of Greenwich", "2026-01-16T11:30:00+02:00", 1768555800000},
    {"west of Greenwich", "2026-01-16T04:00:00-05:30", 1768555800000},
    {"no offset in digits", "2026-01-16T09:30:00+00:00", 1768555800000},
    {"before the epoch", "1969-12-31T23:59:59.999Z", -1},
    {"leap day", "2024-02-29T00:00:00Z", 1709164800000},
    {"leap day of a century", "2000-02-29T12:00:00Z", 951825600000},
    {"leap second", "2016-12-31T23:59:60Z", 1483228800000},
    {"the year 0", "0000-01-01T00:00:00Z", -62167219200000},
    {"the year 9999", "9999-12-31T23:59:59.999Z", 253402300799999},
};

static void check_moment(void **state) {
    const moment_case *one = *state;
    int64_t ms = 0;
    assert_true(moment_parse(one->string, &ms));
    assert_int_equal(ms, one->ms);
}

typedef struct {
    const char *name;
    const char *string;
} bad_case;

static const bad_case no_moments[] = {
    {"nothing", ""},
    {"a date", "2026-01-16"},
    {"a space between", "2026-01-16 09:30:00Z"},
    {"no offset", "2026-01-16T09:30:00"},
    {"no seconds", "2026-01-16T09:30Z"},
    {"no dashes", "20260116T093000Z"},
    {"a point and nothing", "2026-01-16T09:30:00.Z"},
    {"month 0", "2026-00-16T09:30:00Z"},
    {"month 13", "2026-13-16T09:30:00Z"},
    {"day 0", "2026-01-00T09:30:00Z"},
    {"day 32", "2026-01-32T09:30:00Z"},
    {"31 April", "2026-04-31T09:30:00Z"},
    {"29 February of a common year", "2026-02-29T09:30:00Z"},
    {"29 February of a common century", "1900-02-29T09:30:00Z"},
    {"hour 24", "2026-01-16T24:00:00Z"},
    {"minute 60", "2026-01-16T09:60:00Z"},
    {"second 61", "2026-01-16T09:30:61Z"},
    {"offset of 24 hours", "2026-01-16T09:30:00+24:00"},
    {"offset of 60 minutes", "2026-01-16T09:30:00+01:60"},
    {"offset without a colon", "2026-01-16T09:30:00+0200"},
    {"text behind it", "2026-01-16T09:30:00Z "},
    {"a five-digit year", "12026-01-16T09:30:00Z"},
    {"a negative year", "-026-01-16T09:30:00Z"},
    {"cut short", "2026-01-16T09:3"},
    {"words", "yesterday"},
};

static void check_no_moment(void **state) {
    const bad_case *one = *state;
    int64_t ms = 42;
    assert_false(moment_parse(one->string, &ms));
    assert_int_equal(ms, 42);
}

#define NOW_MS 1768555800000LL /* Fri, 16 Jan 2026 09:30:00 GMT */

typedef struct {
    const char *name;
    const char *string;
    int64_t wait_ms; /* -1: neither seconds nor a date */
} wait_case;

static const wait_case waits[] = {
    {"no wait", "0", 0},
    {"seconds", "120", 120000},
    {"leading zeros", "007", 7000},
    {"absurd", "99999999999999999999999999", 9999999999000},
    {"a date to come", "Fri, 16 Jan 2026 09:31:00 GMT", 60000},
    {"a date that has passed", "Fri, 16 Jan 2026 09:29:00 GMT", 0},
    {"the last month", "Thu, 31 Dec 2026 00:00:00 GMT", 30119400000},
    {"nothing", "", -1},
    {"negative", "-5", -1},
    {"a fraction", "1.5", -1},
    {"an exponent", "1e3", -1},
    {"a unit", "5s", -1},
    {"white space", " 5", -1},
    {"an ISO date", "2026-01-16T09:31:00Z", -1},
    {"an obsolete date", "Friday, 16-Jan-26 09:31:00 GMT", -1},
    {"the date of asctime", "Fri Jan 16 09:31:00 2026", -1},
    {"no such month", "Fri, 16 Foo 2026 09:31:00 GMT", -1},
    {"no such day", "Mon, 30 Feb 2026 09:31:00 GMT", -1},
    {"another zone", "Fri, 16 Jan 2026 09:31:00 CET", -1},
    {"a date cut short", "Fri, 16 Jan 2026 09:31:00 GM", -1},
    {"hour 25", "Fri, 16 Jan 2026 25:31:00 GMT", -1},
};

static void check_wait(void **state) {
    const wait_case *one = *state;
    int64_t wait_ms = -1;
    assert_int_equal(moment_retry_after(one->string, NOW_MS, &wait_ms), one->wait_ms >= 0);
    assert_int_equal(wait_ms, one->wait_ms);
}

/** The days from 1970 to 2170 follow one another. */
static void the_calendar_has_no_holes(void **state) {
    (void)state;
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t expected_ms = 0;
    for (int year = 1970; year < 2170; year++) {
        const int leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        for (int month = 1; month <= 12; month++) {
            for (int day = 1; day <= days[month - 1] + (month == 2 && leap); day++) {
                int64_t ms = -1;
                text date = {0};
                text_format(&date, "%04d-%02d-%02dT00:00:00Z", year, month, day);
                assert_true(moment_parse(text_z(&date), &ms));
                assert_int_equal(ms, expected_ms);
                expected_ms += 86400000;
                text_free(&date);
            }
        }
    }
}

typedef struct {
    const char *name;
    int64_t ms;
    const char *string;
} written_case;

static const written_case written[] = {
    {"1970", 0, "1970-01-01T00:00:00.000Z"},
    {"now", 1768555800250, "2026-01-16T09:30:00.250Z"},
    {"a leap day", 951868799999, "2000-02-29T23:59:59.999Z"},
    {"the day after", 951868800000, "2000-03-01T00:00:00.000Z"},
    {"no leap day", -2203891200000, "1900-03-01T00:00:00.000Z"},
    {"the last of a year", 1798761599999, "2026-12-31T23:59:59.999Z"},
    {"before 1970", -1, "1969-12-31T23:59:59.999Z"},
    {"the first that there is", INT64_MIN, "0000-01-01T00:00:00.000Z"},
    {"the last that there is", INT64_MAX, "9999-12-31T23:59:59.999Z"},
};

static void check_written(void **state) {
    const written_case *one = *state;
    char string[MOMENT_BYTES];
    assert_string_equal(moment_write(string, one->ms), one->string);
}

/** Some time of each day from 1970 to 2170 is read as it was written. */
static void what_is_written_is_read(void **state) {
    (void)state;
    for (int64_t day = 0; day < 200 * 365; day++) {
        char string[MOMENT_BYTES];
        int64_t ms = -1;
        const int64_t at_ms = day * 86400000 + day * 7919 % 86400000;
        assert_true(moment_parse(moment_write(string, at_ms), &ms));
        assert_int_equal(ms, at_ms);
    }
}

int main(void) {
    const case_table tables[] = {
        TABLE(moments, check_moment),
        TABLE(no_moments, check_no_moment),
        TABLE(waits, check_wait),
        TABLE(written, check_written),
    };
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_calendar_has_no_holes),
        cmocka_unit_test(what_is_written_is_read),
    };
    return run_tables("moment", tables, COUNT(tables)) +
           cmocka_run_group_tests_name("moment", tests, NULL, NULL);
}
