#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "transcript.h"
#include "transcript_files.h"

/**
 * The golden files: transcripts/NAME.txt must read as the core answers. With `--update` they are rewritten;
 * read the difference before you commit it.
 */
static bool updating;
static const char *program;

/* ---- the difference, by the longest common subsequence of lines ---- */

enum { LINES_MAX = 1024 };

typedef struct {
    slice at[LINES_MAX + 1];
    size_t count;
} lines;

static lines *lines_of(const char *content) {
    lines *all = calloc(1, sizeof *all);
    while (*content && all->count < LINES_MAX) {
        const size_t size = strcspn(content, "\n");
        all->at[all->count++] = (slice){content, size};
        content += size + (content[size] == '\n');
    }
    return all;
}

static bool same(slice a, slice b) {
    return a.size == b.size && memcmp(a.at, b.at, a.size) == 0;
}

/** `common[i][k]`: how many lines the rests from line i and line k have in common. */
typedef unsigned short common_table[LINES_MAX + 1][LINES_MAX + 1];

static void count_common(common_table common, const lines *a, const lines *b) {
    for (size_t i = a->count; i-- > 0;) {
        for (size_t k = b->count; k-- > 0;) {
            const unsigned short skipped =
                common[i + 1][k] > common[i][k + 1] ? common[i + 1][k] : common[i][k + 1];
            common[i][k] = same(a->at[i], b->at[k]) ? (unsigned short)(common[i + 1][k + 1] + 1) : skipped;
        }
    }
}

static void print_line(char mark, size_t number, slice bytes) {
    printf("%4zu %c %.*s\n", number + 1, mark, (int)bytes.size, bytes.at);
}

static void print_difference(const char *expected, const char *actual) {
    lines *a = lines_of(expected), *b = lines_of(actual);
    common_table *common = calloc(1, sizeof *common);
    count_common(*common, a, b);
    for (size_t i = 0, k = 0; i < a->count || k < b->count;) {
        if (i < a->count && k < b->count && same(a->at[i], b->at[k])) {
            i++, k++;
        } else if (k == b->count || (i < a->count && (*common)[i + 1][k] >= (*common)[i][k + 1])) {
            print_line('-', i, a->at[i]);
            i++;
        } else {
            print_line('+', k, b->at[k]);
            k++;
        }
    }
    free(common);
    free(a);
    free(b);
}

/* ---- the tests ---- */

static void check_transcript(void **state) {
    const transcript_file *file = *state;
    text actual = {0};
    transcript_play(file->content, &actual);
    const bool equal = strcmp(text_z(&actual), file->content) == 0;
    if (!equal && updating) transcript_file_write(file, &actual);
    if (!equal && !updating) {
        printf("%s (- as it is, + as the core answers now)\n", file->path);
        print_difference(file->content, text_z(&actual));
        printf("If the core is right: %s --update\n", program);
    }
    text_free(&actual);
    assert_true(equal || updating);
}

int main(int count, char **arguments) {
    static transcript_file files[TRANSCRIPTS_MAX];
    struct CMUnitTest tests[TRANSCRIPTS_MAX] = {0};
    program = arguments[0];
    updating = count > 1 && strcmp(arguments[1], "--update") == 0;
    const size_t found = transcript_files_read(files);
    for (size_t i = 0; i < found; i++) {
        tests[i] = (struct CMUnitTest){files[i].name, check_transcript, NULL, NULL, &files[i]};
    }
    const int failed = _cmocka_run_group_tests("transcripts", tests, found, NULL, NULL);
    transcript_files_free(files, found);
    return failed;
}
