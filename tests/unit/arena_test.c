#include "arena.h"

#include <stdalign.h>
#include <string.h>

#include "failing_memory.h"
#include "support.h"

static void takes_are_apart_and_aligned(void **state) {
    (void)state;
    arena a = {0};
    unsigned char *taken[200];
    for (size_t i = 0; i < COUNT(taken); i++) {
        taken[i] = arena_take(&a, i);
        assert_int_equal((uintptr_t)taken[i] % alignof(max_align_t), 0);
        memset(taken[i], (int)i, i);
    }
    for (size_t i = 0; i < COUNT(taken); i++) {
        for (size_t k = 0; k < i; k++) assert_int_equal(taken[i][k], i);
    }
    arena_free(&a);
}

static void zeroed_is_zero_again_after_reset(void **state) {
    (void)state;
    arena a = {0};
    memset(arena_take(&a, 1000), 0xFF, 1000);
    arena_reset(&a);
    const unsigned char *taken = arena_take_zeroed(&a, 1000);
    for (size_t i = 0; i < 1000; i++) assert_int_equal(taken[i], 0);
    arena_free(&a);
}

static void large_takes_get_chunks_of_their_own(void **state) {
    (void)state;
    arena a = {0};
    char *small = arena_take(&a, 16);
    char *large = arena_take(&a, 1000000);
    strcpy(small, "small");
    memset(large, 'x', 1000000);
    assert_string_equal(small, "small");
    arena_free(&a);
}

static void reset_keeps_one_chunk_for_the_next_step(void **state) {
    (void)state;
    arena a = {0};
    arena_take(&a, 100000);
    void *kept = arena_take(&a, 200000);
    arena_reset(&a);
    assert_ptr_equal(arena_take(&a, 200000), kept);
    arena_free(&a);
    arena_reset(&a);
    assert_non_null(arena_take(&a, 1));
    arena_free(&a);
}

static void rewound_it_is_as_it_was(void **state) {
    (void)state;
    arena a = {0};
    char *kept = arena_take(&a, 16);
    strcpy(kept, "kept");
    const arena_mark mark = arena_mark_of(&a);
    void *first = arena_take(&a, 100);
    arena_take(&a, 1000000);
    arena_take(&a, 1000000);
    arena_rewind(&a, mark);
    assert_ptr_equal(arena_take(&a, 100), first);
    assert_string_equal(kept, "kept");
    arena_free(&a);
    const arena_mark empty = arena_mark_of(&a);
    arena_take(&a, 16);
    arena_rewind(&a, empty);
    assert_non_null(arena_take(&a, 16));
    arena_free(&a);
}

static void absurd_sizes_are_refused(void **state) {
    (void)state;
    arena a = {0};
    assert_null(arena_take(&a, SIZE_MAX));
    assert_null(arena_take(&a, SIZE_MAX - 16));
    assert_null(arena_take_zeroed(&a, SIZE_MAX - 16));
    arena_free(&a);
}

static void no_chunk_means_null(void **state) {
    (void)state;
    arena a = {0};
    memory_fail_at(2, MEMORY_FAILS_ONCE);
    memory_watch(true);
    void *taken = arena_take(&a, 1); /* the arena's own allocation is the second */
    memory_watch(false);
    memory_fail_at(0, MEMORY_FAILS_ONCE);
    assert_null(taken);
    assert_non_null(arena_take(&a, 1));
    arena_free(&a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_are_apart_and_aligned),
        cmocka_unit_test(zeroed_is_zero_again_after_reset),
        cmocka_unit_test(large_takes_get_chunks_of_their_own),
        cmocka_unit_test(reset_keeps_one_chunk_for_the_next_step),
        cmocka_unit_test(rewound_it_is_as_it_was),
        cmocka_unit_test(absurd_sizes_are_refused),
        cmocka_unit_test(no_chunk_means_null),
    };
    return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
