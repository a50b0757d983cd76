#include "usage.h"

#include <cJSON.h>
#include <string.h>

#include "gen/schema.h"
#include "world.h"

static const cJSON *member(const cJSON *value, const char *name) {
    return cJSON_GetObjectItemCaseSensitive(value, name);
}

static const char *text_of(const cJSON *value, const char *name) {
    const char *given = cJSON_GetStringValue(member(value, name));
    return given ? given : "";
}

/* ---- one file, or all of a chat ---- */

static void note(world *w, int chat, int file, file_event what) {
    if (chat < 0 || chat >= SERVER_CHATS_MAX) return;
    for (int i = 0; i < GALLERY_FILES_MAX; i++) {
        if (file >= 0 && i != file) continue;
        w->usage.now[chat][i].moved |= what.moved;
        w->usage.now[chat][i].excused |= what.excused;
    }
}

/** What is not here any more, as another tab has found out, can't have been used. */
static void use(world *w, int chat, int file) {
    const media_entry *e = entry_of(w, chat, file);
    if (!e) return;
    if (!*e->blob) w->usage.files[chat][file].vague = true;
    w->usage.files[chat][file].used = ++w->usage.orders;
}

/* ---- events ---- */

static void hear_touches(world *w, const cJSON *header) {
    const cJSON *ids = member(header, "ids"), *hits = member(header, "hits");
    w->usage.hits += cJSON_IsNumber(hits) ? (int64_t)hits->valuedouble : 0;
    for (const cJSON *each = ids ? ids->child : NULL; each; each = each->next) {
        char id[ID_BYTES];
        strncpy(id, each->valuestring, ID_BYTES - 1);
        id[ID_BYTES - 1] = 0;
        const int chat = id_read_chat(id), file = gallery_read_name(each->valuestring + ID_BYTES);
        note(w, chat, file, (file_event){.moved = true});
        use(w, chat, file);
    }
}

static bool has_all(const host_event *listing, const char *key) {
    return listing->body.at && strstr(listing->body.at, key);
}

/** What a list of files doesn't have may be taken for lost. */
static void hear_files(world *w, const host_event *event) {
    for (const row *r = store_of(&w->store, STORE_MEDIA_META)->rows; r; r = r->hh.next) {
        const media_entry *e = r->entry;
        if (*e->blob == 'f' && has_all(event, e->blob)) continue;
        note(w, e->chat, e->file, (file_event){.excused = true});
    }
    for (size_t i = 0; i < w->store.change_count; i++) {
        const row_change *c = &w->store.changes[i];
        const media_entry *e = c->before ? c->before->entry : NULL;
        if (e && *e->blob == 'f' && !has_all(event, e->blob))
            note(w, e->chat, e->file, (file_event){.excused = true});
    }
}

/** Where `filename` is missing it is about the whole chat. */
static void hear_of(world *w, const cJSON *about, file_event what) {
    const int file = member(about, "filename") ? gallery_read_name(text_of(about, "filename")) : -1;
    note(w, id_read_chat(text_of(about, "requestId")), file, what);
}

/** Whether and when the core takes it for used is its own affair. */
static void use_somehow(world *w, const cJSON *about) {
    const int chat = id_read_chat(text_of(about, "requestId"));
    const int file = gallery_read_name(text_of(about, "filename"));
    if (chat >= 0 && chat < SERVER_CHATS_MAX && file >= 0) w->usage.files[chat][file].vague = true;
}

/** Another tab may say at the same time that it was used. */
static void hear_delete(world *w, const cJSON *header) {
    const int chat = id_read_chat(text_of(header, "requestId"));
    const bool one = member(header, "filename");
    hear_of(w, header, (file_event){.moved = true, .excused = true});
    if (one) use_somehow(w, header);
    for (int file = 0; !one && chat >= 0 && chat < SERVER_CHATS_MAX && file < GALLERY_FILES_MAX; file++)
        w->usage.files[chat][file].vague = true;
}

static void hear_get(world *w, const cJSON *header) {
    hear_of(w, header, (file_event){.moved = true, .excused = *text_of(header, "missing")});
    use_somehow(w, header);
}

static void hear_reply(world *w, const cJSON *header) {
    const cJSON *params = member(member(header, "call"), "params");
    const char *method = text_of(member(header, "call"), "method");
    if (strcmp(method, "fetchMedia") == 0) {
        hear_of(w, params, (file_event){.moved = true, .excused = true});
        use_somehow(w, params);
    }
    if (strcmp(method, "makeThumbnail") == 0) {
        for (const row *r = store_of(&w->store, STORE_MEDIA_META)->rows; r; r = r->hh.next) {
            if (strcmp(r->entry->blob, text_of(params, "key")) == 0)
                note(w, r->entry->chat, r->entry->file, (file_event){.moved = true});
        }
    }
}

/** Any may be fetched anew. */
static void hear_repair(world *w) {
    for (int chat = 0; chat < SERVER_CHATS_MAX; chat++)
        note(w, chat, -1, (file_event){.moved = true, .excused = true});
}

static void hear(world *w, const host_event *event, const cJSON *header) {
    const char *type = text_of(header, "type");
    w->usage.any_now = true;
    if (strcmp(type, "mediaTouch") == 0) hear_touches(w, header);
    else if (strcmp(type, "mediaFiles") == 0) hear_files(w, event);
    else if (strcmp(type, "mediaGet") == 0) hear_get(w, header);
    else if (strcmp(type, "reply") == 0) hear_reply(w, header);
    else if (strcmp(type, "repair") == 0) hear_repair(w);
    else if (strcmp(type, "mediaDelete") == 0) hear_delete(w, header);
    else if (strcmp(type, "mediaPin") == 0) hear_of(w, header, (file_event){.moved = true});
    else if (strcmp(type, "mediaPriority") == 0) hear_of(w, header, (file_event){.moved = true});
    else if (strcmp(type, "mediaPrefetch") == 0) hear_of(w, header, (file_event){.moved = true});
    w->usage.in_chat |= strcmp(type, "mediaEvict") == 0 && member(header, "requestId");
    w->usage.asked |=
        strcmp(type, "mediaEvict") == 0 || strcmp(type, "quotaExceeded") == 0 || strcmp(type, "limits") == 0;
}

/** Messages' answers, which are many, are no concern of this. */
static bool is_about_media(const host_event *event) {
    static const char *const starts[] = {"{\"type\":\"media", "{\"type\":\"quotaExceeded",
                                         "{\"type\":\"limits\"", "{\"type\":\"repair"};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        if (strncmp(event->header, starts[i], strlen(starts[i])) == 0) return true;
    }
    return event->of_media;
}

void usage_heard(world *w, const event_list *group) {
    for (size_t i = 0; i < group->count; i++) {
        if (group->at[i]->attempt > 2 || !is_about_media(group->at[i])) continue;
        cJSON *header = checked(cJSON_Parse(group->at[i]->header));
        hear(w, group->at[i], header);
        cJSON_Delete(header);
    }
}

void usage_through(world *w) {
    usage *u = &w->usage;
    if (!u->any_now && !u->any_changed) return;
    memset(u->now, 0, sizeof u->now);
    u->any_now = u->any_changed = u->in_chat = u->asked = false;
}

void usage_written(world *w, int chat, int file, bool there, bool stamped) {
    file_usage *f = &w->usage.files[chat][file];
    if (!there || f->vague) *f = (file_usage){0};
    f->written = f->used;
    if (stamped) f->stamped = ++w->usage.orders;
}

void usage_core_starts(world *w) {
    usage_through(w);
    for (int chat = 0; chat < SERVER_CHATS_MAX; chat++) {
        for (int file = 0; file < GALLERY_FILES_MAX; file++) {
            file_usage *f = &w->usage.files[chat][file];
            f->used = f->written;
            f->vague = false;
        }
    }
}
