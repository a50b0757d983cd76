#include "gaps.h"

#include <stdlib.h>
#include <string.h>

#include "failing_memory.h"
#include "retry.h"
#include "support.h"

/* ---- gaps as words: `3-7` or `3-7s`, `s` for stale; found at 0 or, with `@5`, at 5 ms ---- */

static const char *read_gap(const char *at, gap *out) {
    char *end;
    *out = (gap){.start = strtoll(at, &end, 10)};
    out->end = strtoll(end + 1, &end, 10);
    if (*end == 's') out->stale = true, end++;
    if (*end == '@') out->detected_ms = strtoll(end + 1, &end, 10);
    return *end ? end + 1 : end;
}

static gap_list list_of(const char *words) {
    gap_list list = {0};
    gap each;
    while (*words) {
        words = read_gap(words, &each);
        assert_true(gaps_add(&list, each));
    }
    return list;
}

static void write_gap(text *out, const gap *g) {
    if (out->size) text_raw(out, " ");
    text_format(out, "%lld-%lld%s", (long long)g->start, (long long)g->end, g->stale ? "s" : "");
    if (g->detected_ms) text_format(out, "@%lld", (long long)g->detected_ms);
}

static void assert_gaps(const gap_list *list, const char *expected) {
    text out = {0};
    for (size_t i = 0; i < list->count; i++) write_gap(&out, &list->at[i]);
    assert_string_equal(text_z(&out), expected);
    text_free(&out);
}

typedef struct {
    const char *name;
    const char *before;
    const char *added;
    const char *after;
} add_case;

static const add_case adds[] = {
    {"the first", "", "5-9@3", "5-9@3"},
    {"in front", "5-9", "1-2", "1-2 5-9"},
    {"behind", "5-9", "20-30", "5-9 20-30"},
    {"between", "1-2 9-10", "5-6", "1-2 5-6 9-10"},
    {"overlapping keeps the earliest time", "5-9@7", "8-12@9", "5-12@7"},
    {"overlapping an older one", "5-9@7", "3-6@2", "3-9@2"},
    {"inside", "5-20@7", "8-12@9", "5-20@7"},
    {"around", "5-6@7 8-9@4", "1-30@9", "1-30@4"},
    {"touching below", "5-9", "10-12", "5-12"},
    {"touching above", "5-9", "1-4", "1-9"},
    {"one number between stays", "5-9", "11-12", "5-9 11-12"},
    {"closing a hole between two", "1-3 5-9", "4-4", "1-9"},
    {"a stale one beside one that is not", "1-4", "5-9s", "1-4 5-9s"},
    {"one that is not beside a stale one", "5-9s", "10-12", "5-9s 10-12"},
    {"two stale ones touch", "1-4s", "5-9s", "1-9s"},
    {"overlapping a stale one is stale", "1-6s", "5-9", "1-9s"},
    {"growing by an overlap until it touches another of its kind", "1-3s 4-6", "6-8s", "1-8s"},
    {"growing by an overlap until it touches on both sides", "1-3s 4-6 7-9s", "5-5s", "1-9s"},
};

static void check_add(void **state) {
    const add_case *one = *state;
    gap added;
    gap_list list = list_of(one->before);
    read_gap(one->added, &added);
    assert_true(gaps_add(&list, added));
    assert_gaps(&list, one->after);
    gaps_free(&list);
}

typedef struct {
    const char *name;
    const char *before;
    int64_t from;
    int64_t to;
    const char *after;
} fill_case;

static const fill_case fills[] = {
    {"nothing to fill", "", 1, 9, ""},
    {"exactly", "5-9", 5, 9, ""},
    {"more than it", "5-9", 1, 20, ""},
    {"its start", "5-9@3", 1, 6, "7-9@3"},
    {"its end", "5-9@3", 8, 20, "5-7@3"},
    {"its last", "5-9", 9, 9, "5-8"},
    {"its first", "5-9", 5, 5, "6-9"},
    {"its middle", "5-9s@3", 7, 7, "5-6s@3 8-9s@3"},
    {"beside it", "5-9", 10, 12, "5-9"},
    {"several", "1-3 5-7 9-11", 2, 10, "1-1 11-11"},
    {"between them", "1-3 9-11", 4, 8, "1-3 9-11"},
};

static void check_fill(void **state) {
    const fill_case *one = *state;
    gap_list list = list_of(one->before);
    assert_true(gaps_fill(&list, one->from, one->to));
    assert_gaps(&list, one->after);
    gaps_free(&list);
}

typedef struct {
    const char *name;
    const char *before;
    size_t max;
    const char *after;
} bound_case;

static const bound_case bounds[] = {
    {"few enough", "1-2 5-6", 2, "1-2 5-6"},
    {"one too many", "1-2@5 5-6@3 9-10", 2, "1-6s@3 9-10"},
    {"many too many", "1-2 5-6 9-10 20-21", 1, "1-21s"},
    {"none allowed still keeps one", "1-2 5-6", 0, "1-6s"},
};

static void check_bound(void **state) {
    const bound_case *one = *state;
    gap_list list = list_of(one->before);
    gaps_bound(&list, one->max);
    assert_gaps(&list, one->after);
    gaps_free(&list);
}

typedef struct {
    const char *name;
    const char *gaps;
    const char *hole; /* empty: none */
} hole_case;

static const hole_case holes[] = {
    {"no gap", "", ""},
    {"history that was never fetched is no hole", "1-50", ""},
    {"the highest", "1-50 60-61 70-71", "70-71"},
    {"a hole above the unfetched history", "1-50 60-61", "60-61"},
    {"stale history is a hole", "1-50s", "1-50s"},
    {"a hole at the second message", "2-3", "2-3"},
};

static void check_hole(void **state) {
    const hole_case *one = *state;
    gap_list list = list_of(one->gaps);
    text out = {0};
    const gap *hole = gaps_last_hole(&list, 0);
    if (hole) write_gap(&out, hole);
    assert_string_equal(text_z(&out), one->hole);
    text_free(&out);
    gaps_free(&list);
}

/* ---- a property: the same as a row of marks, one per sequence number ---- */

enum { SEQUENCES = 120 };

typedef struct {
    bool missing;
    bool stale;
    int64_t detected_ms;
} mark;

typedef struct {
    mark at[SEQUENCES + 2]; /* by sequence number, with one that is never missing at either end */
} model;

static bool same_gap(const mark *a, const mark *b) {
    return a->missing && b->missing && a->stale == b->stale && a->detected_ms == b->detected_ms;
}

/** The end of the gap that starts at `from`. */
static int64_t run_end(const model *m, int64_t from) {
    while (same_gap(&m->at[from], &m->at[from + 1])) from++;
    return from;
}

static int64_t next_start(const model *m, int64_t from) {
    while (from <= SEQUENCES && !m->at[from].missing) from++;
    return from;
}

/** Marks all of a range as one gap, with what was in it before. */
static void model_join(model *m, int64_t from, int64_t to, mark as) {
    as.missing = true;
    for (int64_t i = from; i <= to; i++) {
        if (!m->at[i].missing) continue;
        as.stale = as.stale || m->at[i].stale;
        if (m->at[i].detected_ms < as.detected_ms) as.detected_ms = m->at[i].detected_ms;
    }
    for (int64_t i = from; i <= to; i++) m->at[i] = as;
}

static bool of_one_gap(const mark *a, const mark *b) {
    return a->missing && b->missing && a->stale == b->stale;
}

static void model_add(model *m, gap hole) {
    bool stale = hole.stale;
    for (int64_t i = hole.start; i <= hole.end; i++) stale = stale || m->at[i].stale;
    int64_t from = hole.start, to = hole.end;
    if (m->at[from].missing) {
        while (of_one_gap(&m->at[from], &m->at[from - 1])) from--;
    }
    if (m->at[to].missing) {
        while (of_one_gap(&m->at[to], &m->at[to + 1])) to++;
    }
    model_join(m, from, to, (mark){true, stale, hole.detected_ms});
    while (of_one_gap(&m->at[from], &m->at[from - 1])) from--;
    while (of_one_gap(&m->at[to], &m->at[to + 1])) to++;
    model_join(m, from, to, (mark){true, stale, hole.detected_ms});
}

static void model_fill(model *m, int64_t from, int64_t to) {
    for (int64_t i = from; i <= to; i++) m->at[i] = (mark){0};
}

static size_t model_count(const model *m) {
    size_t count = 0;
    for (int64_t i = next_start(m, 1); i <= SEQUENCES; i = next_start(m, run_end(m, i) + 1)) count++;
    return count;
}

static void model_bound(model *m, size_t max) {
    while (model_count(m) > max && model_count(m) > 1) {
        const int64_t from = next_start(m, 1);
        const int64_t to = run_end(m, next_start(m, run_end(m, from) + 1));
        model_add(m, (gap){from, to, INT64_MAX, true});
    }
}

static void assert_same(const gap_list *list, const model *m) {
    int64_t at = next_start(m, 1);
    for (size_t i = 0; i < list->count; i++) {
        const gap *g = &list->at[i];
        assert_int_equal(g->start, at);
        assert_int_equal(g->end, run_end(m, at));
        assert_int_equal(g->stale, m->at[at].stale);
        assert_int_equal(g->detected_ms, m->at[at].detected_ms);
        at = next_start(m, g->end + 1);
    }
    assert_int_equal(at, SEQUENCES + 1);
}

static void assert_same_answers(const gap_list *list, const model *m, int64_t from, int64_t to,
                                int64_t last) {
    bool stale = false, known = false;
    int64_t last_missing = 0;
    for (int64_t i = from; i <= to; i++) {
        stale = stale || m->at[i].stale;
        known = known || (i <= last && !m->at[i].missing);
        if (m->at[i].missing) last_missing = i;
    }
    const gap *found = gaps_last_in(list, from, to);
    assert_int_equal(found != NULL, last_missing != 0);
    if (found) assert_in_range(last_missing, found->start, found->end);
    assert_int_equal(gaps_stale_in(list, from, to), stale);
    assert_int_equal(gaps_known_in(list, last, from, to), known);
}

static int64_t sequence(random_source *random) {
    return 1 + (int64_t)random_below(random, SEQUENCES);
}

static void random_operation(random_source *random, gap_list *list, model *m) {
    const int64_t from = sequence(random);
    int64_t to = from + (int64_t)random_below(random, 12);
    if (to > SEQUENCES) to = SEQUENCES;
    const uint64_t kind = random_below(random, 20);
    if (kind == 0) {
        const size_t max = 1 + random_below(random, 12);
        gaps_bound(list, max);
        model_bound(m, max);
    } else if (kind < 11) {
        assert_true(gaps_fill(list, from, to));
        model_fill(m, from, to);
    } else {
        const gap hole = {from, to, 1 + (int64_t)random_below(random, 1000), random_below(random, 3) == 0};
        assert_true(gaps_add(list, hole));
        model_add(m, hole);
    }
}

static void it_is_what_a_row_of_marks_says(void **state) {
    (void)state;
    random_source random = {20260116};
    for (int round = 0; round < 100; round++) {
        gap_list list = {0};
        model m = {0};
        for (int i = 0; i < 500; i++) {
            random_operation(&random, &list, &m);
            assert_same(&list, &m);
            const int64_t from = sequence(&random);
            const int64_t to = from + (int64_t)random_below(&random, (uint64_t)(SEQUENCES - from + 1));
            assert_same_answers(&list, &m, from, to, sequence(&random));
        }
        gaps_free(&list);
    }
}

static void without_memory_it_says_so(void **state) {
    (void)state;
    gap_list list = {0};
    memory_fail_at(1, MEMORY_FAILS_ONCE);
    memory_watch(true);
    assert_false(gaps_add(&list, (gap){1, 2, 0, false}));
    memory_watch(false);
    gaps_free(&list);
    list = list_of("1-2 4-5 7-8 10-19");
    memory_fail_at(1, MEMORY_FAILS_ONCE);
    memory_watch(true);
    assert_false(gaps_fill(&list, 15, 15));
    memory_watch(false);
    memory_fail_at(0, MEMORY_FAILS_ONCE);
    gaps_free(&list);
}

int main(void) {
    const case_table tables[] = {
        TABLE(adds, check_add),
        TABLE(fills, check_fill),
        TABLE(bounds, check_bound),
        TABLE(holes, check_hole),
    };
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_what_a_row_of_marks_says),
        cmocka_unit_test(without_memory_it_says_so),
    };
    return run_tables("gaps", tables, COUNT(tables)) + cmocka_run_group_tests_name("gaps", tests, NULL, NULL);
}
