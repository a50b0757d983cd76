#include "host_apply.h"

#include <inttypes.h>
#include <string.h>

#include "gen/schema.h"
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

static void move_all(cJSON *plan, const char *name, cJSON **into) {
    cJSON *list = cJSON_GetObjectItemCaseSensitive(plan, name);
    if (!*into) *into = checked(cJSON_CreateArray());
    while (list && list->child) cJSON_AddItemToArray(*into, cJSON_DetachItemViaPointer(list, list->child));
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

static step_failure put(world *w, object_store *into, const cJSON *value, bool may_replace) {
    switch (store_put(&w->store, into, value, may_replace)) {
    case WRITE_DONE: return STEP_FINE;
    case WRITE_CONSTRAINT_ERROR: log_event(w, "store: ConstraintError"); return STEP_OWN_FAULT;
    default: log_event(w, "store: DataError"); return STEP_OWN_FAULT;
    }
}

/** One write; `*left` writes more may be made before the transaction aborts. */
static step_failure carry_out(world *w, const cJSON *write, int64_t *left) {
    object_store *store = store_of(&w->store, text_of(write, "store"));
    const cJSON *rows = member(write, "rows");
    const bool may_replace = strcmp(text_of(write, "op"), "add") != 0;
    if (!store) return STEP_OWN_FAULT;
    for (const cJSON *each = rows ? rows->child : member(write, "keys")->child; each; each = each->next) {
        if ((*left)-- == 0) return STEP_STORAGE;
        step_failure failure = STEP_FINE;
        if (rows) failure = put(w, store, each, may_replace);
        else store_delete(&w->store, store, cJSON_GetStringValue(each));
        if (failure) return failure;
    }
    return STEP_FINE;
}

step_failure apply_writes(world *w, const cJSON *plan) {
    prng *p = &w->host.random;
    int64_t left = -1;
    if (prng_hits(p, w->swarm.rate[FAULT_ABORT_FIRST])) left = 0;
    if (prng_hits(p, w->swarm.rate[FAULT_ABORT_MIDDLE])) left = prng_between(p, 0, count_writes(plan));
    for (const cJSON *write = member(plan, "writes")->child; write; write = write->next) {
        const step_failure failure = carry_out(w, write, &left);
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

static int64_t bound_of(const cJSON *key) {
    return (int64_t)cJSON_GetArrayItem(key, 1)->valuedouble;
}

static void read_range(const object_store *store, const cJSON *read, buffer *rows) {
    const cJSON *from = member(read, "from"), *to = member(read, "to");
    const row_index *index = store_index(store, cJSON_GetStringValue(cJSON_GetArrayItem(from, 0)));
    const int64_t least = bound_of(from), most = bound_of(to);
    for (size_t i = 0; index && i < index->count; i++) {
        const row *r = index->at[i];
        if (r->sequence >= least && r->sequence <= most) append_row(rows, r);
    }
}

/** Per chat: how many rows there are, and the lowest and highest sequence number that a server gave. */
static void read_tally(const object_store *store, buffer *rows) {
    bool first_chat = true;
    for (const row_index *index = store->index; index; index = index->hh.next) {
        int64_t first = 0, last = 0;
        for (size_t i = 0; i < index->count; i++) {
            if (index->at[i]->sequence >= LIMIT_PROVISIONAL_SEQUENCE_MIN) break;
            if (!first) first = index->at[i]->sequence;
            last = index->at[i]->sequence;
        }
        if (!index->count) continue;
        buffer_print(rows, "%s{\"requestId\":\"%s\",\"count\":%zu", first_chat ? "" : ",", index->request_id,
                     index->count);
        buffer_print(rows, ",\"firstSequence\":%" PRId64 ",\"lastSequence\":%" PRId64 "}", first, last);
        first_chat = false;
    }
}

bool apply_reads(world *w, const cJSON *plan, buffer *rows) {
    if (!has_any(plan, "reads")) return false;
    buffer_text(rows, "[");
    for (const cJSON *read = member(plan, "reads")->child; read; read = read->next) {
        const object_store *store = store_of(&w->store, text_of(read, "store"));
        if (rows->size > 1) buffer_text(rows, ",");
        buffer_text(rows, "[");
        if (member(read, "keys")) read_keys(store, member(read, "keys"), rows);
        else if (member(read, "tally")) read_tally(store, rows);
        else read_range(store, read, rows);
        buffer_text(rows, "]");
    }
    buffer_text(rows, "]");
    return true;
}
