#include "media_list.h"

#include <stdlib.h>
#include <string.h>

#include "download.h"
#include "thumbnail.h"

/** Keys in ascending order, in the step's memory. */
typedef struct {
    const char **at;
    size_t count;
} key_list;

static int compare(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool has_key(const key_list *keys, const char *key) {
    return keys->count && bsearch(&key, keys->at, keys->count, sizeof *keys->at, compare);
}

static void sort(key_list *keys) {
    if (keys->count) qsort(keys->at, keys->count, sizeof *keys->at, compare);
}

static bool take_list(core *l, size_t room, key_list *keys) {
    *keys = (key_list){arena_take(&l->memory, (room + 1) * sizeof *keys->at), 0};
    return keys->at || core_no_memory(l);
}

static void add_key(key_list *keys, const char *key) {
    if (key && *key) keys->at[keys->count++] = key;
}

/** The keys of all bytes that the entries know. Good until one of their texts is set. */
static bool known_keys(core *l, key_list *keys) {
    if (!take_list(l, 2 * HASH_COUNT(l->media.table), keys)) return false;
    for (const media_entry *e = l->media.table; e; e = e->hh.next) {
        add_key(keys, media_text_of(e, MEDIA_BLOB_KEY));
        add_key(keys, media_text_of(e, MEDIA_THUMBNAIL_KEY));
    }
    sort(keys);
    return true;
}

static bool listed_keys(core *l, const cJSON *files, key_list *keys) {
    if (!take_list(l, (size_t)cJSON_GetArraySize(files), keys)) return false;
    for (const cJSON *each = files ? files->child : NULL; each; each = each->next)
        add_key(keys, json_text(each, "key"));
    sort(keys);
    return true;
}

/* ---- bytes that nobody knows ---- */

/** Remembers the file, in case that it is what a call of an earlier core is just bringing. */
static void delete_file(core *l, const char *request_id, const char *key) {
    text *orphans = &l->media.orphans;
    media_delete_blob(l, request_id, key);
    if (strlen(key) + 1 == DOWNLOAD_BLOB_KEY_BYTES) text_bytes(orphans, (slice){key, strlen(key) + 1});
    if (orphans->failed) core_no_memory(l);
}

static bool is_file(const char *key) {
    return key && key[0] == 'f' && key[1] == '-';
}

/** Of the files those that no entry knows and that no call is writing; how many. */
static int64_t delete_unknown_files(core *l, const cJSON *files, const key_list *known) {
    int64_t count = 0;
    for (const cJSON *each = files ? files->child : NULL; each; each = each->next) {
        const char *request_id = json_text(each, "requestId"), *key = json_text(each, "key");
        if (!request_id || !is_file(key) || has_key(known, key) || download_writes(l, key + 2)) continue;
        delete_file(l, request_id, key);
        count++;
    }
    return count;
}

static int64_t delete_unknown_blobs(core *l, const cJSON *keys, const key_list *known) {
    int64_t count = 0;
    for (const cJSON *each = keys ? keys->child : NULL; each; each = each->next) {
        const char *key = cJSON_GetStringValue(each);
        if (!key || is_file(key) || has_key(known, key)) continue;
        plan_delete(&l->plan, STORE_MEDIA_BLOBS, key);
        count++;
    }
    return count;
}

/* ---- entries without their bytes ---- */

static void fetch_again(core *l, media_entry *e) {
    if (l->media.keeps) download_want(l, e);
    else media_remove_if_idle(l, e);
}

/** What is pinned is to be here. */
static void lose_file(core *l, media_entry *e) {
    media_lose_original(l, e);
    if (media_is_pinned(e)) fetch_again(l, e);
    else media_remove_if_idle(l, e);
}

static void lose_absent_files(core *l, const key_list *there) {
    media_entry *next;
    for (media_entry *e = l->media.table; e; e = next) {
        const char *key = media_text_of(e, MEDIA_BLOB_KEY);
        next = e->hh.next;
        if (is_file(key) && !e->stored_here && !has_key(there, key)) lose_file(l, e);
    }
}

/** Entries of which a check says that their bytes are not what they should be; how many. */
static int64_t replace_each(core *l, const cJSON *ids) {
    int64_t count = 0;
    for (const cJSON *each = ids ? ids->child : NULL; each; each = each->next) {
        const char *id = cJSON_GetStringValue(each);
        media_entry *e = id ? media_find(l, id) : NULL;
        if (!e || !media_has_original(e)) continue;
        media_drop_original(l, e);
        fetch_again(l, e);
        count++;
    }
    return count;
}

/** Thumbnails of which the same was found are made anew, where the picture is here; how many. */
static int64_t replace_thumbnails(core *l, const cJSON *ids) {
    int64_t count = 0;
    for (const cJSON *each = ids ? ids->child : NULL; each; each = each->next) {
        const char *id = cJSON_GetStringValue(each);
        media_entry *e = id ? media_find(l, id) : NULL;
        if (!e || !media_has_thumbnail(e)) continue;
        media_drop_thumbnail(l, e);
        if (media_has_original(e)) thumbnail_want(l, e);
        else media_remove_if_idle(l, e);
        count++;
    }
    return count;
}

/* ---- the events ---- */

/** The body; NULL after the event was refused. */
static const cJSON *body_of(core *l, const event *e) {
    cJSON *body = NULL;
    const json_result result = json_parse(e->body, &l->memory, &body);
    if (result == JSON_OK) return body;
    if (result == JSON_NO_MEMORY) core_no_memory(l);
    else if (command_of(e)) command_refuse(l, command_of(e), "body");
    else plan_error(&l->plan, ERROR_CODE_BAD_EVENT, NULL, event_type_names[e->type], NULL);
    return NULL;
}

void media_list_files(core *l, const event *e) {
    key_list known, there;
    const cJSON *files = body_of(l, e);
    if (!files || !known_keys(l, &known) || !listed_keys(l, files, &there)) return;
    delete_unknown_files(l, files, &known);
    lose_absent_files(l, &there);
}

void media_list_repair(core *l, const event *e) {
    key_list known;
    const cJSON *found = body_of(l, e);
    if (!found || !known_keys(l, &known)) return;
    const int64_t removed = delete_unknown_blobs(l, json_get(found, "orphans"), &known) +
                            delete_unknown_files(l, json_get(found, "files"), &known);
    const int64_t refetched = replace_each(l, json_get(found, "missing")) +
                              replace_each(l, json_get(found, "damaged")) +
                              replace_thumbnails(l, json_get(found, "thumbnails"));
    if (!command_of(e)) return;
    text *out = plan_reply_result(&l->plan, command_of(e));
    text_raw(out, "{");
    text_number_member(out, "removed", removed);
    text_number_member(out, "refetched", refetched);
    text_raw(out, "}}");
}
