#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* utlist's macros compare in place. */
#include <utlist.h>

#include "media.h"
#include "support.h"

/** The order of eviction against a naive sort, after many changes. */

enum { ENTRIES = 60, CHANGES = 4000 };

typedef struct {
    lru order;
    media_entry *at[ENTRIES];
    int list[ENTRIES]; /* that it should be on; LRU_NONE: none */
    chat chats[2];
    int64_t now_ms;
    uint32_t random;
} model;

static uint32_t below(model *m, uint32_t bound) {
    m->random = m->random * 1664525 + 1013904223;
    return (m->random >> 8) % bound;
}

static void start(model *m, uint32_t seed) {
    *m = (model){.random = seed, .now_ms = 1000};
    for (int i = 0; i < ENTRIES; i++) {
        m->at[i] = calloc(1, sizeof(media_entry) + 16);
        snprintf(m->at[i]->id, 16, "id %d", i);
        m->at[i]->list = LRU_NONE;
        m->at[i]->chat = &m->chats[i % 2];
        m->list[i] = LRU_NONE;
        DL_APPEND2(m->at[i]->chat->media, m->at[i], chat_prev, chat_next);
    }
}

static void stop(model *m) {
    for (int i = 0; i < ENTRIES; i++) free(m->at[i]);
}

static bool goes_before(const model *m, int a, int b) {
    if (m->list[a] != m->list[b]) return m->list[a] < m->list[b];
    if (m->at[a]->accessed_ms != m->at[b]->accessed_ms) return m->at[a]->accessed_ms < m->at[b]->accessed_ms;
    return strcmp(m->at[a]->id, m->at[b]->id) < 0;
}

static media_entry *naive_first(const model *m, const chat *of) {
    int first = -1;
    for (int i = 0; i < ENTRIES; i++) {
        if (m->list[i] == LRU_NONE || (of && m->at[i]->chat != of)) continue;
        if (first < 0 || goes_before(m, i, first)) first = i;
    }
    return first < 0 ? NULL : m->at[first];
}

/** Used now, back with an old time, or gone. */
static void change(model *m) {
    const int i = (int)below(m, ENTRIES);
    media_entry *e = m->at[i];
    lru_remove(&m->order, e);
    m->list[i] = below(m, 8) ? (int)below(m, LRU_LISTS) : LRU_NONE;
    if (below(m, 2)) e->accessed_ms = ++m->now_ms;
    else e->accessed_ms = below(m, 20) * 50;
    if (m->list[i] != LRU_NONE) lru_add(&m->order, e, m->list[i]);
}

static void as_a_naive_sort(void **state) {
    (void)state;
    for (uint32_t seed = 1; seed <= 20; seed++) {
        model m;
        start(&m, seed);
        for (int i = 0; i < CHANGES / 20; i++) {
            for (uint32_t n = below(&m, 20); n; n--) change(&m);
            const chat *of = &m.chats[below(&m, 2)];
            if (below(&m, 2)) assert_ptr_equal(lru_first(&m.order), naive_first(&m, NULL));
            else assert_ptr_equal(lru_first_of(of), naive_first(&m, of));
        }
        stop(&m);
    }
}

static void nothing_is_first_of_nothing(void **state) {
    (void)state;
    lru order = {0};
    lru_settle(&order);
    assert_null(lru_first(&order));
    assert_null(lru_first_of(&(chat){0}));
}

/** The whole order, one victim after another. */
static void down_to_the_last(void **state) {
    (void)state;
    model m;
    start(&m, 7);
    for (int i = 0; i < CHANGES; i++) change(&m);
    for (media_entry *e; (e = naive_first(&m, NULL));) {
        assert_ptr_equal(lru_first(&m.order), e);
        lru_remove(&m.order, e);
        lru_remove(&m.order, e); /* it is on no list any more */
        for (int i = 0; i < ENTRIES; i++) {
            if (m.at[i] == e) m.list[i] = LRU_NONE;
        }
    }
    assert_null(lru_first(&m.order));
    stop(&m);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_a_naive_sort),
        cmocka_unit_test(nothing_is_first_of_nothing),
        cmocka_unit_test(down_to_the_last),
    };
    return cmocka_run_group_tests_name("lru", tests, NULL, NULL);
}
