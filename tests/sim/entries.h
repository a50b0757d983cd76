#ifndef SIM_ENTRIES_H
#define SIM_ENTRIES_H

#include <cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "blocks.h"
#include "gallery.h"
#include "timeline.h"

typedef enum { ENTRY_PENDING, ENTRY_DOWNLOADING, ENTRY_COMPLETED, ENTRY_FAILED, ENTRY_OTHER } entry_status;
typedef enum { RANK_LOW, RANK_NORMAL, RANK_HIGH, RANK_NONE } entry_rank;

/** What a row of `media_meta` says; -1 stands for null and for what is missing, as the empty text does. */
typedef struct {
    int chat; /* -1: nobody knows it; so with the file */
    int file;
    int64_t size;
    int64_t thumbnail_size;
    entry_status status;
    entry_rank rank; /* its priority */
    int64_t progress;
    int64_t downloaded_ms;
    int64_t accessed_ms;
    bool verified;
    bool pinned;
    bool wanted;
    bool has_error;
    char hash[GALLERY_HASH_BYTES];
    char blob[KEY_BYTES];
    char thumbnail[KEY_BYTES];
} media_entry;

/** Reads a row. */
media_entry *entry_new(const cJSON *value);

/** What is stored of the file, whether committed or not; NULL: there is no row. */
const media_entry *entry_of(world *w, int chat, int file);
/** The bytes that it takes, with those of its thumbnail. */
int64_t entry_bytes(const media_entry *e);
/** Whether it or its chat is pinned. */
bool entry_is_pinned(const world *w, const media_entry *e);
/** Whether it is a victim, of the first class or of that of thumbnails. */
bool entry_is_evictable(const world *w, const media_entry *e);

/** The rank that the text names. */
entry_rank rank_of(const char *name);
const char *rank_name(entry_rank rank);

#endif
