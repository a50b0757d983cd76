#include <inttypes.h>
#include <string.h>

#include "../world.h"
#include "gen/schema.h"

/** What decides on an entry's place in the order in which they go. */
typedef struct {
    const media_entry *entry;
    bool thumbnail; /* only its thumbnail is left to go */
    int64_t used;   /* since its row was written; 0: it wasn't */
    int64_t stamped;
} place;

static file_event *now_of(world *w, const media_entry *e) {
    return &w->usage.now[e->chat][e->file];
}

static place place_of(world *w, const media_entry *e, bool thumbnail) {
    const file_usage *f = &w->usage.files[e->chat][e->file];
    return (place){e, thumbnail, f->used > f->written ? f->used : 0, f->stamped};
}

/** By class, priority, last use, and then by id. */
static bool goes_before(const place *a, const place *b) {
    if (a->thumbnail != b->thumbnail) return b->thumbnail;
    if (a->entry->rank != b->entry->rank) return a->entry->rank < b->entry->rank;
    if (a->used && b->used) return a->used < b->used;
    if (b->used) return a->stamped < b->used; /* else nobody can tell: it was stored later, with what time? */
    if (a->used) return false;
    if (a->entry->accessed_ms != b->entry->accessed_ms) return a->entry->accessed_ms < b->entry->accessed_ms;
    char one[GALLERY_ID_BYTES], other[GALLERY_ID_BYTES];
    gallery_id(one, a->entry->chat, a->entry->file);
    gallery_id(other, b->entry->chat, b->entry->file);
    return strcmp(one, other) < 0;
}

/** Whether its place is known: as its row had it before the transaction, or by a touch since. */
static bool is_plain(world *w, const media_entry *e) {
    return !now_of(w, e)->moved && !w->usage.files[e->chat][e->file].vague;
}

static void wrong(world *w, const media_entry *e, const char *what) {
    violation(w, "victims", "file %d of chat %d %s", e->file, e->chat, what);
}

/** One that stayed, and would have gone before. */
static void compare(world *w, const place *gone) {
    for (const row *r = store_of(&w->store, STORE_MEDIA_META)->rows; r && !w->log.violated; r = r->hh.next) {
        const row *was = store_before(&w->store, store_of(&w->store, STORE_MEDIA_META), r->key);
        const media_entry *now = r->entry, *before = was ? was->entry : NULL;
        if (!before || !is_plain(w, before) || strcmp(before->blob, now->blob) != 0) continue;
        if (w->usage.in_chat && now->chat != gone->entry->chat) continue;
        if (!entry_is_evictable(w, before) || !entry_is_evictable(w, now)) continue;
        const place stays = place_of(w, before, !*before->blob);
        if (!goes_before(&stays, gone)) continue;
        violation(w, "victims",
                  "file %d of chat %d (%s, used at %" PRId64
                  ") goes before file %d of chat %d (%s, used at %" PRId64 ")",
                  gone->entry->file, gone->entry->chat, rank_name(gone->entry->rank),
                  gone->entry->accessed_ms, before->file, before->chat, rank_name(before->rank),
                  before->accessed_ms);
    }
}

static void check_gone(world *w, const media_entry *e, bool thumbnail) {
    if (now_of(w, e)->excused) return;
    if (e->status == ENTRY_DOWNLOADING) wrong(w, e, "is being fetched, and goes");
    const bool unpinned = now_of(w, e)->moved;
    if (entry_is_pinned(w, e) && !unpinned) wrong(w, e, "is pinned, and goes");
    const place gone = place_of(w, e, thumbnail);
    if (is_plain(w, e)) compare(w, &gone);
}

/** Of an entry before and after a transaction. */
static void check_change(world *w, const media_entry *before, const media_entry *after) {
    const bool lost = *before->blob && !(after && *after->blob);
    const bool plain = *before->thumbnail && !(after && *after->thumbnail);
    if (lost) check_gone(w, before, false);
    if (plain) check_gone(w, before, true);
}

static const media_entry *entry_in(const row *r) {
    return r ? r->entry : NULL;
}

/** A file of which nothing is here and nothing comes is as one without a row. */
static bool is_as_before(const media_entry *was, const media_entry *now) {
    static const media_entry nothing;
    if (!was) was = &nothing;
    if (!now) now = &nothing;
    return was->status == now->status && strcmp(was->blob, now->blob) == 0 &&
           strcmp(was->thumbnail, now->thumbnail) == 0;
}

static void note_written(world *w, const row *any, const media_entry *now) {
    const media_entry *was =
        entry_in(store_before(&w->store, store_of(&w->store, STORE_MEDIA_META), any->key));
    const bool stamped = now && (!was || was->accessed_ms != now->accessed_ms);
    const media_entry *e = any->entry;
    if (e->chat < 0 || e->file < 0) return;
    usage_written(w, e->chat, e->file, now != NULL, stamped);
    if (is_as_before(was, now)) return;
    now_of(w, e)->changed = w->usage.any_changed = true;
}

/* ---- messages ---- */

/** What went of the messages of a chat; a chat that gave away more by other ways than eviction counts not. */
static int64_t evicted_bytes(world *w, int chat) {
    int64_t bytes = 0;
    for (size_t i = 0; i < w->store.change_count; i++) {
        const row_change *c = &w->store.changes[i];
        const row *r = c->before;
        if (!r || c->after || !r->bytes || id_read_chat(r->request_id) != chat) continue;
        if (r->sequence <= cached_of(w, chat)->evicted_below) bytes += r->bytes;
    }
    return bytes;
}

/**
 * Chats whose access was so near that it need not have been written count as one. In a step of several events
 * one may have got later what it could lose.
 */
static void check_chat_order(world *w, int chat) {
    if (w->host->group.count > 1) return;
    for (int other = 0; other < w->server.chat_count; other++) {
        const int64_t apart_ms = cached_of(w, chat)->accessed_ms - cached_of(w, other)->accessed_ms;
        if (apart_ms > LIMIT_ACCESSED_RESOLUTION_MS && check_may_lose(w, other))
            violation(w, "victims", "chat %d loses messages before chat %d, which was opened longer ago",
                      chat, other);
    }
}

void check_evicted(world *w, int chat) {
    cached_chat *c = &w->cached[chat];
    const int64_t below = c->evicted_below, before = c->evicted_before;
    c->evicted_before = below;
    const int64_t freed = evicted_bytes(w, chat);
    if (below <= before && !freed) return;
    model_of(w, chat)->resets++;
    if (below <= before) return;
    if (space_is_open(w, chat)) violation(w, "victims", "chat %d is open, and loses messages", chat);
    if (freed > 0 && c->message_count < LIMIT_KEPT_MESSAGES)
        violation(w, "victims", "chat %d has lost messages, and %" PRId64 " are left", chat,
                  c->message_count);
    if (freed > 0 && check_evictable_bytes(w) >= freed && !w->usage.any_now)
        violation(w, "victims", "chat %d loses messages, and media could have gone", chat);
    if (freed > 0) check_chat_order(w, chat);
}

void check_victims(world *w) {
    object_store *store = store_of(&w->store, STORE_MEDIA_META);
    for (size_t i = 0; i < w->store.change_count && !w->log.violated; i++) {
        const row_change *c = &w->store.changes[i];
        if (c->store != store) continue;
        const char *key = c->after ? c->after->key : c->before->key;
        const media_entry *before = entry_in(store_before(&w->store, store, key));
        const media_entry *after = entry_in(store_get(store, key));
        if (before && before->chat >= 0 && before->file >= 0) check_change(w, before, after);
    }
}

void check_touches_written(world *w) {
    object_store *store = store_of(&w->store, STORE_MEDIA_META);
    for (size_t i = 0; i < w->store.change_count; i++) {
        const row_change *c = &w->store.changes[i];
        const row *any = c->after ? c->after : c->before;
        if (c->store == store) note_written(w, any, entry_in(store_get(store, any->key)));
    }
    for (const row *r = store->rows; r && !w->log.violated; r = r->hh.next) {
        if (store_before(&w->store, store, r->key) != r) check_order_of(w, r->entry);
    }
}
