#include "folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/schema.h"
#include "world.h"

stored_file *folder_find(const world *w, const char *key) {
    stored_file *found = NULL;
    HASH_FIND_STR(w->folder.files, key, found);
    return found;
}

void folder_add(world *w, const char *request_id, const char *key, media_bytes bytes) {
    stored_file *file = folder_find(w, key);
    if (!file) {
        file = checked(calloc(1, sizeof *file));
        snprintf(file->key, sizeof file->key, "%s", key);
        HASH_ADD_STR(w->folder.files, key, file);
    }
    w->folder.bytes += bytes.size - file->bytes.size;
    file->bytes = bytes;
    snprintf(file->request_id, sizeof file->request_id, "%s", request_id);
}

static void take_out(world *w, stored_file *file) {
    w->folder.bytes -= file->bytes.size;
    HASH_DEL(w->folder.files, file);
    free(file);
}

void folder_delete(world *w, const char *request_id, const char *key) {
    stored_file *file = folder_find(w, key);
    if (file && strcmp(file->request_id, request_id) == 0) take_out(w, file);
}

void folder_write_keys(const world *w, buffer *out) {
    buffer_text(out, "[");
    const size_t start = out->size;
    for (const stored_file *file = w->folder.files; file; file = file->hh.next) {
        if (file->lost) continue;
        buffer_print(out, "%s{\"requestId\":\"%s\"", out->size > start ? "," : "", file->request_id);
        buffer_print(out, ",\"key\":\"%s\"}", file->key);
    }
    buffer_text(out, "]");
}

void folder_free(world *w) {
    while (w->folder.files) take_out(w, w->folder.files);
}

stored_file *bytes_under(world *w, const char *key) {
    if (*key == 'f') return folder_find(w, key);
    const row *r = store_get(store_of(&w->store, STORE_MEDIA_BLOBS), key);
    return r ? r->blob : NULL;
}

void bytes_lose(world *w, const char *key) {
    stored_file *found = bytes_under(w, key);
    if (!found) return;
    log_event(w, "store: what lay under %s is gone", key);
    found->lost = true;
}

bool bytes_are_there(world *w, const char *key) {
    const stored_file *found = bytes_under(w, key);
    return found && !found->lost;
}
