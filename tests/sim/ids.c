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
