#ifndef SIM_FOLDER_H
#define SIM_FOLDER_H

#include <stdbool.h>
#include <uthash.h>

#include "blocks.h"
#include "buffer.h"
#include "gallery.h"
#include "timeline.h"

/** What lies under a blob's key, in the database or in a file. */
typedef struct {
    char key[KEY_BYTES];
    char request_id[KEY_BYTES]; /* of a file: of its folder */
    media_bytes bytes;
    bool lost; /* it is gone, by no fault of the cache's; nobody has noticed */
    UT_hash_handle hh;
} stored_file;

/** The private file system: files are written and deleted at once, by no transaction. */
typedef struct {
    stored_file *files; /* by key */
    int64_t bytes;
} folder;

void folder_add(world *w, const char *request_id, const char *key, media_bytes bytes);
/** Deletes a file if it is in the folder of that chat. */
void folder_delete(world *w, const char *request_id, const char *key);
stored_file *folder_find(const world *w, const char *key);
/** Appends the folders and keys of all files as a JSON array. */
void folder_write_keys(const world *w, buffer *out);
void folder_free(world *w);

/** What lies under the key, in the database as the open transaction has it or in a file; NULL: nothing. */
stored_file *bytes_under(world *w, const char *key);
/** Something takes what lies under the key away. */
void bytes_lose(world *w, const char *key);
/** Whether there is what ought to lie under the key. */
bool bytes_are_there(world *w, const char *key);

#endif
