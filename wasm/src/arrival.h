#ifndef LARDER_ARRIVAL_H
#define LARDER_ARRIVAL_H

#include "download.h"

/** The bytes of an entry that have come: where the host has them, and what the server says of them. */
typedef struct {
    int64_t held; /* the host's name of them */
    int64_t size_bytes;
    const char *request_id;
    const char *sha256; /* of what came, hexadecimal; NULL: it was not computed */
    blob_place place;
    char key[DOWNLOAD_BLOB_KEY_BYTES];
    int64_t expected_bytes;      /* -1: the server doesn't say */
    const char *expected_sha256; /* NULL: it doesn't say */
    const char *mime_type;       /* NULL, as the two below: it doesn't say */
    const char *original_filename;
    const char *message_id;
    int64_t quota; /* how often in a row the browser's quota has aborted its transaction */
} arrival;

/** Reads the reply to `fetchMedia`; false when it is not well-formed. */
bool arrival_read(const event *e, arrival *a);

/** Whether length and SHA-256 are those of the server, as far as it tells them. */
bool arrival_is_intact(const arrival *a);

/** Whether it is to be stored if there is room. */
bool arrival_may_be_kept(const core *l, const arrival *a);

/** Whether its file was deleted as nobody's after it was written. */
bool arrival_is_lost(const core *l, const arrival *a);

/** A file that it came to is deleted; what is held in memory the host forgets by itself. */
void arrival_discard(core *l, const arrival *a);

/**
 * Takes what the server says, and stores the bytes if there is room for them. False: they are handed out
 * alone. The entry must be held (`media_hold`), since room is made.
 */
bool arrival_store(core *l, media_entry *e, const arrival *a);

#endif
