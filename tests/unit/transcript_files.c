#define _POSIX_C_SOURCE 200809L

#include "transcript_files.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *copy_of(const char *string) {
    return slice_copy(slice_of(string));
}

static char *content_of(const char *path) {
    text content = {0};
    char bytes[4096];
    FILE *file = fopen(path, "rb");
    if (!file) fail_msg("%s can't be read", path);
    for (size_t size; (size = fread(bytes, 1, sizeof bytes, file)) > 0;) {
        text_bytes(&content, (slice){bytes, size});
    }
    fclose(file);
    char *copy = copy_of(text_z(&content));
    text_free(&content);
    return copy;
}

static transcript_file file_of(const char *name) {
    text path = {0};
    text_format(&path, "%s/%s", TRANSCRIPTS, name);
    const transcript_file file = {copy_of(text_z(&path)), copy_of(name), content_of(text_z(&path))};
    text_free(&path);
    return file;
}

static int is_transcript(const struct dirent *entry) {
    const char *end = strrchr(entry->d_name, '.');
    return end && strcmp(end, ".txt") == 0;
}

size_t transcript_files_read(transcript_file files[TRANSCRIPTS_MAX]) {
    struct dirent **entries;
    const int count = scandir(TRANSCRIPTS, &entries, is_transcript, alphasort);
    assert_in_range(count, 1, TRANSCRIPTS_MAX);
    for (int i = 0; i < count; i++) {
        files[i] = file_of(entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    return (size_t)count;
}

void transcript_files_free(transcript_file *files, size_t count) {
    for (size_t i = 0; i < count; i++) {
        free(files[i].path);
        free(files[i].name);
        free(files[i].content);
    }
}

void transcript_file_write(const transcript_file *file, const text *content) {
    FILE *out = fopen(file->path, "wb");
    if (!out || fwrite(content->at, 1, content->size, out) != content->size || fclose(out) != 0) {
        fail_msg("%s can't be written", file->path);
    }
}
