#include <inttypes.h>
#include <string.h>

#include "../world.h"
#include "gen/schema.h"

/* ---- calls ---- */

static void wrong_call(world *w, const call *c, const char *what) {
    violation(w, "downloads", "file %d of chat %d %s", c->file, c->chat, what);
}

void check_download(world *w, const call *c) {
    const int calls = network_calls_of(w, METHOD_MEDIA);
    const media_entry *e = c->chat >= 0 && c->file >= 0 ? entry_of(w, c->chat, c->file) : NULL;
    if (calls > LIMIT_MEDIA_CALLS_MAX) violation(w, "downloads", "%d files are fetched at once", calls);
    for (const call *other = w->network.calls; other; other = other->next) {
        const bool same = other->kind == METHOD_MEDIA && other->chat == c->chat && other->file == c->file;
        if (same && other != c && other->tab == c->tab && c->file >= 0)
            wrong_call(w, c, "is fetched twice at once");
    }
    const bool joined = w->host->group.count > 1; /* an answer that has come since may have brought it */
    if (e && *e->blob && !joined) wrong_call(w, c, "is fetched, and is here");
}

/* ---- answers ---- */

static void wrong(world *w, const page_command *c, const char *what) {
    violation(w, "downloads", "%s for file %d of chat %d %s", c->name, c->file, c->chat, what);
}

/** Whether there was no need to have it handed out only. What several events did nobody can take apart. */
static bool could_be_kept(world *w, media_bytes bytes) {
    const event_list *group = &w->host->group;
    const int64_t others = space_messages(w) + space_media(w) - check_evictable_bytes(w);
    if (group->count > 1 || group->at[0]->quota || w->swarm.estimates || w->space.quota) return false;
    return bytes.size <= space_item_limit(w) && others + bytes.size <= w->space.told.bytes / 10 * 9;
}

/**
 * In a step of several events it may have made room for another already, and what one says that was
 * superseded is out of date: who asked will ask again.
 */
static void check_kept(world *w, const page_command *c, const char *key) {
    if (w->host->group.count > 1 || !host_is_current(w)) return;
    const media_entry *e = entry_of(w, c->chat, c->file);
    if (!e || !key || strcmp(e->blob, key) != 0) wrong(w, c, "is answered with a key that its row has not");
}

static void check_handed_out(world *w, const page_command *c, const cJSON *result) {
    const cJSON *held = cJSON_GetObjectItemCaseSensitive(result, "held");
    const media_file *truth = gallery_find(w, c->chat, c->file);
    media_bytes bytes;
    if (!cJSON_IsNumber(held) || !transfer_held(w, (int64_t)held->valuedouble, &bytes))
        wrong(w, c, "is answered with bytes that nobody holds");
    else if (!truth || gallery_tells(truth, bytes))
        wrong(w, c, "is answered with other bytes than the server has");
    else if (could_be_kept(w, bytes)) wrong(w, c, "could have been kept");
}

/** Why it was not had must be so; when everything works it is had. */
static void check_refused(world *w, const page_command *c, const char *code) {
    const media_file *truth = gallery_find(w, c->chat, c->file);
    const bool spoilt = truth && truth->spoilt;
    if (strcmp(code, "media_damaged") == 0 && !spoilt) wrong(w, c, "is said to be damaged, and is not");
    if (w->healed && gallery_gives(truth) && strcmp(code, "aborted") != 0)
        violation(w, "liveness", "%s for file %d of chat %d is refused: %s", c->name, c->file, c->chat, code);
}

void check_got(world *w, const page_command *c, const char *code, const cJSON *result) {
    const char *key = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(result, "key"));
    w->usage.served = strcmp(code, "fine") == 0;
    if (!w->usage.served) check_refused(w, c, code);
    else if (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(result, "kept"))) check_kept(w, c, key);
    else check_handed_out(w, c, result);
}

/** As much as was asked for, or all that may go. */
void check_freed(world *w, const page_command *c, const cJSON *result) {
    const cJSON *freed = cJSON_GetObjectItemCaseSensitive(result, "bytes");
    if (cJSON_IsNumber(freed) && (int64_t)freed->valuedouble >= c->bytes) return;
    if (w->host->group.count > 1) return;
    for (const row *r = store_of(&w->store, STORE_MEDIA_META)->rows; r; r = r->hh.next) {
        if ((c->chat < 0 || r->entry->chat == c->chat) && entry_is_evictable(w, r->entry))
            violation(w, "downloads", "%s has freed less than it should, and more could go", c->name);
    }
}
