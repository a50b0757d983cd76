#ifndef LARDER_TESTS_TRANSCRIPT_FILES_H
#define LARDER_TESTS_TRANSCRIPT_FILES_H

#include "support.h"

/** The transcripts beside the tests. */
typedef struct {
    char *path;
    char *name; /* the file's, without the folder */
    char *content;
} transcript_file;

enum { TRANSCRIPTS_MAX = 64 };

/** Reads them all, by name; how many there are. */
size_t transcript_files_read(transcript_file files[TRANSCRIPTS_MAX]);
void transcript_files_free(transcript_file *files, size_t count);

void transcript_file_write(const transcript_file *file, const text *content);

#endif
