#include "failing_memory.h"
#include "larder.h"
#include "transcript.h"
#include "transcript_files.h"

/**
 * Memory can run out: every transcript is played with each of its allocations failing. The core must say so
 * each time, and leave nothing behind. With sanitizers, which take ten times as long, it is each fifth.
 */
#ifdef __has_feature
#define SANITIZED __has_feature(address_sanitizer)
#else
#define SANITIZED 0
#endif
enum { STEP = SANITIZED ? 5 : 1 };

static void play(const transcript_file *file, size_t nth, memory_failure failure) {
    text out = {0};
    memory_fail_at(nth, failure);
    const int result = transcript_play(file->content, &out);
    text_free(&out);
    if (memory_blocks() != 0) fail_msg("allocation %zu: %ld blocks are left", nth, memory_blocks());
    const int expected = memory_has_failed() ? LARDER_NO_MEMORY : LARDER_DONE;
    if (result != expected) fail_msg("allocation %zu: larder_step returned %d", nth, result);
}

static void fail_each(const transcript_file *file, memory_failure failure) {
    size_t nth = 1;
    for (play(file, nth, failure); memory_has_failed(); play(file, nth, failure)) nth += STEP;
    memory_fail_at(0, failure);
}

static void one_allocation_fails(void **state) {
    fail_each(*state, MEMORY_FAILS_ONCE);
}

static void all_further_allocations_fail(void **state) {
    fail_each(*state, MEMORY_FAILS_FROM_NOW);
}

int main(void) {
    static transcript_file files[TRANSCRIPTS_MAX];
    struct CMUnitTest once[TRANSCRIPTS_MAX], from_now[TRANSCRIPTS_MAX];
    const size_t count = transcript_files_read(files);
    for (size_t i = 0; i < count; i++) {
        once[i] = (struct CMUnitTest){files[i].name, one_allocation_fails, NULL, NULL, &files[i]};
        from_now[i] = (struct CMUnitTest){files[i].name, all_further_allocations_fail, NULL, NULL, &files[i]};
    }
    const int failed = _cmocka_run_group_tests("one allocation fails", once, count, NULL, NULL) +
                       _cmocka_run_group_tests("all further ones fail", from_now, count, NULL, NULL);
    transcript_files_free(files, count);
    return failed;
}
