#include "store.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exact.h"
#include "gen/schema.h"

static const object_store schema[] = {
    {STORE_MESSAGES, "id", KIND_MESSAGES, NULL, NULL},
    {STORE_MESSAGE_BLOCKS, NULL, KIND_BLOCKS, NULL, NULL},
    {STORE_CHAT_META, "requestId", KIND_PLAIN, NULL, NULL},
    {STORE_CACHE_STATS, "key", KIND_PLAIN, NULL, NULL},
    {STORE_OFFLINE_QUEUE, "id", KIND_OPERATIONS, NULL, NULL},
    {STORE_MEDIA_META, "id", KIND_MEDIA, NULL, NULL},
    {STORE_MEDIA_BLOBS, "key", KIND_BLOBS, NULL, NULL},
};
enum { STORES = sizeof schema / sizeof *schema };

void store_start(database *s) {
    *s = (database){.stores = checked(malloc(sizeof schema)), .store_count = STORES};
    memcpy(s->stores, schema, sizeof schema);
}

object_store *store_of(database *s, const char *name) {
    for (int i = 0; name && i < s->store_count; i++) {
        if (strcmp(s->stores[i].name, name) == 0) return &s->stores[i];
    }
    return NULL;
}

row *store_get(const object_store *store, const char *key) {
    row *found = NULL;
    HASH_FIND_STR(store->rows, key, found);
    return found;
}

static row_index *find_index(const object_store *store, const char *request_id) {
    row_index *found = NULL;
    HASH_FIND_STR(store->index, request_id, found);
    return found;
}

const row_index *store_index(const object_store *store, const char *request_id) {
    return find_index(store, request_id);
}

/* ---- the index ---- */

size_t store_place(const row_index *index, int64_t sequence) {
    size_t low = 0, high = index->count;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (index->at[middle]->sequence < sequence) low = middle + 1;
        else high = middle;
    }
    return low;
}

row *store_at(const row_index *index, int64_t sequence) {
    const size_t at = store_place(index, sequence);
    return at < index->count && index->at[at]->sequence == sequence ? index->at[at] : NULL;
}

static row_index *ensure_index(object_store *store, const char *request_id) {
    row_index *index = find_index(store, request_id);
    if (index) return index;
    index = checked(calloc(1, sizeof *index));
    strcpy(index->request_id, request_id);
    HASH_ADD_STR(store->index, request_id, index);
    return index;
}

static void index_add(object_store *store, row *r) {
    if (!r->sequence) return;
    row_index *index = ensure_index(store, r->request_id);
    if (index->count == index->capacity) {
        index->capacity = index->capacity ? index->capacity * 2 : 32;
        index->at = checked(realloc(index->at, index->capacity * sizeof *index->at));
    }
    const size_t at = store_place(index, r->sequence);
    memmove(index->at + at + 1, index->at + at, (index->count - at) * sizeof *index->at);
    index->at[at] = r;
    index->count++;
    index->bytes += r->bytes;
}

static void index_remove(object_store *store, const row *r) {
    if (!r->sequence) return;
    row_index *index = find_index(store, r->request_id);
    const size_t at = store_place(index, r->sequence);
    index->bytes -= r->bytes;
    index->count--;
    memmove(index->at + at, index->at + at + 1, (index->count - at) * sizeof *index->at);
}

/** Whether another row has the same sequence number in the same chat. */
static bool is_taken(const object_store *store, const row *r) {
    const row_index *index = r->sequence ? find_index(store, r->request_id) : NULL;
    if (!index) return false;
    const row *other = store_at(index, r->sequence);
    return other && strcmp(other->key, r->key) != 0;
}

/* ---- rows ---- */

static bool write_key(char out[KEY_BYTES], const cJSON *request_id, const cJSON *sequence) {
    const char *string = cJSON_GetStringValue(request_id);
    if (!string || !cJSON_IsNumber(sequence)) return false;
    return snprintf(out, KEY_BYTES, "%s %" PRId64, string, (int64_t)sequence->valuedouble) < KEY_BYTES;
}

bool store_key(char out[KEY_BYTES], const cJSON *key) {
    if (cJSON_IsArray(key))
        return cJSON_GetArraySize(key) == 2 &&
               write_key(out, cJSON_GetArrayItem(key, 0), cJSON_GetArrayItem(key, 1));
    const char *string = cJSON_GetStringValue(key);
    return string && snprintf(out, KEY_BYTES, "%s", string) < KEY_BYTES;
}

static const cJSON *member(const cJSON *value, const char *name) {
    return cJSON_GetObjectItemCaseSensitive(value, name);
}

static bool read_key(char out[KEY_BYTES], const object_store *store, const cJSON *value) {
    if (store->key_path) return store_key(out, member(value, store->key_path));
    return write_key(out, member(value, "requestId"), member(value, "firstSequence"));
}

/** Its content in UTF-8, and an allowance for the rest. */
static int64_t bytes_of_message(const cJSON *value) {
    const char *content = cJSON_GetStringValue(member(value, "content"));
    return LIMIT_ROW_OVERHEAD_BYTES + (content ? (int64_t)strlen(content) : 0);
}

static row *row_new(const object_store *store, const cJSON *value) {
    char key[KEY_BYTES];
    if (!read_key(key, store, value)) return NULL;
    row *made = checked(calloc(1, sizeof *made));
    strcpy(made->key, key);
    made->text = exact_print(value);
    made->size = strlen(made->text);
    if (store->kind == KIND_OPERATIONS) made->queued = queued_new(value);
    if (store->kind == KIND_MEDIA) made->entry = entry_new(value);
    if (store->kind != KIND_MESSAGES) return made;
    made->bytes = bytes_of_message(value);
    if (brief_read(&made->message, value)) {
        strcpy(made->request_id, made->message.request_id);
        made->sequence = made->message.sequence;
    }
    return made;
}

static void row_free(row *r) {
    if (!r) return;
    cJSON_free(r->text);
    block_free(r->block);
    free(r->queued);
    free(r->entry);
    free(r->blob);
    free(r);
}

static void link_row(object_store *store, row *r) {
    HASH_ADD_STR(store->rows, key, r);
    index_add(store, r);
}

static void unlink_row(object_store *store, row *r) {
    HASH_DEL(store->rows, r);
    index_remove(store, r);
}

/* ---- transactions ---- */

static void note(database *s, row_change change) {
    if (s->change_count == s->change_capacity) {
        s->change_capacity = s->change_capacity ? s->change_capacity * 2 : 64;
        s->changes = checked(realloc(s->changes, s->change_capacity * sizeof *s->changes));
    }
    s->changes[s->change_count++] = change;
}

/** Takes the row over; NULL is data that can't be stored. */
static write_result add_row(database *s, object_store *into, row *made, bool may_replace) {
    if (!made) return WRITE_DATA_ERROR;
    row *before = store_get(into, made->key);
    if ((before && !may_replace) || is_taken(into, made)) {
        row_free(made);
        return WRITE_CONSTRAINT_ERROR;
    }
    if (before) unlink_row(into, before);
    link_row(into, made);
    note(s, (row_change){into, before, made});
    return WRITE_DONE;
}

write_result store_put(database *s, object_store *into, const cJSON *value, bool may_replace) {
    if (into->kind == KIND_BLOCKS || into->kind == KIND_BLOBS) return WRITE_DATA_ERROR;
    return add_row(s, into, row_new(into, value), may_replace);
}

write_result store_add_block(database *s, object_store *into, const cJSON *value, const char *data) {
    const cJSON *offset = member(value, "data"), *bytes = member(value, "bytes");
    const bool fits = into->kind == KIND_BLOCKS && cJSON_IsNumber(offset) && cJSON_IsNumber(bytes);
    row *made = fits ? row_new(into, value) : NULL;
    if (!made) return WRITE_DATA_ERROR;
    made->block = block_new(value, data + (size_t)offset->valuedouble, (size_t)bytes->valuedouble);
    if (!made->block) {
        row_free(made);
        return WRITE_DATA_ERROR;
    }
    strcpy(made->request_id, cJSON_GetStringValue(member(value, "requestId")));
    made->sequence = (int64_t)member(value, "firstSequence")->valuedouble;
    made->bytes = made->block->bytes;
    return add_row(s, into, made, false);
}

write_result store_put_blob(database *s, object_store *into, const cJSON *value, media_bytes bytes) {
    row *made = into->kind == KIND_BLOBS ? row_new(into, value) : NULL;
    if (!made) return WRITE_DATA_ERROR;
    made->blob = checked(calloc(1, sizeof *made->blob));
    strcpy(made->blob->key, made->key);
    made->blob->bytes = bytes;
    return add_row(s, into, made, true);
}

void store_delete(database *s, object_store *from, const char *key) {
    row *before = store_get(from, key);
    if (!before) return;
    unlink_row(from, before);
    note(s, (row_change){from, before, NULL});
}

static const row *either(const row_change *c) {
    return c->after ? c->after : c->before;
}

const row *store_before(const database *s, const object_store *store, const char *key) {
    for (size_t i = 0; i < s->change_count; i++) {
        const row_change *c = &s->changes[i];
        if (c->store == store && strcmp(either(c)->key, key) == 0) return c->before;
    }
    return store_get(store, key);
}

void store_abort(database *s) {
    while (s->change_count) {
        const row_change *c = &s->changes[--s->change_count];
        if (c->after) unlink_row(c->store, c->after);
        if (c->before) link_row(c->store, c->before);
        row_free(c->after);
    }
}

void store_commit(database *s) {
    for (size_t i = 0; i < s->change_count; i++) row_free(s->changes[i].before);
    s->change_count = 0;
}

void store_write_all(const object_store *store, buffer *out) {
    buffer_text(out, "[");
    for (const row *r = store->rows; r; r = r->hh.next) {
        if (r != store->rows) buffer_text(out, ",");
        buffer_bytes(out, r->text, r->size);
    }
    buffer_text(out, "]");
}

void store_free(database *s) {
    store_abort(s);
    for (int i = 0; i < s->store_count; i++) {
        row *each, *next;
        row_index *index, *after;
        HASH_ITER(hh, s->stores[i].rows, each, next) {
            HASH_DEL(s->stores[i].rows, each);
            row_free(each);
        }
        HASH_ITER(hh, s->stores[i].index, index, after) {
            HASH_DEL(s->stores[i].index, index);
            free(index->at);
            free(index);
        }
    }
    free(s->stores);
    free(s->changes);
}
