#include "media_row.h"

#include <stdlib.h>
#include <string.h>

#include "plain.h"

bool media_is_filename(const char *name) {
    size_t count = 0;
    for (const char *at = name; *at; at++) count += ((unsigned char)*at & 0xC0) != 0x80;
    return count >= 1 && count <= MEDIA_FILENAME_MAX;
}

/* ---- read ---- */

/** Reads a row that is not plain as if it were; its other members are kept as `*extra`, to be freed. */
static bool read_any(core *l, slice row, plain_field out[RECORD_FIELDS_MAX], char **extra, problem *wrong) {
    record read;
    if (!record_read(row, &cached_media_meta_record, &l->memory, &read, wrong)) return false;
    for (int i = 0; i < cached_media_meta_record.count; i++) {
        const field_rule *rule = &cached_media_meta_record.fields[i];
        out[i] = (plain_field){.there = record_has(&read, i)};
        if (!out[i].there) continue;
        if (rule->type == FIELD_ENUM) out[i].number = record_enum(&read, i, rule->values);
        else if (rule->type == FIELD_BOOLEAN) out[i].number = record_true(&read, i);
        else if (rule->type == FIELD_INTEGER) out[i].number = record_integer(&read, i, 0);
        else out[i].text = record_slice(&read, i);
    }
    *wrong = (problem){.code = ERROR_CODE_NO_MEMORY};
    return record_keep_unknown(extra, &read, &cached_media_meta_record);
}

static slice text_of(const plain_field *fields, int field) {
    return fields[field].there ? fields[field].text : slice_of("");
}

static bool take_texts(core *l, media_entry *e, const plain_field *row, const char *extra) {
    const slice values[MEDIA_TEXTS] = {
        [MEDIA_BLOB_KEY] = text_of(row, CACHED_MEDIA_META_LOCAL_BLOB_KEY),
        [MEDIA_THUMBNAIL_KEY] = text_of(row, CACHED_MEDIA_META_THUMBNAIL_BLOB_KEY),
        [MEDIA_MIME_TYPE] = text_of(row, CACHED_MEDIA_META_MIME_TYPE),
        [MEDIA_MESSAGE_ID] = text_of(row, CACHED_MEDIA_META_MESSAGE_ID),
        [MEDIA_ORIGINAL_FILENAME] = text_of(row, CACHED_MEDIA_META_ORIGINAL_FILENAME),
        [MEDIA_SHA256] = text_of(row, CACHED_MEDIA_META_SHA256_HASH),
        [MEDIA_LAST_ERROR] = text_of(row, CACHED_MEDIA_META_LAST_ERROR),
        [MEDIA_EXTRA] = slice_of(extra ? extra : ""),
    };
    media_set_texts(l, e, values);
    return !l->out_of_memory;
}

/** A time that can be one; the times of use only grow from there. */
static int64_t moment_of(const plain_field *row, int field) {
    const int64_t ms = row[field].number;
    return ms > 0 && ms < LIMIT_PROVISIONAL_SEQUENCE_MIN ? ms : 0;
}

/** What is here decides what has been downloaded, whatever the row says of its state. */
static void take_state(media_entry *e, const plain_field *row) {
    const int64_t said = row[CACHED_MEDIA_META_DOWNLOAD_STATUS].number;
    const bool here = media_has_original(e);
    const bool lost = !here && said == DOWNLOAD_STATUS_COMPLETED;
    e->status = (uint8_t)(here ? DOWNLOAD_STATUS_COMPLETED : lost ? DOWNLOAD_STATUS_PENDING : said);
    e->downloaded_ms = here ? moment_of(row, CACHED_MEDIA_META_DOWNLOADED_AT) : -1;
    e->verified = here && row[CACHED_MEDIA_META_IS_VERIFIED].number;
}

static void take_fields(media_entry *e, const plain_field *row) {
    const plain_field priority = row[CACHED_MEDIA_META_PRIORITY];
    e->size_bytes = row[CACHED_MEDIA_META_FILE_SIZE].number;
    e->thumbnail_bytes = row[CACHED_MEDIA_META_THUMBNAIL_SIZE].number;
    e->accessed_ms = moment_of(row, CACHED_MEDIA_META_LAST_ACCESSED_AT);
    e->pinned = row[CACHED_MEDIA_META_IS_PINNED].number;
    e->wanted = row[CACHED_MEDIA_META_WANTED].number;
    e->priority = (uint8_t)(priority.there ? priority.number : MEDIA_PRIORITY_NORMAL);
    take_state(e, row);
}

/** Whether the id is made of the chat and the name, as it must be. */
static bool is_id_of(slice id, slice request_id, slice filename) {
    if (id.size != request_id.size + 1 + filename.size || id.at[request_id.size] != ':') return false;
    return memcmp(id.at, request_id.at, request_id.size) == 0 &&
           memcmp(id.at + request_id.size + 1, filename.at, filename.size) == 0;
}

static media_entry *make(core *l, const plain_field *row, problem *wrong) {
    const slice request_id = row[CACHED_MEDIA_META_REQUEST_ID].text;
    const slice id = row[CACHED_MEDIA_META_ID].text;
    *wrong = (problem){.code = ERROR_CODE_FIELD_FORMAT, .path = "id"};
    if (!is_id_of(id, request_id, row[CACHED_MEDIA_META_FILENAME].text)) return NULL;
    const char *key = arena_copy(&l->memory, id.at, id.size);
    const char *of = arena_copy(&l->memory, request_id.at, request_id.size);
    if (key && of && media_find(l, key)) return NULL;
    *wrong = (problem){.code = ERROR_CODE_NO_MEMORY};
    chat *c = key && of ? chat_ensure(&l->chats, of) : NULL;
    return c ? media_add(l, c, key) : NULL;
}

media_entry *media_row_read(core *l, slice bytes, problem *wrong) {
    plain_field row[RECORD_FIELDS_MAX];
    char *extra = NULL;
    const bool ok =
        plain_read(bytes, &cached_media_meta_record, row) || read_any(l, bytes, row, &extra, wrong);
    media_entry *e = ok ? make(l, row, wrong) : NULL;
    if (e && take_texts(l, e, row, extra)) take_fields(e, row);
    free(extra);
    return e;
}

/* ---- written ---- */

/** An empty text stands for null. */
static void nullable_member(text *out, const char *name, const char *value) {
    text_string_member(out, name, *value ? value : NULL);
}

static void optional_member(text *out, const char *name, const char *value) {
    if (*value) text_string_member(out, name, value);
}

static void bool_member(text *out, const char *name, bool value) {
    text_name(out, name);
    text_raw(out, value ? "true" : "false");
}

static void write_state(const media_entry *e, text *out) {
    text_string_member(out, "downloadStatus", download_status_names[e->status]);
    text_number_member(out, "downloadProgress", e->status == DOWNLOAD_STATUS_COMPLETED ? 100 : 0);
    text_name(out, "downloadedAt");
    if (e->downloaded_ms < 0) text_raw(out, "null");
    else text_number(out, e->downloaded_ms);
    nullable_member(out, "sha256Hash", media_text_of(e, MEDIA_SHA256));
    bool_member(out, "isVerified", e->verified);
    nullable_member(out, "localBlobKey", media_text_of(e, MEDIA_BLOB_KEY));
    nullable_member(out, "thumbnailBlobKey", media_text_of(e, MEDIA_THUMBNAIL_KEY));
}

void media_row_write(const media_entry *e, text *out) {
    text_raw(out, "{");
    text_string_member(out, "id", e->id);
    text_string_member(out, "requestId", e->chat->request_id);
    text_string_member(out, "messageId", media_text_of(e, MEDIA_MESSAGE_ID));
    text_string_member(out, "filename", media_filename(e));
    optional_member(out, "originalFilename", media_text_of(e, MEDIA_ORIGINAL_FILENAME));
    text_string_member(out, "mimeType", media_mime_type(e));
    text_number_member(out, "fileSize", e->size_bytes);
    write_state(e, out);
    text_number_member(out, "lastAccessedAt", e->accessed_ms);
    bool_member(out, "isPinned", e->pinned);
    text_string_member(out, "priority", media_priority_names[e->priority]);
    if (e->wanted) text_raw(out, ",\"wanted\":true");
    optional_member(out, "lastError", media_text_of(e, MEDIA_LAST_ERROR));
    if (e->thumbnail_bytes) text_number_member(out, "thumbnailSize", e->thumbnail_bytes);
    text_raw(out, media_text_of(e, MEDIA_EXTRA));
    text_raw(out, "}");
}
