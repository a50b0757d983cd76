#include "stored.h"

#include <stdlib.h>
#include <string.h>

#include "moment.h"

static int by_id(const void *left, const void *right) {
    return strcmp(((const stored_row *)left)->id, ((const stored_row *)right)->id);
}

stored_row *stored_find(const stored_rows *rows, const char *id) {
    const stored_row wanted = {.id = id};
    if (!rows->count) return NULL;
    return bsearch(&wanted, rows->at, rows->count, sizeof *rows->at, by_id);
}

stored_row *stored_at(const stored_rows *rows, const char *request_id, int64_t sequence) {
    for (size_t i = 0; i < rows->count; i++) {
        stored_row *row = &rows->at[i];
        if (row->sequence == sequence && strcmp(row->request_id, request_id) == 0) return row;
    }
    return NULL;
}

static bool take_row(core *l, slice bytes, stored_rows *out) {
    cJSON *object;
    const json_result result = json_parse(bytes, &l->memory, &object);
    if (result == JSON_NO_MEMORY) return core_no_memory(l);
    const char *id = result == JSON_OK ? json_text(object, "id") : NULL;
    const char *request_id = id ? json_text(object, "requestId") : NULL;
    if (!request_id) return true;
    out->at[out->count++] = (stored_row){
        .id = id,
        .request_id = request_id,
        .sequence = json_integer(object, "sequenceNumber", 0),
        .edited_ms = moment_edited_ms(json_text(object, "updatedAt"), json_text(object, "createdAt")),
        .version = json_integer(object, "_syncVersion", 0),
    };
    return true;
}

/** Counts the rows where `count` is given, else takes them. */
static bool each_row(core *l, slice rows, size_t *count, stored_rows *out) {
    json_cursor outer, inner;
    slice list, bytes;
    if (!json_enter(&outer, rows, '[')) return true;
    while (json_element(&outer, &list)) {
        if (!json_enter(&inner, list, '[')) continue;
        while (json_element(&inner, &bytes)) {
            if (count) (*count)++;
            else if (!take_row(l, bytes, out)) return false;
        }
    }
    return true;
}

bool stored_read(core *l, slice rows, stored_rows *out) {
    size_t count = 0, kept = 0;
    each_row(l, rows, &count, out);
    *out = (stored_rows){arena_take(&l->memory, (count + 1) * sizeof *out->at), 0};
    if (!out->at) return core_no_memory(l);
    if (!each_row(l, rows, NULL, out)) return false;
    if (out->count) qsort(out->at, out->count, sizeof *out->at, by_id);
    for (size_t i = 0; i < out->count; i++) {
        if (!kept || by_id(&out->at[kept - 1], &out->at[i]) != 0) out->at[kept++] = out->at[i];
    }
    out->count = kept;
    return true;
}
