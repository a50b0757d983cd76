#ifndef LARDER_MEDIA_H
#define LARDER_MEDIA_H

#include "lru.h"
#include "page.h"

typedef struct core core; /* core.h */
struct download;
struct media_asker;
struct thumbnail;

/** The texts of an entry; an empty one stands for none. They lie one behind another in one allocation. */
typedef enum {
    MEDIA_BLOB_KEY,      /* where its bytes are: `b-…` in the database, `f-…` in a file */
    MEDIA_THUMBNAIL_KEY, /* the same of its thumbnail */
    MEDIA_MIME_TYPE,
    MEDIA_MESSAGE_ID,
    MEDIA_ORIGINAL_FILENAME,
    MEDIA_SHA256,
    MEDIA_LAST_ERROR,
    MEDIA_EXTRA, /* members of the stored row that this version doesn't know: `,"name":value…` */
} media_text;
enum { MEDIA_TEXTS = MEDIA_EXTRA + 1, MEDIA_FILENAME_MAX = 1024 };

/** Whether an entry's row must be written: not at all, with the next batch of touches, or in this step. */
typedef enum { MEDIA_CLEAN, MEDIA_TOUCHED, MEDIA_DIRTY } media_change;

/**
 * One file of a chat: what `media_meta` stores of it (spec/1, CachedMediaMeta) and what is under way for it.
 * There may be tens of thousands, so each is kept small.
 */
typedef struct media_entry {
    UT_hash_handle hh;                         /* by id */
    struct media_entry *prev, *next;           /* in the order of eviction (lru.h) */
    struct media_entry *chat_prev, *chat_next; /* of its chat */
    struct media_entry *row_prev, *row_next;   /* of those whose rows are to be written */
    chat *chat;
    struct download *download; /* NULL: it is not to be fetched */
    char *texts;               /* each with its NUL; NULL: all are empty */
    int64_t size_bytes;        /* of the original, as far as it is known */
    int64_t thumbnail_bytes;
    int64_t downloaded_ms; /* -1: it is not here */
    int64_t accessed_ms;
    uint8_t status;   /* download_status */
    uint8_t priority; /* media_priority */
    uint8_t change;   /* media_change */
    uint8_t list;     /* of the order of eviction */
    bool pinned;
    bool wanted;      /* asked for by somebody who doesn't wait for it */
    bool verified;    /* its bytes were compared with the server's SHA-256 */
    bool stored_here; /* by this core: a list of files that was made before says nothing of it */
    bool held;        /* it is being given bytes: it is no victim now */
    bool written;     /* it has a row */
    bool has_original, has_thumbnail; /* its texts have a key for it */
    char id[];                        /* `requestId:filename` */
} media_entry;

/** All media of the cache. */
typedef struct {
    media_entry *table; /* by id */
    lru order;
    media_entry *rows[MEDIA_DIRTY + 1]; /* to be written, by `media_change` */
    int64_t touch_ms;                   /* when the next touches are written, in ticks; 0: there are none */
    int64_t last_stamp_ms;              /* the last time of use that was given: they only grow */
    int64_t bytes;                      /* stored, thumbnails included */
    int64_t evictable_bytes;            /* of those in the order of eviction */
    int64_t stored_count;               /* entries whose original is here */

    struct download
        *queues[MEDIA_PRIORITY_HIGH + 2]; /* by priority, and those that nobody needs (download.h) */
    int64_t calls;                        /* of downloads under way */
    struct media_asker *askers;           /* by command */
    struct thumbnail *thumbnails;         /* to be made (thumbnail.h) */

    text files_gone;    /* to be deleted after the commit: `{"requestId":…,"key":…}` each */
    text orphans;       /* keys of files that were deleted since nobody knew them */
    bool keeps;         /* what is fetched can be stored */
    int64_t files_from; /* bytes from which on it goes to a file; 0: never */
    int64_t thumbnail_side;
} media_cache;

/* ---- finding ---- */

/** The entry; NULL where there is none. */
media_entry *media_find(const core *l, const char *id);
media_entry *media_find_file(core *l, const char *request_id, const char *filename);
/** The entry, made where there is none; NULL when memory has run out, which is noted. */
media_entry *media_ensure(core *l, chat *c, const char *filename);

/** A new entry, whose id is none of those there are; NULL when memory has run out, which is noted. */
media_entry *media_add(core *l, chat *c, const char *id);

const char *media_filename(const media_entry *e);
/** A text of the entry; "" where it has none. It is good until one of the entry's texts is set. */
const char *media_text_of(const media_entry *e, media_text which);
/** Replaces texts of an entry, but for those whose slice is {NULL, 0}. */
void media_set_texts(core *l, media_entry *e, const slice values[MEDIA_TEXTS]);
void media_set_text(core *l, media_entry *e, media_text which, const char *value);

/** Its type, "application/octet-stream" where none is known. */
const char *media_mime_type(const media_entry *e);

bool media_has_original(const media_entry *e);
bool media_has_thumbnail(const media_entry *e);
/** Whether the entry or its chat is pinned. */
bool media_is_pinned(const media_entry *e);

/* ---- what is stored ---- */

/** The stored bytes of all entries, thumbnails included. */
int64_t media_bytes(const core *l);
/** How many entries have their original here. */
size_t media_stored_count(const core *l);
/** What could be evicted. */
int64_t media_evictable_bytes(const core *l);

/**
 * Evicts the next victim, of one chat if `request_id` isn't NULL: an original, or a thumbnail whose original
 * is gone. `*freed` is its number of bytes. False when there is none.
 */
bool media_evict_next(core *l, const char *request_id, int64_t *freed);

/** The original or the thumbnail is stored from now on, under this key. */
void media_store_original(core *l, media_entry *e, const char *key, int64_t size_bytes);
void media_store_thumbnail(core *l, media_entry *e, const char *key, int64_t size_bytes);

/** The bytes are gone already, for whatever reason. */
void media_lose_original(core *l, media_entry *e);
/** The bytes are deleted. Where there are none nothing happens. */
void media_drop_original(core *l, media_entry *e);
void media_drop_thumbnail(core *l, media_entry *e);
/** Deletes bytes by their key: of the database in this transaction, of a file after it. */
void media_delete_blob(core *l, const char *request_id, const char *key);

/** The entry, which must not be in download, goes with all it has. */
void media_remove(core *l, media_entry *e);
/** As `media_remove`, if nothing of it is stored, fetched or worth remembering. */
void media_remove_if_idle(core *l, media_entry *e);

/* ---- changes ---- */

/** The entry was used now. Its row is written with the next batch. */
void media_touch(core *l, media_entry *e);
/** Its row must be written at the end of the step, and the page be told. */
void media_mark_dirty(core *l, media_entry *e);
/** Finds the entry's place in the order of eviction, after something that decides on it has changed. */
void media_place(core *l, media_entry *e);

/** Whether bytes that come are being stored: until it is set back the entry is no victim. */
void media_hold(core *l, media_entry *e, bool held);

/* ---- the start and the end of a step ---- */

/** Takes over stored rows. Those that can't be read are reported and stay where they are. */
void media_hydrate(core *l, page_list rows);
/** After the last of them: what was interrupted is set right, and the sizes of the chats. */
void media_hydrated(core *l);
void media_free(core *l);

/** Writes the rows that changed, tells the page of them, and has files deleted. */
void media_close_step(core *l);
/** When touches are to be written, in ticks; 0: there are none. */
int64_t media_deadline(const core *l);

#endif
