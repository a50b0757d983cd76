#include "support.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *case_name(const void *one) {
    return *(const char *const *)one;
}

static struct CMUnitTest *add_table(struct CMUnitTest *next, const case_table *table) {
    for (size_t i = 0; i < table->count; i++) {
        const char *one = (const char *)table->cases + i * table->size;
        *next++ = (struct CMUnitTest){case_name(one), table->check, NULL, NULL, (void *)(uintptr_t)one};
    }
    return next;
}

int run_tables(const char *concept, const case_table *tables, size_t count) {
    size_t total = 0;
    for (size_t i = 0; i < count; i++) total += tables[i].count;
    struct CMUnitTest *tests = calloc(total, sizeof *tests);
    struct CMUnitTest *next = tests;
    for (size_t i = 0; i < count; i++) next = add_table(next, &tables[i]);
    const int failed = _cmocka_run_group_tests(concept, tests, total, NULL, NULL);
    free(tests);
    return failed;
}

/* ---- ids ---- */

static const char chat_prefix[] = "00000000-0000-4000-9000-";
static const char message_prefix[] = "00000000-0000-4000-8000-";

static const char *numbered(char out[ID_BYTES], const char *prefix, int64_t number) {
    snprintf(out, ID_BYTES, "%s%012d", prefix, (int)(number % 1000000000));
    return out;
}

const char *chat_id(char out[ID_BYTES], int64_t number) {
    return numbered(out, chat_prefix, number);
}

const char *message_id(char out[ID_BYTES], int64_t number) {
    return numbered(out, message_prefix, number);
}

int64_t id_number(const char *id) {
    const size_t prefix_size = sizeof message_prefix - 1;
    if (!id || strlen(id) != ID_BYTES - 1) return 0;
    const bool ours =
        strncmp(id, chat_prefix, prefix_size) == 0 || strncmp(id, message_prefix, prefix_size) == 0;
    return ours ? strtoll(id + prefix_size, NULL, 10) : 0;
}

/* ---- texts ---- */

void text_format(text *t, const char *format, ...) {
    char printed[8192];
    va_list arguments;
    va_start(arguments, format);
    const int size = vsnprintf(printed, sizeof printed, format, arguments);
    va_end(arguments);
    assert_in_range(size, 0, sizeof printed - 1);
    text_raw(t, printed);
}

const char *text_z(text *t) {
    text_bytes(t, (slice){"", 1});
    t->size--;
    return t->at;
}

/* ---- messages ---- */

typedef struct {
    int64_t sequence;
    int64_t id;
    int64_t edited_s;
    int64_t version;
    char kind; /* one of the marks that need no number, or 0 */
} word;

/** Reads the word that starts at `at`; what follows it. */
static const char *read_word(const char *at, word *out) {
    char *end;
    const int64_t sequence = strtoll(at, &end, 10);
    *out = (word){.sequence = sequence, .id = sequence};
    while (*end && *end != ' ') {
        const char mark = *end++;
        if (mark == '#') out->id = strtoll(end, &end, 10);
        else if (mark == '@') out->edited_s = strtoll(end, &end, 10);
        else if (mark == 'v') out->version = strtoll(end, &end, 10);
        else out->kind = mark;
    }
    return *end ? end + 1 : end;
}

static void write_id(text *out, const word *w) {
    char id[ID_BYTES];
    if (w->kind == '?') text_raw(out, "7");
    else text_string(out, w->kind == '~' ? "lost" : message_id(id, w->id));
}

static void write_message(text *out, const word *w) {
    if (w->kind == '$') {
        text_raw(out, "nonsense");
        return;
    }
    text_raw(out, "{\"id\":");
    write_id(out, w);
    text_format(out, ",\"requestId\":\"%s\"", w->kind == '*' ? CHAT_2 : CHAT_1);
    text_format(out, ",\"sequenceNumber\":%lld", (long long)w->sequence);
    text_format(out, ",\"content\":\"%s\"", w->kind == '!' ? "" : "text");
    text_raw(out, ",\"createdAt\":\"2026-01-16T09:00:00Z\"");
    if (w->edited_s) text_format(out, ",\"updatedAt\":\"2026-01-16T09:00:%02dZ\"", (int)w->edited_s);
    if (w->version) text_format(out, ",\"_syncVersion\":%d", (int)w->version);
    text_raw(out, "}");
}

void write_messages(text *out, const char *words) {
    word w;
    while (words && *words) {
        words = read_word(words, &w);
        text_comma(out);
        write_message(out, &w);
    }
}

void write_tombstones(text *out, const char *words) {
    word w;
    while (words && *words) {
        words = read_word(words, &w);
        text_comma(out);
        text_raw(out, "{\"id\":");
        write_id(out, &w);
        if (w.kind != '!') text_format(out, ",\"sequenceNumber\":%lld", (long long)w.sequence);
        text_raw(out, "}");
    }
}
