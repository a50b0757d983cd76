#include "media.h"

#include <stdlib.h>
#include <string.h>

/* utlist's macros compare in place. */
#include <utlist.h>

#include "core.h"
#include "download.h"
#include "media_row.h"
#include "plant.h"

enum { ID_PREFIX_BYTES = REQUEST_ID_BYTES, TOUCHES_PER_STEP = 256 };

/* ---- finding ---- */

media_entry *media_find(const core *l, const char *id) {
    return registry_find(l->media.table, id);
}

/** `requestId:filename`, in the step's memory; NULL when that has run out. */
static char *make_id(core *l, const char *request_id, const char *filename) {
    const size_t size = strlen(filename) + 1;
    char *id = arena_take(&l->memory, ID_PREFIX_BYTES + size);
    if (!id) {
        core_no_memory(l);
        return NULL;
    }
    memcpy(id, request_id, ID_PREFIX_BYTES - 1);
    id[ID_PREFIX_BYTES - 1] = ':';
    memcpy(id + ID_PREFIX_BYTES, filename, size);
    return id;
}

media_entry *media_find_file(core *l, const char *request_id, const char *filename) {
    const char *id = make_id(l, request_id, filename);
    return id ? media_find(l, id) : NULL;
}

static media_entry *make(chat *c, const char *id) {
    const size_t size = strlen(id) + 1;
    media_entry *e = calloc(1, sizeof *e + size);
    if (!e) return NULL;
    memcpy(e->id, id, size);
    e->chat = c;
    e->downloaded_ms = -1;
    e->list = LRU_NONE;
    e->priority = (uint8_t)(c->has_media_priority ? c->media_priority : MEDIA_PRIORITY_NORMAL);
    return e;
}

media_entry *media_add(core *l, chat *c, const char *id) {
    media_entry *e = make(c, id);
    media_entry *table = e ? registry_add(l->media.table, e, e->id) : NULL;
    if (!table) {
        free(e);
        core_no_memory(l);
        return NULL;
    }
    l->media.table = table;
    DL_APPEND2(c->media, e, chat_prev, chat_next);
    return e;
}

media_entry *media_ensure(core *l, chat *c, const char *filename) {
    const char *id = make_id(l, c->request_id, filename);
    media_entry *e = id ? media_find(l, id) : NULL;
    return e || !id ? e : media_add(l, c, id);
}

const char *media_filename(const media_entry *e) {
    return e->id + ID_PREFIX_BYTES;
}

/* ---- texts ---- */

const char *media_text_of(const media_entry *e, media_text which) {
    const char *at = e->texts ? e->texts : "";
    for (int i = 0; i < (int)which && e->texts; i++) at += strlen(at) + 1;
    return at;
}

void media_set_texts(core *l, media_entry *e, const slice values[MEDIA_TEXTS]) {
    slice all[MEDIA_TEXTS];
    size_t size = MEDIA_TEXTS;
    const char *old = e->texts ? e->texts : "\0\0\0\0\0\0\0";
    for (int i = 0; i < MEDIA_TEXTS; i++) {
        const size_t old_size = strlen(old);
        all[i] = values[i].at ? values[i] : (slice){old, old_size};
        old += old_size + 1;
        size += all[i].size;
    }
    char *made = malloc(size), *at = made;
    if (!made) {
        core_no_memory(l);
        return;
    }
    for (int i = 0; i < MEDIA_TEXTS; i++) {
        memcpy(at, all[i].at, all[i].size);
        at[all[i].size] = 0;
        at += all[i].size + 1;
    }
    free(e->texts);
    e->texts = made;
    e->has_original = all[MEDIA_BLOB_KEY].size;
    e->has_thumbnail = all[MEDIA_THUMBNAIL_KEY].size;
}

void media_set_text(core *l, media_entry *e, media_text which, const char *value) {
    slice values[MEDIA_TEXTS] = {0};
    values[which] = slice_of(value);
    media_set_texts(l, e, values);
}

const char *media_mime_type(const media_entry *e) {
    const char *known = media_text_of(e, MEDIA_MIME_TYPE);
    return *known ? known : "application/octet-stream";
}

bool media_has_original(const media_entry *e) {
    return e->has_original;
}

bool media_has_thumbnail(const media_entry *e) {
    return e->has_thumbnail;
}

bool media_is_pinned(const media_entry *e) {
    return e->pinned || e->chat->media_pinned;
}

/* ---- sizes and places ---- */

int64_t media_bytes(const core *l) {
    return l->media.bytes;
}

size_t media_stored_count(const core *l) {
    return (size_t)l->media.stored_count;
}

int64_t media_evictable_bytes(const core *l) {
    return l->media.evictable_bytes;
}

static int64_t stored_bytes(const media_entry *e) {
    return (media_has_original(e) ? e->size_bytes : 0) + (media_has_thumbnail(e) ? e->thumbnail_bytes : 0);
}

/** The list that it belongs on. */
static int list_of(const media_entry *e) {
    const bool pinned = media_is_pinned(e) && !PLANTED(pinned_evicted);
    if (e->held || pinned || download_is_under_way(e)) return LRU_NONE;
    if (media_has_original(e)) return e->priority;
    return media_has_thumbnail(e) ? LRU_LISTS / 2 + e->priority : LRU_NONE;
}

/** Takes the entry out of the order of eviction: before what decides on its place, or its size, changes. */
static void leave_place(core *l, media_entry *e) {
    if (e->list != LRU_NONE) l->media.evictable_bytes -= stored_bytes(e);
    lru_remove(&l->media.order, e);
}

static void take_place(core *l, media_entry *e) {
    const int list = list_of(e);
    if (list == LRU_NONE) return;
    lru_add(&l->media.order, e, list);
    l->media.evictable_bytes += stored_bytes(e);
}

void media_place(core *l, media_entry *e) {
    leave_place(l, e);
    take_place(l, e);
}

void media_hold(core *l, media_entry *e, bool held) {
    e->held = held;
    media_place(l, e);
}

static void count_bytes(core *l, media_entry *e, int64_t bytes) {
    l->media.bytes += bytes;
    e->chat->media_size_bytes += bytes;
    chat_mark_dirty(&l->chats, e->chat);
}

/* ---- rows to be written ---- */

static void change(core *l, media_entry *e, media_change to) {
    media_entry **rows = l->media.rows;
    if (e->change >= to && to != MEDIA_CLEAN) return;
    if (e->change != MEDIA_CLEAN) DL_DELETE2(rows[e->change], e, row_prev, row_next);
    if (to != MEDIA_CLEAN) DL_APPEND2(rows[to], e, row_prev, row_next);
    e->change = (uint8_t)to;
}

void media_mark_dirty(core *l, media_entry *e) {
    change(l, e, MEDIA_DIRTY);
}

/** A time later than all that were given before, whatever the clock says. */
static void stamp(core *l, media_entry *e) {
    media_cache *m = &l->media;
    m->last_stamp_ms = l->now_ms > m->last_stamp_ms ? l->now_ms : m->last_stamp_ms + 1;
    e->accessed_ms = m->last_stamp_ms;
}

void media_touch(core *l, media_entry *e) {
    if (PLANTED(touch_order_lost)) return;
    leave_place(l, e);
    stamp(l, e);
    take_place(l, e);
    change(l, e, MEDIA_TOUCHED);
    if (!l->media.touch_ms) l->media.touch_ms = l->ticks_ms + LIMIT_TOUCH_DELAY_MS;
}

int64_t media_deadline(const core *l) {
    return l->media.touch_ms;
}

static void tell(core *l, const media_entry *e, download_status status) {
    const char *reason = media_text_of(e, MEDIA_LAST_ERROR);
    text *out = plan_signal(&l->plan, SIGNAL_TYPE_MEDIA);
    text_string_member(out, "requestId", e->chat->request_id);
    text_string_member(out, "id", e->id);
    text_string_member(out, "status", download_status_names[status]);
    if (status == DOWNLOAD_STATUS_FAILED && *reason) text_string_member(out, "reason", reason);
    text_raw(out, "}");
}

static void write_row(core *l, media_entry *e) {
    media_row_write(e, plan_put(&l->plan, STORE_MEDIA_META));
    e->written = true;
    change(l, e, MEDIA_CLEAN);
}

static void write_touches(core *l) {
    media_cache *m = &l->media;
    if (!m->touch_ms || m->touch_ms > l->ticks_ms) return;
    for (int i = 0; i < TOUCHES_PER_STEP && m->rows[MEDIA_TOUCHED]; i++) write_row(l, m->rows[MEDIA_TOUCHED]);
    m->touch_ms = m->rows[MEDIA_TOUCHED] ? l->ticks_ms + 1 : 0;
}

static void delete_files(core *l) {
    text *files = &l->media.files_gone;
    if (files->failed) core_no_memory(l);
    if (!files->size) return;
    text *out = plan_call_unanswered(&l->plan, CALL_METHOD_DELETE_FILES);
    text_raw(out, "\"files\":[");
    text_bytes(out, (slice){files->at, files->size});
    text_raw(out, "]}}");
    text_clear(files);
}

void media_close_step(core *l) {
    while (l->media.rows[MEDIA_DIRTY]) {
        media_entry *e = l->media.rows[MEDIA_DIRTY];
        tell(l, e, (download_status)e->status);
        write_row(l, e);
    }
    write_touches(l);
    delete_files(l);
}

/* ---- bytes come and go ---- */

void media_delete_blob(core *l, const char *request_id, const char *key) {
    text *out = &l->media.files_gone;
    if (key[0] != 'f' || key[1] != '-') {
        plan_delete(&l->plan, STORE_MEDIA_BLOBS, key);
        return;
    }
    text_comma(out);
    text_raw(out, "{");
    text_string_member(out, "requestId", request_id);
    text_string_member(out, "key", key);
    text_raw(out, "}");
}

void media_store_original(core *l, media_entry *e, const char *key, int64_t size_bytes) {
    leave_place(l, e);
    media_set_text(l, e, MEDIA_BLOB_KEY, key);
    e->size_bytes = size_bytes;
    e->status = DOWNLOAD_STATUS_COMPLETED;
    e->downloaded_ms = l->now_ms;
    e->stored_here = true;
    stamp(l, e);
    l->media.stored_count++;
    count_bytes(l, e, size_bytes);
    take_place(l, e);
    media_mark_dirty(l, e);
}

void media_store_thumbnail(core *l, media_entry *e, const char *key, int64_t size_bytes) {
    leave_place(l, e);
    media_set_text(l, e, MEDIA_THUMBNAIL_KEY, key);
    e->thumbnail_bytes = size_bytes;
    count_bytes(l, e, size_bytes);
    take_place(l, e);
    media_mark_dirty(l, e);
}

static void forget_original(core *l, media_entry *e, int64_t counted_bytes) {
    leave_place(l, e);
    media_set_text(l, e, MEDIA_BLOB_KEY, "");
    e->status = DOWNLOAD_STATUS_PENDING;
    e->downloaded_ms = -1;
    e->verified = e->stored_here = false;
    l->media.stored_count--;
    count_bytes(l, e, -counted_bytes);
    take_place(l, e);
    media_mark_dirty(l, e);
}

void media_lose_original(core *l, media_entry *e) {
    forget_original(l, e, e->size_bytes);
}

void media_drop_original(core *l, media_entry *e) {
    if (!media_has_original(e)) return;
    media_delete_blob(l, e->chat->request_id, media_text_of(e, MEDIA_BLOB_KEY));
    media_lose_original(l, e);
}

void media_drop_thumbnail(core *l, media_entry *e) {
    if (!media_has_thumbnail(e)) return;
    media_delete_blob(l, e->chat->request_id, media_text_of(e, MEDIA_THUMBNAIL_KEY));
    leave_place(l, e);
    media_set_text(l, e, MEDIA_THUMBNAIL_KEY, "");
    count_bytes(l, e, -e->thumbnail_bytes);
    e->thumbnail_bytes = 0;
    take_place(l, e);
    media_mark_dirty(l, e);
}

/** Planted bugs leave the blob where it is, or go on counting its bytes. */
static void evict_original(core *l, media_entry *e) {
    const int64_t counted_bytes = PLANTED(media_size_drift) ? 0 : e->size_bytes;
    if (!PLANTED(blob_orphaned)) media_delete_blob(l, e->chat->request_id, media_text_of(e, MEDIA_BLOB_KEY));
    forget_original(l, e, counted_bytes);
}

bool media_evict_next(core *l, const char *request_id, int64_t *freed) {
    const chat *of = request_id ? chat_find(&l->chats, request_id) : NULL;
    media_entry *e = of ? lru_first_of(of) : request_id ? NULL : lru_first(&l->media.order);
    if (!e) return false;
    const bool original = media_has_original(e);
    *freed = original ? e->size_bytes : e->thumbnail_bytes;
    if (original) evict_original(l, e);
    else media_drop_thumbnail(l, e);
    media_remove_if_idle(l, e);
    return true;
}

/* ---- entries go ---- */

static void free_entry(core *l, media_entry *e) {
    DL_DELETE2(e->chat->media, e, chat_prev, chat_next);
    l->media.table = registry_remove(l->media.table, e);
    free(e->texts);
    free(e);
}

void media_remove(core *l, media_entry *e) {
    media_drop_original(l, e);
    media_drop_thumbnail(l, e);
    leave_place(l, e);
    change(l, e, MEDIA_CLEAN);
    if (e->written) plan_delete(&l->plan, STORE_MEDIA_META, e->id);
    tell(l, e, DOWNLOAD_STATUS_PENDING);
    free_entry(l, e);
}

void media_remove_if_idle(core *l, media_entry *e) {
    const bool stored = media_has_original(e) || media_has_thumbnail(e);
    const bool waits = e->download || e->wanted;
    if (!stored && !waits && !e->pinned && e->status != DOWNLOAD_STATUS_FAILED) media_remove(l, e);
}

void media_free(core *l) {
    while (l->media.table) {
        l->media.table->download = NULL;
        free_entry(l, l->media.table);
    }
    text_free(&l->media.files_gone);
    text_free(&l->media.orphans);
}

/* ---- the start ---- */

static void report(core *l, const problem *wrong, size_t index) {
    char path[PROBLEM_PATH_BYTES];
    if (wrong->code == ERROR_CODE_NO_MEMORY) {
        core_no_memory(l);
        return;
    }
    problem_path(path, STORE_MEDIA_META, index, wrong->path);
    plan_error(&l->plan, (error_code)wrong->code, NULL, path, NULL);
}

static void adopt(core *l, media_entry *e) {
    media_cache *m = &l->media;
    e->written = true;
    m->bytes += stored_bytes(e);
    m->stored_count += media_has_original(e);
    if (e->accessed_ms > m->last_stamp_ms) m->last_stamp_ms = e->accessed_ms;
    take_place(l, e);
}

void media_hydrate(core *l, page_list rows) {
    for (size_t i = 0; i < rows.count && !l->out_of_memory; i++) {
        problem wrong;
        const arena_mark before = arena_mark_of(&l->memory);
        media_entry *e = media_row_read(l, rows.at[i], &wrong);
        if (e) adopt(l, e);
        else report(l, &wrong, i);
        arena_rewind(&l->memory, before);
    }
}

/** A download that was interrupted goes on if somebody wants it who doesn't ask again by himself. */
static void resume(core *l, media_entry *e) {
    if (e->status == DOWNLOAD_STATUS_DOWNLOADING) {
        e->status = DOWNLOAD_STATUS_PENDING;
        media_mark_dirty(l, e);
    }
    if (e->wanted) download_want(l, e);
    media_remove_if_idle(l, e);
}

static void compare_size(core *l, chat *c) {
    const media_entry *e;
    int64_t bytes = 0;
    DL_FOREACH2(c->media, e, chat_next) bytes += stored_bytes(e);
    if (c->media_size_bytes == bytes) return;
    c->media_size_bytes = bytes;
    chat_mark_dirty(&l->chats, c);
}

void media_hydrated(core *l) {
    media_entry *next;
    for (chat *c = l->chats.table; c; c = c->hh.next) compare_size(l, c);
    for (media_entry *e = l->media.table; e; e = next) {
        next = e->hh.next;
        if (!media_has_original(e)) resume(l, e);
    }
    lru_settle(&l->media.order);
}
