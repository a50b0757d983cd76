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

/** Behind what could be read; NULL where it is no date and time. */
static const char *parse(const char *at, int64_t *ms) {
    int64_t year, month, day, time_ms;
    if (!digits(&at, 4, &year) || !letter(&at, '-') || !digits(&at, 2, &month) || !letter(&at, '-'))
        return NULL;
    if (!digits(&at, 2, &day) || !date_valid(year, month, day) || !letter(&at, 'T')) return NULL;
    if (!clock(&at, &time_ms) || !fraction(&at, &time_ms) || !offset(&at, &time_ms)) return NULL;
    *ms = days_from_civil(year, month, day) * 86400000 + time_ms;
    return at;
}

bool moment_of(slice bytes, int64_t *ms) {
    int64_t parsed;
    if (parse(bytes.at, &parsed) != bytes.at + bytes.size) return false;
    *ms = parsed;
    return true;
}

bool moment_parse(const char *string, int64_t *ms) {
    return moment_of(slice_of(string), ms);
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

/* ---- writing ---- */

#define MOMENT_MS_MIN INT64_C(-62167219200000) /* 0000-01-01T00:00:00.000Z */
#define MOMENT_MS_MAX INT64_C(253402300799999) /* 9999-12-31T23:59:59.999Z */

typedef struct {
    int64_t year, month, day;
} civil;

/** The inverse of `days_from_civil`. */
static civil civil_from_days(int64_t days) {
    days += 719468;
    const int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    const int64_t day_of_era = days - era * 146097;
    const int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const int64_t from_march = (5 * day_of_year + 2) / 153;
    const int64_t month = from_march + (from_march < 10 ? 3 : -9);
    return (civil){year_of_era + era * 400 + (month <= 2), month,
                   day_of_year - (153 * from_march + 2) / 5 + 1};
}

/** Writes exactly `count` digits and then a character. */
static char *put(char *at, int64_t value, int count, char then) {
    for (int i = count - 1; i >= 0; i--, value /= 10) at[i] = (char)('0' + value % 10);
    at[count] = then;
    return at + count + 1;
}

const char *moment_write(char out[MOMENT_BYTES], int64_t ms) {
    const int64_t at_ms = ms < MOMENT_MS_MIN ? MOMENT_MS_MIN : ms > MOMENT_MS_MAX ? MOMENT_MS_MAX : ms;
    const int64_t since_min = at_ms - MOMENT_MS_MIN;
    const int64_t days = since_min / 86400000, of_day = since_min % 86400000;
    const civil date = civil_from_days(days + MOMENT_MS_MIN / 86400000);
    char *at = put(out, date.year, 4, '-');
    at = put(at, date.month, 2, '-');
    at = put(at, date.day, 2, 'T');
    at = put(at, of_day / 3600000, 2, ':');
    at = put(at, of_day / 60000 % 60, 2, ':');
    at = put(at, of_day / 1000 % 60, 2, '.');
    put(at, of_day % 1000, 3, 'Z')[0] = 0;
    return out;
}
