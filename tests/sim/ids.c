#include "ids.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHAT_MARK = 0xC, MESSAGE_MARK = 0xA, OPERATION_MARK = 0xB, FAKE_MARK = 0xF };

static void write_id(char out[ID_BYTES], unsigned mark, unsigned chat, int64_t number) {
    snprintf(out, ID_BYTES, "%x%07x-0000-4000-8000-%012" PRIx64, mark & 0xF, chat & 0xFFFFFFFU,
             (uint64_t)number & 0xFFFFFFFFFFFFU);
}

void id_of_chat(char out[ID_BYTES], int chat) {
    write_id(out, CHAT_MARK, (unsigned)chat, 0);
}

void id_of_message(char out[ID_BYTES], int chat, int64_t sequence) {
    write_id(out, MESSAGE_MARK, (unsigned)chat, sequence);
}

/** Mixes, so that the ids of operations are not in the order in which they were made. */
static unsigned mixed(int64_t number) {
    return ((unsigned)number * 0x9E3779B1U) >> 4;
}

void id_of_operation(char out[ID_BYTES], int64_t number) {
    write_id(out, OPERATION_MARK, mixed(number), number);
}

void id_of_fake(char out[ID_BYTES], int64_t number) {
    write_id(out, FAKE_MARK, 0, number);
}

static bool read_id(const char *id, unsigned mark, int *chat, int64_t *number) {
    if (!id || strlen(id) != ID_BYTES - 1) return false;
    char back[ID_BYTES];
    char head[9] = {0};
    memcpy(head, id, 8);
    const unsigned first = (unsigned)strtoul(head, NULL, 16);
    const int64_t last = (int64_t)strtoull(id + 24, NULL, 16);
    write_id(back, mark, first & 0xFFFFFFFU, last);
    if (strcmp(back, id) != 0) return false;
    *chat = (int)(first & 0xFFFFFFFU);
    *number = last;
    return true;
}

int id_read_chat(const char *id) {
    int chat;
    int64_t number;
    return read_id(id, CHAT_MARK, &chat, &number) && number == 0 ? chat : -1;
}

bool id_read_message(const char *id, int *chat, int64_t *sequence) {
    return read_id(id, MESSAGE_MARK, chat, sequence);
}

int64_t id_read_operation(const char *id) {
    int mix;
    int64_t number;
    return read_id(id, OPERATION_MARK, &mix, &number) && (unsigned)mix == mixed(number) ? number : 0;
}

/** The date of a day since 1970 (days from civil, the other way round). */
static void civil(int64_t days, int *year, int *month, int *day) {
    days += 719468;
    const int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    const int64_t day_of_era = days - era * 146097;
    const int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const int64_t shifted = (5 * day_of_year + 2) / 153;
    *day = (int)(day_of_year - (153 * shifted + 2) / 5 + 1);
    *month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
    *year = (int)(year_of_era + era * 400 + (*month <= 2));
}

static char *put_digits(char *at, int64_t number, int count) {
    for (int i = count - 1; i >= 0; i--, number /= 10) at[i] = (char)('0' + number % 10);
    return at + count;
}

void write_moment(char out[MOMENT_BYTES], int64_t ms) {
    int year, month, day;
    const int64_t in_day = ms % 86400000;
    civil(ms / 86400000, &year, &month, &day);
    char *at = put_digits(out, year, 4);
    *at++ = '-', at = put_digits(at, month, 2);
    *at++ = '-', at = put_digits(at, day, 2);
    *at++ = 'T', at = put_digits(at, in_day / 3600000, 2);
    *at++ = ':', at = put_digits(at, in_day / 60000 % 60, 2);
    *at++ = ':', at = put_digits(at, in_day / 1000 % 60, 2);
    *at++ = '.', at = put_digits(at, in_day % 1000, 3);
    *at++ = 'Z';
    *at = 0;
}
