#include "entries.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/schema.h"
#include "world.h"

static const cJSON *member(const cJSON *value, const char *name) {
    return cJSON_GetObjectItemCaseSensitive(value, name);
}

static int64_t integer(const cJSON *value, const char *name) {
    return cJSON_IsNumber(member(value, name)) ? (int64_t)member(value, name)->valuedouble : -1;
}

static void take_text(char *out, size_t most, const cJSON *value, const char *name) {
    const char *given = cJSON_GetStringValue(member(value, name));
    snprintf(out, most, "%s", given ? given : "");
}

static int index_of(const char *const *names, int count, const char *name) {
    int i = 0;
    while (i < count && !(name && strcmp(name, names[i]) == 0)) i++;
    return i;
}

static const char *const statuses[] = {"pending", "downloading", "completed", "failed"};
static const char *const ranks[] = {"low", "normal", "high"};

entry_rank rank_of(const char *name) {
    return (entry_rank)index_of(ranks, RANK_NONE, name);
}

const char *rank_name(entry_rank rank) {
    return ranks[rank];
}

media_entry *entry_new(const cJSON *value) {
    media_entry *e = checked(calloc(1, sizeof *e));
    e->chat = id_read_chat(cJSON_GetStringValue(member(value, "requestId")));
    e->file = gallery_read_name(cJSON_GetStringValue(member(value, "filename")));
    e->size = integer(value, "fileSize");
    e->thumbnail_size = integer(value, "thumbnailSize");
    e->status =
        (entry_status)index_of(statuses, ENTRY_OTHER, cJSON_GetStringValue(member(value, "downloadStatus")));
    e->rank = rank_of(cJSON_GetStringValue(member(value, "priority")));
    e->progress = integer(value, "downloadProgress");
    e->downloaded_ms = integer(value, "downloadedAt");
    e->accessed_ms = integer(value, "lastAccessedAt");
    e->verified = cJSON_IsTrue(member(value, "isVerified"));
    e->pinned = cJSON_IsTrue(member(value, "isPinned"));
    e->wanted = cJSON_IsTrue(member(value, "wanted"));
    e->has_error = cJSON_IsString(member(value, "lastError"));
    take_text(e->hash, sizeof e->hash, value, "sha256Hash");
    take_text(e->blob, sizeof e->blob, value, "localBlobKey");
    take_text(e->thumbnail, sizeof e->thumbnail, value, "thumbnailBlobKey");
    return e;
}

const media_entry *entry_of(world *w, int chat, int file) {
    char id[GALLERY_ID_BYTES];
    gallery_id(id, chat, file);
    const row *r = store_get(store_of(&w->store, STORE_MEDIA_META), id);
    return r ? r->entry : NULL;
}

int64_t entry_bytes(const media_entry *e) {
    return (*e->blob ? e->size : 0) + (*e->thumbnail ? e->thumbnail_size : 0);
}

bool entry_is_pinned(const world *w, const media_entry *e) {
    return e->pinned || (e->chat >= 0 && cached_of(w, e->chat)->media_pinned);
}

bool entry_is_evictable(const world *w, const media_entry *e) {
    return (*e->blob || *e->thumbnail) && e->status != ENTRY_DOWNLOADING && !entry_is_pinned(w, e);
}
