#include "store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/schema.h"

static const object_store schema[] = {
    {STORE_MESSAGES, "id", true, NULL, NULL},
    {STORE_CHAT_META, "requestId", false, NULL, NULL},
    {STORE_CACHE_STATS, "key", false, NULL, NULL},
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

/** Where the sequence number is, or would be. */
static size_t place_of(const row_index *index, int64_t sequence) {
    size_t low = 0, high = index->count;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (index->at[middle]->sequence < sequence) low = middle + 1;
        else high = middle;
    }
    return low;
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
    const size_t at = place_of(index, r->sequence);
    memmove(index->at + at + 1, index->at + at, (index->count - at) * sizeof *index->at);
    index->at[at] = r;
    index->count++;
}

static void index_remove(object_store *store, const row *r) {
    if (!r->sequence) return;
    row_index *index = find_index(store, r->request_id);
    const size_t at = place_of(index, r->sequence);
    index->count--;
    memmove(index->at + at, index->at + at + 1, (index->count - at) * sizeof *index->at);
}

/** Whether another row has the same sequence number in the same chat. */
static bool is_taken(const object_store *store, const row *r) {
    const row_index *index = r->sequence ? find_index(store, r->request_id) : NULL;
    if (!index) return false;
    const size_t at = place_of(index, r->sequence);
    return at < index->count && index->at[at]->sequence == r->sequence &&
           strcmp(index->at[at]->key, r->key) != 0;
}

/* ---- rows ---- */

static const char *text_of(const cJSON *value, const char *name) {
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(value, name);
    return cJSON_GetStringValue(member);
}

static void read_message(row *r, const cJSON *value) {
    const char *request_id = text_of(value, "requestId");
    const char *content = text_of(value, "content");
    const cJSON *sequence = cJSON_GetObjectItemCaseSensitive(value, "sequenceNumber");
    if (request_id && strlen(request_id) < STORE_KEY_BYTES && cJSON_IsNumber(sequence)) {
        strcpy(r->request_id, request_id);
        r->sequence = (int64_t)sequence->valuedouble;
    }
    r->version = -1;
    const char *version = content ? strstr(content, " version ") : NULL;
    if (version) r->version = atoi(version + strlen(" version "));
}

static row *row_new(const object_store *store, const cJSON *value) {
    const char *key = text_of(value, store->key_path);
    if (!key || strlen(key) >= STORE_KEY_BYTES) return NULL;
    row *made = checked(calloc(1, sizeof *made));
    strcpy(made->key, key);
    made->text = checked(cJSON_PrintUnformatted(value));
    made->size = strlen(made->text);
    if (store->indexed) read_message(made, value);
    return made;
}

static void row_free(row *r) {
    if (!r) return;
    cJSON_free(r->text);
    free(r);
}

static void link_row(object_store *store, row *r) {
    HASH_ADD_STR(store->rows, key, r);
    if (store->indexed) index_add(store, r);
}

static void unlink_row(object_store *store, row *r) {
    HASH_DEL(store->rows, r);
    if (store->indexed) index_remove(store, r);
}

/* ---- transactions ---- */

static void note(database *s, row_change change) {
    if (s->change_count == s->change_capacity) {
        s->change_capacity = s->change_capacity ? s->change_capacity * 2 : 64;
        s->changes = checked(realloc(s->changes, s->change_capacity * sizeof *s->changes));
    }
    s->changes[s->change_count++] = change;
}

write_result store_put(database *s, object_store *into, const cJSON *value, bool may_replace) {
    row *made = row_new(into, value);
    if (!made) return WRITE_DATA_ERROR;
    row *before = store_get(into, made->key);
    if ((before && !may_replace) || (into->indexed && is_taken(into, made))) {
        row_free(made);
        return WRITE_CONSTRAINT_ERROR;
    }
    if (before) unlink_row(into, before);
    link_row(into, made);
    note(s, (row_change){into, before, made});
    return WRITE_DONE;
}

void store_delete(database *s, object_store *from, const char *key) {
    row *before = store_get(from, key);
    if (!before) return;
    unlink_row(from, before);
    note(s, (row_change){from, before, NULL});
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
