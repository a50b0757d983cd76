#include "arrival.h"

#include <string.h>

#include "plant.h"
#include "retention.h"

/** From the second time on that the quota has aborted it, it is not kept. */
enum { QUOTA_ABORTS_MAX = 1, SHA256_DIGITS = 64, TEXT_MAX = 256 };

/* ---- read ---- */

static bool is_hex(const char *string, size_t size) {
    return strlen(string) == size && strspn(string, "0123456789abcdefABCDEF") == size;
}

/** A text of the server's that may be stored; NULL for any other. */
static const char *bounded(const cJSON *header, const char *name, size_t max) {
    const char *string = json_text(header, name);
    return string && *string && strlen(string) <= max ? string : NULL;
}

static const char *hash_of(const cJSON *header, const char *name) {
    const char *hash = json_text(header, name);
    return hash && is_hex(hash, SHA256_DIGITS) ? hash : NULL;
}

static bool take_place(const cJSON *header, const cJSON *params, arrival *a) {
    const char *place = json_text(header, "place");
    const char *key = json_text(params, "key");
    a->request_id = json_text(params, "requestId");
    if (!place || !key || !is_hex(key, DOWNLOAD_KEY_BYTES - 1)) return false;
    a->place =
        strcmp(place, blob_place_names[BLOB_PLACE_FILES]) == 0 ? BLOB_PLACE_FILES : BLOB_PLACE_DATABASE;
    memcpy(a->key, a->place == BLOB_PLACE_FILES ? "f-" : "b-", 2);
    memcpy(a->key + 2, key, DOWNLOAD_KEY_BYTES);
    return true;
}

bool arrival_read(const event *e, arrival *a) {
    const cJSON *header = e->header;
    *a = (arrival){
        .held = json_integer(header, "held", -1),
        .size_bytes = json_integer(header, "size", -1),
        .sha256 = hash_of(header, "sha256"),
        .expected_bytes = json_integer(header, "expectedSize", -1),
        .expected_sha256 = hash_of(header, "expectedSha256"),
        .mime_type = bounded(header, "mimeType", TEXT_MAX),
        .original_filename = bounded(header, "originalFilename", MEDIA_FILENAME_MAX),
        .message_id = bounded(header, "messageId", TEXT_MAX),
        .quota = json_integer(header, "quota", 0),
    };
    const cJSON *params = json_get(json_get(header, "call"), "params");
    return a->held >= 0 && a->size_bytes >= 0 && take_place(header, params, a);
}

/* ---- is it what the server has ---- */

static char lower(char c) {
    return c >= 'A' && c <= 'F' ? (char)(c - 'A' + 'a') : c;
}

static bool same_hash(const char *a, const char *b) {
    while (*a && lower(*a) == lower(*b)) a++, b++;
    return *a == *b;
}

bool arrival_is_intact(const arrival *a) {
    if (PLANTED(hash_unchecked)) return true;
    if (a->expected_bytes >= 0 && a->expected_bytes != a->size_bytes) return false;
    return !a->expected_sha256 || (a->sha256 && same_hash(a->sha256, a->expected_sha256));
}

/* ---- where it goes ---- */

bool arrival_is_lost(const core *l, const arrival *a) {
    const text *orphans = &l->media.orphans;
    for (size_t at = 0; a->place == BLOB_PLACE_FILES && at < orphans->size; at += DOWNLOAD_BLOB_KEY_BYTES) {
        if (strcmp(orphans->at + at, a->key) == 0) return true;
    }
    return false;
}

void arrival_discard(core *l, const arrival *a) {
    if (a->place == BLOB_PLACE_FILES) media_delete_blob(l, a->request_id, a->key);
}

static void take_texts(core *l, media_entry *e, const arrival *a) {
    const slice values[MEDIA_TEXTS] = {
        [MEDIA_MIME_TYPE] = slice_of(a->mime_type),
        [MEDIA_ORIGINAL_FILENAME] = slice_of(a->original_filename),
        [MEDIA_MESSAGE_ID] = slice_of(a->message_id),
        [MEDIA_SHA256] = slice_of(a->expected_sha256 ? a->expected_sha256 : ""),
        [MEDIA_LAST_ERROR] = slice_of(""),
    };
    media_set_texts(l, e, values);
    e->verified = false;
    e->wanted = false;
}

static void put_blob(core *l, const media_entry *e, const arrival *a) {
    text *out = plan_put_blob(&l->plan, STORE_MEDIA_BLOBS);
    text_raw(out, "{");
    text_string_member(out, "key", a->key);
    text_number_member(out, "held", a->held);
    text_number_member(out, "size", a->size_bytes);
    text_string_member(out, "mimeType", media_mime_type(e));
    text_number_member(out, "createdAt", l->now_ms);
    text_number_member(out, "lastAccessedAt", e->accessed_ms);
    text_raw(out, "}");
}

bool arrival_may_be_kept(const core *l, const arrival *a) {
    const bool fits = a->size_bytes <= retention_item_limit(l) && a->quota <= QUOTA_ABORTS_MAX;
    return l->media.keeps && fits && arrival_is_intact(a);
}

bool arrival_store(core *l, media_entry *e, const arrival *a) {
    take_texts(l, e, a);
    if (!arrival_may_be_kept(l, a) || !retention_admit(l, a->size_bytes)) {
        arrival_discard(l, a);
        if (l->media.keeps) retention_not_kept(l, e->id);
        return false;
    }
    media_store_original(l, e, a->key, a->size_bytes);
    e->verified = a->expected_sha256 != NULL;
    if (a->place == BLOB_PLACE_DATABASE) put_blob(l, e, a);
    return true;
}
