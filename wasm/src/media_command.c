#include "media_command.h"

#include <string.h>

/* utlist's macros compare in place. */
#include <utlist.h>

#include "arrival.h"
#include "asker.h"
#include "media_list.h"
#include "media_row.h"
#include "retention.h"
#include "stats.h"
#include "thumbnail.h"

static void refuse(core *l, const event *e, error_code code) {
    if (command_of(e)) plan_reply(&l->plan, command_of(e), code, NULL);
}

/* ---- arguments ---- */

/** The name of the file that a command is about; NULL after it was refused. */
static const char *filename_of(core *l, const event *e) {
    const char *filename = json_text(e->header, "filename");
    if (filename && media_is_filename(filename)) return filename;
    command_refuse(l, command_of(e), "filename");
    return NULL;
}

static bool is_of_whole_chat(const event *e) {
    const cJSON *filename = json_get(e->header, "filename");
    return !filename || cJSON_IsNull(filename);
}

/** The priority that is given; false after the command was refused. None leaves `*priority` as it is. */
static bool priority_of(core *l, const event *e, int *priority) {
    const cJSON *given = json_get(e->header, "priority");
    const char *name = cJSON_GetStringValue(given);
    if (!given || cJSON_IsNull(given)) return true;
    *priority = name ? record_name_index(media_priority_names, name) : MEDIA_PRIORITY_HIGH + 1;
    if (*priority <= MEDIA_PRIORITY_HIGH) return true;
    command_refuse(l, command_of(e), "priority");
    return false;
}

/** The known entry that a command is about; NULL after it was refused. */
static media_entry *entry_of(core *l, const event *e, const chat *c) {
    const char *filename = filename_of(l, e);
    media_entry *entry = filename ? media_find_file(l, c->request_id, filename) : NULL;
    if (filename && !entry && !l->out_of_memory) refuse(l, e, ERROR_CODE_UNKNOWN_MEDIA);
    return entry;
}

/* ---- getting ---- */

/** Of an entry that isn't here: asked for more urgently it comes sooner, and stays longer. */
static void raise(core *l, media_entry *e, int priority) {
    if (priority <= (int)e->priority) return;
    e->priority = (uint8_t)priority;
    media_place(l, e);
    download_reorder(l, e);
    media_mark_dirty(l, e);
}

/** A new entry has the priority that it is asked for with. */
static media_entry *ensure(core *l, chat *c, const char *filename, int priority) {
    media_entry *e = media_find_file(l, c->request_id, filename);
    if (e) {
        raise(l, e, priority);
        return e;
    }
    e = l->out_of_memory ? NULL : media_ensure(l, c, filename);
    if (e && priority >= 0) e->priority = (uint8_t)priority;
    return e;
}

/** What a page didn't find where it should be is gone. */
static void take_missing(core *l, media_entry *e, const char *key) {
    if (key && media_has_original(e) && strcmp(media_text_of(e, MEDIA_BLOB_KEY), key) == 0)
        media_drop_original(l, e);
}

static bool is_cut_off(core *l, const event *e) {
    if (l->sync.browser_online && !l->sync.auth_paused) return false;
    refuse(l, e, l->sync.browser_online ? ERROR_CODE_AUTH : ERROR_CODE_OFFLINE);
    stats_count_reads(l, 0, 1);
    return true;
}

static void answer_from_cache(core *l, media_entry *e, const char *command) {
    media_touch(l, e);
    stats_count_reads(l, 1, 0);
    asker_answer_kept(l, e, command);
}

static void note_message(core *l, media_entry *e, const char *message_id) {
    if (message_id && strlen(message_id) <= 256 && !*media_text_of(e, MEDIA_MESSAGE_ID))
        media_set_text(l, e, MEDIA_MESSAGE_ID, message_id);
}

static void get(core *l, const event *e, chat *c, const char *filename, int priority) {
    media_entry *known = media_find_file(l, c->request_id, filename);
    if (known) take_missing(l, known, json_text(e->header, "missing"));
    if (known && media_has_original(known)) {
        answer_from_cache(l, known, command_of(e));
        return;
    }
    const bool cut_off = is_cut_off(l, e);
    if (cut_off && known) media_remove_if_idle(l, known);
    media_entry *entry = cut_off ? NULL : ensure(l, c, filename, priority);
    if (!entry) return;
    note_message(l, entry, json_text(e->header, "messageId"));
    download_ask(l, entry, command_of(e));
    sync_probe(l);
}

static void media_get(core *l, const event *e) {
    int priority = -1;
    if (!command_of(e)) return;
    chat *c = command_chat(l, e);
    const char *filename = c ? filename_of(l, e) : NULL;
    if (filename && priority_of(l, e, &priority)) get(l, e, c, filename, priority);
}

static void media_forget(core *l, const event *e) {
    const char *command = json_text(e->header, "of");
    if (command) download_forget(l, command);
}

static void media_touches(core *l, const event *e) {
    const cJSON *ids = json_get(e->header, "ids");
    for (const cJSON *each = ids ? ids->child : NULL; each; each = each->next) {
        const char *id = cJSON_GetStringValue(each);
        media_entry *entry = id ? media_find(l, id) : NULL;
        if (entry) media_touch(l, entry);
    }
    const int64_t hits = json_integer(e->header, "hits", 0);
    if (hits > 0) stats_count_reads(l, hits, 0);
}

/* ---- prefetching ---- */

/** Whether an element of the list can be wanted. */
static bool is_wish(const cJSON *wish) {
    const char *filename = json_text(wish, "filename");
    return filename && media_is_filename(filename);
}

static void note_kind(core *l, media_entry *e, const cJSON *wish) {
    const char *mime_type = json_text(wish, "mimeType");
    const int64_t size_bytes = json_integer(wish, "fileSize", 0);
    if (mime_type && strlen(mime_type) <= 256 && !*media_text_of(e, MEDIA_MIME_TYPE))
        media_set_text(l, e, MEDIA_MIME_TYPE, mime_type);
    if (size_bytes > 0) e->size_bytes = size_bytes;
}

/** What can't be kept is not fetched for later. */
static bool is_keepable(const core *l, const cJSON *wish) {
    return l->media.keeps && json_integer(wish, "fileSize", 0) <= retention_item_limit(l);
}

static void want(core *l, chat *c, const cJSON *wish, int priority) {
    if (!is_keepable(l, wish)) return;
    media_entry *e = media_find_file(l, c->request_id, json_text(wish, "filename"));
    if (e && media_has_original(e)) return;
    e = ensure(l, c, json_text(wish, "filename"), priority);
    if (!e) return;
    note_message(l, e, json_text(wish, "messageId"));
    note_kind(l, e, wish);
    download_want(l, e);
}

static void media_prefetch(core *l, const event *e) {
    cJSON *list;
    int priority = MEDIA_PRIORITY_LOW;
    chat *c = command_chat(l, e);
    if (!c || !priority_of(l, e, &priority)) return;
    const json_result result = json_parse(e->body, &l->memory, &list);
    if (result == JSON_NO_MEMORY) core_no_memory(l);
    const cJSON *each = result == JSON_OK && cJSON_IsArray(list) ? list->child : NULL;
    bool ok = result == JSON_OK && cJSON_IsArray(list);
    for (const cJSON *at = each; at && ok; at = at->next) ok = is_wish(at);
    if (!ok) {
        command_refuse(l, command_of(e), "list");
        return;
    }
    for (; each && !l->out_of_memory; each = each->next) want(l, c, each, priority);
    command_done(l, command_of(e));
}

/* ---- keeping and letting go ---- */

/** Runs through a chat's entries, of which the one at hand may go. */
static void each_of(core *l, chat *c, void (*act)(core *l, media_entry *e, int value), int value) {
    media_entry *e, *next;
    DL_FOREACH_SAFE2(c->media, e, next, chat_next) act(l, e, value);
}

static void place(core *l, media_entry *e, int value) {
    (void)value;
    media_place(l, e);
}

static void media_pin(core *l, const event *e) {
    const bool pinned = cJSON_IsTrue(json_get(e->header, "pinned"));
    chat *c = command_chat(l, e);
    const bool whole = is_of_whole_chat(e);
    media_entry *entry = c && !whole ? entry_of(l, e, c) : NULL;
    if (!c || (!whole && !entry)) return;
    if (whole) {
        c->media_pinned = pinned;
        chat_mark_dirty(&l->chats, c);
        each_of(l, c, place, 0);
    } else {
        entry->pinned = pinned;
        media_mark_dirty(l, entry);
        media_place(l, entry);
        media_remove_if_idle(l, entry);
    }
    command_done(l, command_of(e));
}

static void prioritize(core *l, media_entry *e, int priority) {
    if (e->priority == priority) return;
    e->priority = (uint8_t)priority;
    media_place(l, e);
    download_reorder(l, e);
    media_mark_dirty(l, e);
}

static void media_prioritize(core *l, const event *e) {
    int priority = MEDIA_PRIORITY_NORMAL;
    chat *c = command_chat(l, e);
    if (!c || !priority_of(l, e, &priority)) return;
    const bool whole = is_of_whole_chat(e);
    media_entry *entry = whole ? NULL : entry_of(l, e, c);
    if (!whole && !entry) return;
    if (whole) {
        c->has_media_priority = true;
        c->media_priority = (media_priority)priority;
        chat_mark_dirty(&l->chats, c);
        each_of(l, c, prioritize, priority);
    } else {
        prioritize(l, entry, priority);
    }
    command_done(l, command_of(e));
}

static void delete_entry(core *l, media_entry *e, int value) {
    (void)value;
    download_stop(l, e, ERROR_CODE_ABORTED);
    media_remove(l, e);
}

static void media_delete(core *l, const event *e) {
    chat *c = command_chat(l, e);
    const bool whole = is_of_whole_chat(e);
    const char *filename = c && !whole ? filename_of(l, e) : NULL;
    if (!c || (!whole && !filename)) return;
    media_entry *entry = filename ? media_find_file(l, c->request_id, filename) : NULL;
    if (whole) each_of(l, c, delete_entry, 0);
    else if (entry) delete_entry(l, entry, 0);
    command_done(l, command_of(e));
}

static void media_evict(core *l, const event *e) {
    const char *request_id = json_text(e->header, "requestId");
    const int64_t wanted = json_integer(e->header, "bytes", -1);
    int64_t all = 0, freed = 0;
    if (wanted < 0) {
        command_refuse(l, command_of(e), "bytes");
        return;
    }
    while (all < wanted && media_evict_next(l, request_id, &freed)) all += freed;
    if (!command_of(e)) return;
    text *out = plan_reply_result(&l->plan, command_of(e));
    text_raw(out, "{");
    text_number_member(out, "bytes", all);
    text_raw(out, "}}");
}

/* ---- the doors ---- */

void media_connectivity(core *l) {
    if (l->sync.browser_online) download_connected(l);
    else download_disconnected(l);
}

void media_event(core *l, const event *e) {
    switch (e->type) {
    case EVENT_TYPE_MEDIA_GET: media_get(l, e); break;
    case EVENT_TYPE_MEDIA_FORGET: media_forget(l, e); break;
    case EVENT_TYPE_MEDIA_TOUCH: media_touches(l, e); break;
    case EVENT_TYPE_MEDIA_PIN: media_pin(l, e); break;
    case EVENT_TYPE_MEDIA_PRIORITY: media_prioritize(l, e); break;
    case EVENT_TYPE_MEDIA_PREFETCH: media_prefetch(l, e); break;
    case EVENT_TYPE_MEDIA_DELETE: media_delete(l, e); break;
    case EVENT_TYPE_MEDIA_EVICT: media_evict(l, e); break;
    case EVENT_TYPE_MEDIA_FILES: media_list_files(l, e); break;
    case EVENT_TYPE_REPAIR: media_list_repair(l, e); break;
    default: break;
    }
}

bool media_is_call(call_method method) {
    return method == CALL_METHOD_FETCH_MEDIA || method == CALL_METHOD_MAKE_THUMBNAIL;
}

void media_reply(core *l, const event *e, const call_end *end) {
    if (end->method == CALL_METHOD_FETCH_MEDIA) download_ended(l, e, end);
    else thumbnail_ended(l, e, end);
}

bool media_wants_room(core *l, const event *e, const call_end *end) {
    arrival a;
    if (end->outcome != OUTCOME_OK || e->attempt > 2 || !l->media.keeps) return false;
    if (end->method == CALL_METHOD_MAKE_THUMBNAIL) return false;
    return arrival_read(e, &a) && arrival_may_be_kept(l, &a) && retention_prepare(l, a.size_bytes);
}
