#include "thumbnail.h"

#include <stdlib.h>
#include <string.h>

/* utlist's macros compare in place. */
#include <utlist.h>

#include "download.h"
#include "retention.h"

/** What browsers can decode, and what can't hold a script. */
static const char *const pictures[] = {
    "image/jpeg", "image/png", "image/webp", "image/gif", "image/avif", "image/bmp", NULL,
};

static bool is_picture(const media_entry *e) {
    const char *mime_type = media_text_of(e, MEDIA_MIME_TYPE);
    return pictures[record_name_index(pictures, mime_type)];
}

void thumbnail_want(core *l, const media_entry *e) {
    if (!l->media.thumbnail_side || !is_picture(e) || media_has_thumbnail(e)) return;
    const size_t size = strlen(e->id) + 1;
    thumbnail *t = calloc(1, sizeof *t + size);
    if (!t) {
        core_no_memory(l);
        return;
    }
    memcpy(t->id, e->id, size);
    DL_APPEND(l->media.thumbnails, t);
}

static void forget(core *l, thumbnail *t) {
    DL_DELETE(l->media.thumbnails, t);
    free(t);
}

void thumbnail_free(core *l) {
    while (l->media.thumbnails) forget(l, l->media.thumbnails);
}

/* ---- the call ---- */

static bool is_possible(const media_entry *e) {
    return e && media_has_original(e) && !media_has_thumbnail(e);
}

void thumbnail_pump(core *l) {
    thumbnail *t = l->media.thumbnails;
    const media_entry *e = NULL;
    while (t && !t->call && !is_possible(e = media_find(l, t->id))) {
        forget(l, t);
        t = l->media.thumbnails;
    }
    if (!t || t->call) return;
    text *out = sync_begin_call(l, CALL_METHOD_MAKE_THUMBNAIL, LIMIT_MEDIA_STALL_MS, &t->call);
    text_string_member(out, "requestId", e->chat->request_id);
    text_string_member(out, "key", media_text_of(e, MEDIA_BLOB_KEY));
    text_string_member(out, "mimeType", media_text_of(e, MEDIA_MIME_TYPE));
    text_number_member(out, "side", l->media.thumbnail_side);
    text_raw(out, "}}");
}

/* ---- its end ---- */

static void put(core *l, media_entry *e, const event *reply, int64_t size_bytes) {
    char key[DOWNLOAD_BLOB_KEY_BYTES] = "b-";
    const char *mime_type = json_text(reply->header, "mimeType");
    download_make_key(l, key + 2);
    text *out = plan_put_blob(&l->plan, STORE_MEDIA_BLOBS);
    text_raw(out, "{");
    text_string_member(out, "key", key);
    text_number_member(out, "held", json_integer(reply->header, "held", 0));
    text_number_member(out, "size", size_bytes);
    text_string_member(out, "mimeType", mime_type ? mime_type : "image/png");
    text_number_member(out, "createdAt", l->now_ms);
    text_number_member(out, "lastAccessedAt", e->accessed_ms);
    text_raw(out, "}");
    media_store_thumbnail(l, e, key, size_bytes);
}

/** It takes room as an original does, but not from its own. */
static void store(core *l, media_entry *e, const event *reply) {
    const int64_t size_bytes = json_integer(reply->header, "size", -1);
    const bool quota = json_integer(reply->header, "quota", 0) > 0;
    if (size_bytes < 1 || quota || !l->media.keeps) return;
    media_hold(l, e, true);
    if (retention_admit(l, size_bytes)) put(l, e, reply, size_bytes);
    media_hold(l, e, false);
}

void thumbnail_ended(core *l, const event *e, const call_end *end) {
    thumbnail *t = l->media.thumbnails;
    if (!t || !end->id || t->call != end->id) return;
    media_entry *entry = media_find(l, t->id);
    const bool made = end->outcome == OUTCOME_OK && e->attempt <= 2;
    if (made && is_possible(entry)) store(l, entry, e);
    forget(l, t);
}
