#include "moment.h"

#include <string.h>

/** Days from 1970-01-01 to a date of the proleptic Gregorian calendar. */
static int64_t days_from_civil(int64_t year, int64_t month, int64_t day) {
    year -= month <= 2;
    const int64_t era = (year >= 0 ? year : year - 399) / 400;
    const int64_t year_of_era = year - era * 400;
    const int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/** Takes exactly `count` digits. */
static bool digits(const char **at, int count, int64_t *value) {
    *value = 0;
    for (int i = 0; i < count; i++, (*at)++) {
        if (!is_digit(**at)) return false;
        *value = *value * 10 + (**at - '0');
    }
    return true;
}

static bool letter(const char **at, char expected) {
    if (**at != expected) return false;
    (*at)++;
    return true;
}

static bool date_valid(int64_t year, int64_t month, int64_t day) {
    static const int64_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (month < 1 || month > 12 || day < 1) return false;
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day <= days[month - 1] + (month == 2 && leap);
}

static bool clock(const char **at, int64_t *ms) {
    int64_t hour, minute, second;
    if (!digits(at, 2, &hour) || !letter(at, ':') || !digits(at, 2, &minute) || !letter(at, ':'))
        return false;
    if (!digits(at, 2, &second) || hour > 23 || minute > 59 || second > 60) return false;
    *ms = ((hour * 60 + minute) * 60 + second) * 1000;
    return true;
}

static bool fraction(const char **at, int64_t *ms) {
    if (!letter(at, '.')) return true;
    if (!is_digit(**at)) return false;
    for (int64_t unit = 100; is_digit(**at); (*at)++, unit /= 10) *ms += (**at - '0') * unit;
    return true;
}

static bool offset(const char **at, int64_t *ms) {
    int64_t hours, minutes;
    if (letter(at, 'Z')) return true;
    const int64_t sign = **at == '-' ? -1 : 1;
    if (!letter(at, '+') && !letter(at, '-')) return false;
    if (!digits(at, 2, &hours) || !letter(at, ':') || !digits(at, 2, &minutes)) return false;
    if (hours > 23 || minutes > 59) return false;
    *ms -= sign * (hours * 60 + minutes) * 60000;
    return true;
}

bool moment_parse(const char *at, int64_t *ms) {
    int64_t year, month, day, time_ms;
    if (!digits(&at, 4, &year) || !letter(&at, '-') || !digits(&at, 2, &month) || !letter(&at, '-'))
        return false;
    if (!digits(&at, 2, &day) || !date_valid(year, month, day) || !letter(&at, 'T')) return false;
    if (!clock(&at, &time_ms) || !fraction(&at, &time_ms) || !offset(&at, &time_ms) || *at) return false;
    *ms = days_from_civil(year, month, day) * 86400000 + time_ms;
    return true;
}

/** `Fri, 16 Jan 2026 09:30:00 GMT`, the one date format that senders must use. */
static bool http_date(const char *at, int64_t *ms) {
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    int64_t day, year, time_ms;
    if (strlen(at) != 29 || at[3] != ',' || at[4] != ' ') return false;
    at += 5;
    if (!digits(&at, 2, &day) || !letter(&at, ' ')) return false;
    int64_t month = 0;
    while (month < 12 && strncmp(at, months + 3 * month, 3) != 0) month++;
    at += 3;
    if (!letter(&at, ' ') || !digits(&at, 4, &year) || !date_valid(year, month + 1, day)) return false;
    if (!letter(&at, ' ') || !clock(&at, &time_ms) || strcmp(at, " GMT") != 0) return false;
    *ms = days_from_civil(year, month + 1, day) * 86400000 + time_ms;
    return true;
}

bool moment_retry_after(const char *string, int64_t now_ms, int64_t *wait_ms) {
    int64_t seconds = 0;
    const char *at = string;
    while (is_digit(*at) && seconds < 1000000000) seconds = seconds * 10 + (*at++ - '0');
    while (is_digit(*at)) at++;
    if (at != string && !*at) {
        *wait_ms = seconds * 1000;
        return true;
    }
    int64_t date_ms;
    if (!http_date(string, &date_ms)) return false;
    *wait_ms = date_ms > now_ms ? date_ms - now_ms : 0;
    return true;
}

int64_t moment_edited_ms(const char *updated_at, const char *created_at) {
    int64_t ms = 0;
    if (updated_at && moment_parse(updated_at, &ms)) return ms;
    if (created_at) moment_parse(created_at, &ms);
    return ms;
}
