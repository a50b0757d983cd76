#include <inttypes.h>
#include <string.h>

#include "../world.h"
#include "gen/schema.h"

static void wrong(world *w, const media_entry *e, const char *what) {
    violation(w, "bytes", "file %d of chat %d %s", e->file, e->chat, what);
}

/** What it says of its bytes is what they are, and they are the server's as far as that can be told. */
static void check_original(world *w, const media_entry *e) {
    char hash[GALLERY_HASH_BYTES];
    const stored_file *stored = bytes_under(w, e->blob);
    const media_file *truth = gallery_find(w, e->chat, e->file);
    if (!stored) {
        wrong(w, e, "has a key, and nothing lies under it");
        return;
    }
    gallery_hash(hash, stored->bytes);
    if (stored->bytes.size != e->size) wrong(w, e, "has another size than its bytes");
    if (e->status != ENTRY_COMPLETED || e->downloaded_ms < 0) wrong(w, e, "has bytes and is not completed");
    if (*e->hash && strcmp(e->hash, hash) != 0) wrong(w, e, "has another hash than its bytes");
    if (e->verified != (*e->hash != 0)) wrong(w, e, "is verified without a hash, or has one and is not");
    if (!truth) wrong(w, e, "is stored, and the server has no such file");
    else if (gallery_tells(truth, stored->bytes)) wrong(w, e, "is not what the server has");
    else if (truth->has_hash && !*e->hash) wrong(w, e, "has lost its hash");
}

static void check_thumbnail(world *w, const media_entry *e) {
    const stored_file *stored = bytes_under(w, e->thumbnail);
    if (!stored) wrong(w, e, "has a thumbnail's key, and nothing lies under it");
    else if (stored->bytes.size != e->thumbnail_size) wrong(w, e, "has another thumbnail than it says");
}

static void check_entry(world *w, const media_entry *e) {
    if (e->chat < 0 || e->file < 0 || e->status == ENTRY_OTHER || e->rank == RANK_NONE) {
        violation(w, "bytes", "a file of nobody's, or in no state that there is, is stored");
        return;
    }
    if (*e->blob) check_original(w, e);
    else if (e->status == ENTRY_COMPLETED) wrong(w, e, "is completed and has no bytes");
    else if (e->downloaded_ms >= 0 || e->progress == 100) wrong(w, e, "has no bytes and says that it has");
    if (*e->thumbnail) check_thumbnail(w, e);
}

/** Of the keys in rows those that the database has bytes of. */
static unsigned count_keys(world *w) {
    unsigned keys = 0;
    for (const row *r = store_of(&w->store, STORE_MEDIA_META)->rows; r; r = r->hh.next)
        keys += (unsigned)(*r->entry->blob == 'b') + (*r->entry->thumbnail == 'b');
    return keys;
}

/** No bytes in the database but those that a row names; that each of these is there is looked at elsewhere.
 */
static void check_orphans(world *w) {
    const unsigned blobs = HASH_COUNT(store_of(&w->store, STORE_MEDIA_BLOBS)->rows), keys = count_keys(w);
    if (blobs != keys) violation(w, "bytes", "%u blobs are stored, and rows name %u of them", blobs, keys);
}

void check_bytes(world *w) {
    bool any = false;
    for (size_t i = 0; i < w->store.change_count; i++) {
        const row_change *c = &w->store.changes[i];
        any = any || c->store->kind == KIND_MEDIA || c->store->kind == KIND_BLOBS;
        const bool stays = c->after && store_get(c->store, c->after->key) == c->after;
        if (stays && c->after->entry) check_entry(w, c->after->entry);
    }
    if (any) check_orphans(w);
}

void check_all_bytes(world *w) {
    for (const row *r = store_of(&w->store, STORE_MEDIA_META)->rows; r && !w->log.violated; r = r->hh.next)
        check_entry(w, r->entry);
    check_orphans(w);
}

static bool is_named(world *w, const char *key) {
    for (const row *r = store_of(&w->store, STORE_MEDIA_META)->rows; r; r = r->hh.next) {
        if (strcmp(r->entry->blob, key) == 0 || strcmp(r->entry->thumbnail, key) == 0) return true;
    }
    return false;
}

void check_file_goes(world *w, const char *key) {
    if (is_named(w, key)) violation(w, "bytes", "the file %s is deleted, and a row names it", key);
    if (w->store.change_count) violation(w, "bytes", "the file %s is deleted before the commit", key);
}

void check_no_stray_files(world *w, const char *when) {
    for (const stored_file *file = w->folder.files; file; file = file->hh.next) {
        if (!file->lost && !is_named(w, file->key))
            violation(w, "bytes", "%s the file %s is nobody's", when, file->key);
    }
}
