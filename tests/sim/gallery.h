#ifndef SIM_GALLERY_H
#define SIM_GALLERY_H

#include <stdbool.h>
#include <stdint.h>

#include "prng.h"
#include "server.h"

enum { GALLERY_FILES_MAX = 12, GALLERY_NAME_BYTES = 24, GALLERY_ID_BYTES = 64, GALLERY_HASH_BYTES = 65 };

/** Bytes, which stand for themselves by a number and how many there are. */
typedef struct {
    int64_t content;
    int64_t size;
} media_bytes;

/** A file of a chat, as the server has it. */
typedef struct {
    media_bytes bytes;
    bool has_hash; /* the server tells its SHA-256 */
    bool has_size; /* and its length */
    bool missing;  /* it is listed somewhere, and there is none */
    bool wrong;    /* what the server gives is never what its SHA-256 or length says */
    bool spoilt;   /* wrong bytes of it were given at least once */
} media_file;

/** The media of all chats at the server. They never change. */
typedef struct {
    prng random;
    media_file files[SERVER_CHATS_MAX][GALLERY_FILES_MAX];
    int file_count; /* of each chat */
    int64_t others; /* contents that no file has */
} gallery;

void gallery_start(world *w);

/** The file; NULL where there is none with that number. */
media_file *gallery_find(world *w, int chat, int file);
/** Whether the server gives it, and as it says. */
bool gallery_gives(const media_file *file);
/** Whether what is stored in place of the file could be told from it. */
bool gallery_tells(const media_file *file, media_bytes bytes);
/** Bytes that are no file's. */
media_bytes gallery_others(world *w, int64_t size);

/** Its name, not escaped; some would be dangerous as a path. And which one it is of; -1: none. */
void gallery_name(char out[GALLERY_NAME_BYTES], int file);
int gallery_read_name(const char *name);
/** The entry's key. */
void gallery_id(char out[GALLERY_ID_BYTES], int chat, int file);
/** SHA-256, in a way: a text per content and size. */
void gallery_hash(char out[GALLERY_HASH_BYTES], media_bytes bytes);

#endif
