#include "host_apply.h"

#include <inttypes.h>
#include <string.h>

#include "gen/schema.h"
#include "host_events.h"
#include "world.h"

static const cJSON *member(const cJSON *object, const char *name) {
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

static const char *text_of(const cJSON *object, const char *name) {
    return cJSON_GetStringValue(member(object, name));
}

static bool has_any(const cJSON *plan, const char *name) {
    const cJSON *list = member(plan, name);
    return list && list->child;
}

bool apply_is_needed(const cJSON *plan) {
    return has_any(plan, "writes") || has_any(plan, "reads");
}

bool apply_is_strict(const cJSON *plan) {
    const char *wanted = text_of(plan, "durability");
    return wanted && strcmp(wanted, "strict") == 0;
}

static bool is_eager(const cJSON *item) {
    return cJSON_IsTrue(member(item, "eager"));
}

static void move_all(cJSON *plan, const char *name, cJSON **into) {
    cJSON *list = cJSON_GetObjectItemCaseSensitive(plan, name);
    cJSON *next = list ? list->child : NULL;
    if (!*into) *into = checked(cJSON_CreateArray());
    while (next) {
        cJSON *each = next;
        next = each->next;
        if (!is_eager(each)) cJSON_AddItemToArray(*into, cJSON_DetachItemViaPointer(list, each));
    }
}

void apply_eager(world *w, const cJSON *plan) {
    const cJSON *calls = member(plan, "calls");
    for (const cJSON *each = calls ? calls->child : NULL; each; each = each->next) network_call(w, each);
}

void apply_gather(cJSON *plan, effects *out) {
    move_all(plan, "calls", &out->calls);
    move_all(plan, "signals", &out->signals);
    move_all(plan, "replies", &out->replies);
    const cJSON *deadline = member(plan, "deadline");
    out->deadline_ms = cJSON_IsNumber(deadline) ? (int64_t)deadline->valuedouble : 0;
}

/* ---- writes ---- */

static int64_t count_writes(const cJSON *plan) {
    int64_t count = 0;
    for (const cJSON *write = member(plan, "writes")->child; write; write = write->next) {
        const cJSON *rows = member(write, "rows");
        count += cJSON_GetArraySize(rows ? rows : member(write, "keys"));
    }
    return count;
}

/** What the tab holds becomes a row's bytes. */
static write_result put_blob(world *w, object_store *store, const cJSON *each) {
    const cJSON *held = member(each, "held"), *size = member(each, "size");
    const char *key = text_of(each, "key");
    media_bytes bytes;
    if (!cJSON_IsNumber(held) || !transfer_held(w, (int64_t)held->valuedouble, &bytes)) {
        violation(w, "bytes", "%s is to have bytes that nobody holds", key ? key : "a row");
        return WRITE_DATA_ERROR;
    }
    if (!key || *key != 'b' || !cJSON_IsNumber(size) || (int64_t)size->valuedouble != bytes.size)
        violation(w, "bytes", "%s is stored with another size, or key, than it has", key ? key : "a row");
    return store_put_blob(&w->store, store, each, bytes);
}

/** One row or key of a write. */
static step_failure carry_out_one(world *w, const cJSON *write, const cJSON *each, const char *bytes) {
    object_store *store = store_of(&w->store, text_of(write, "store"));
    const char *op = text_of(write, "op");
    char key[KEY_BYTES];
    write_result result = WRITE_DATA_ERROR;
    if (strcmp(op, "delete") == 0) {
        if (store_key(key, each)) store_delete(&w->store, store, key), result = WRITE_DONE;
    } else if (strcmp(op, "putBlob") == 0) {
        result = put_blob(w, store, each);
    } else if (strcmp(op, "addBytes") == 0) {
        result = store_add_block(&w->store, store, each, bytes);
    } else {
        result = store_put(&w->store, store, each, strcmp(op, "put") == 0);
    }
    if (result == WRITE_DONE) return STEP_FINE;
    log_event(w, "store: %s", result == WRITE_CONSTRAINT_ERROR ? "ConstraintError" : "DataError");
    return STEP_OWN_FAULT;
}

/** One write; `*left` rows and keys more may be written before the transaction aborts. */
static step_failure carry_out(world *w, const cJSON *write, const char *bytes, int64_t *left) {
    const cJSON *rows = member(write, "rows");
    if (!store_of(&w->store, text_of(write, "store"))) return STEP_OWN_FAULT;
    for (const cJSON *each = rows ? rows->child : member(write, "keys")->child; each; each = each->next) {
        if ((*left)-- == 0) return STEP_STORAGE;
        const step_failure failure = carry_out_one(w, write, each, bytes);
        if (failure) return failure;
    }
    return STEP_FINE;
}

step_failure apply_writes(world *w, const cJSON *plan, const char *bytes) {
    prng *p = &w->tabs.random;
    int64_t left = -1;
    if (prng_hits(p, w->swarm.rate[FAULT_ABORT_FIRST])) left = 0;
    if (prng_hits(p, w->swarm.rate[FAULT_ABORT_MIDDLE])) left = prng_between(p, 0, count_writes(plan));
    for (const cJSON *write = member(plan, "writes")->child; write; write = write->next) {
        const step_failure failure = carry_out(w, write, bytes, &left);
        if (failure) return failure;
    }
    return left == 0 ? STEP_STORAGE : STEP_FINE;
}

/* ---- reads ---- */

static void append_row(buffer *rows, const row *r) {
    if (rows->at[rows->size - 1] != '[') buffer_text(rows, ",");
    buffer_bytes(rows, r->text, r->size);
}

static void read_keys(const object_store *store, const cJSON *keys, buffer *rows) {
    for (const cJSON *key = keys->child; key; key = key->next) {
        const row *found = store_get(store, cJSON_GetStringValue(key));
        if (found) append_row(rows, found);
    }
}

/** How many rows are wanted at most. */
static size_t limit_of(const cJSON *read) {
    const cJSON *limit = member(read, "limit");
    return cJSON_IsNumber(limit) ? (size_t)limit->valuedouble : SIZE_MAX;
}

static int64_t bound_of(const cJSON *key) {
    return (int64_t)cJSON_GetArrayItem(key, 1)->valuedouble;
}

static void read_range(const object_store *store, const cJSON *read, buffer *rows) {
    const cJSON *from = member(read, "from"), *to = member(read, "to");
    const row_index *index = store_index(store, cJSON_GetStringValue(cJSON_GetArrayItem(from, 0)));
    const int64_t most = bound_of(to);
    size_t left = limit_of(read);
    for (size_t i = index ? store_place(index, bound_of(from)) : 0; index && i < index->count; i++) {
        if (index->at[i]->sequence > most || left-- == 0) return;
        append_row(rows, index->at[i]);
    }
}

/** The chat's blocks that meet a range: those that begin in it, and one that begins before and reaches in. */
static void read_blocks(const object_store *store, const cJSON *read, buffer *blocks) {
    const row_index *index = store_index(store, text_of(read, "requestId"));
    const int64_t from = (int64_t)member(read, "from")->valuedouble;
    const int64_t to = (int64_t)member(read, "to")->valuedouble;
    size_t left = limit_of(read);
    if (!index) return;
    size_t i = store_place(index, from);
    if (i > 0 && index->at[i - 1]->block->last_sequence >= from) i--;
    for (; i < index->count && index->at[i]->sequence <= to && left-- > 0; i++)
        events_put_block(blocks, index->at[i]);
}

/** What of a chat's rows a server has given a number, or of its blocks. */
typedef struct {
    int64_t count;
    int64_t first;
    int64_t last;
} range_count;

static range_count count_range(const row_index *index) {
    range_count all = {0};
    for (size_t i = 0; i < index->count; i++) {
        const row *r = index->at[i];
        if (r->sequence >= LIMIT_PROVISIONAL_SEQUENCE_MIN) break;
        if (!all.first) all.first = r->sequence;
        all.last = r->block ? r->block->last_sequence : r->sequence;
        all.count += r->block ? r->block->count : 1;
    }
    return all;
}

/** Per chat: how many messages there are and what they take, and the lowest and highest number. */
static void read_tally(const object_store *store, buffer *rows) {
    bool first_chat = true;
    for (const row_index *index = store->index; index; index = index->hh.next) {
        if (!index->count) continue;
        const range_count all = count_range(index);
        buffer_print(rows, "%s{\"requestId\":\"%s\",\"count\":%" PRId64, first_chat ? "" : ",",
                     index->request_id, all.count);
        buffer_print(rows, ",\"bytes\":%" PRId64 ",\"firstSequence\":%" PRId64, index->bytes, all.first);
        buffer_print(rows, ",\"lastSequence\":%" PRId64 "}", all.last);
        first_chat = false;
    }
}

bool apply_reads(world *w, const cJSON *plan, buffer *rows, buffer *blocks) {
    if (!has_any(plan, "reads")) return false;
    buffer_text(rows, "[");
    for (const cJSON *read = member(plan, "reads")->child; read; read = read->next) {
        const object_store *store = store_of(&w->store, text_of(read, "store"));
        if (rows->size > 1) buffer_text(rows, ",");
        buffer_text(rows, "[");
        if (member(read, "requestId")) read_blocks(store, read, blocks);
        else if (member(read, "keys")) read_keys(store, member(read, "keys"), rows);
        else if (member(read, "tally")) read_tally(store, rows);
        else read_range(store, read, rows);
        buffer_text(rows, "]");
    }
    buffer_text(rows, "]");
    return true;
}
