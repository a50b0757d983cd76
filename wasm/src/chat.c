#include "chat.h"

#include <stdlib.h>
#include <string.h>

#include "plant.h"

chat *chat_find(const chat_table *chats, const char *request_id) {
    return registry_find(chats->table, request_id);
}

chat *chat_ensure(chat_table *chats, const char *request_id) {
    chat *found = chat_find(chats, request_id);
    if (found) return found;
    chat *made = calloc(1, sizeof *made);
    if (!made) return NULL;
    strncpy(made->request_id, request_id, REQUEST_ID_BYTES - 1);
    made->last_read_ms = -1;
    made->announced = -1;
    chat *table = registry_add(chats->table, made, made->request_id);
    if (table) chats->table = table;
    else free(made);
    return table ? made : NULL;
}

static void chat_free(chat *c) {
    gaps_free(&c->gaps);
    free(c->revision);
    free(c->heard);
    free(c->listed);
    free(c->extra);
    free(c);
}

void chats_free(chat_table *chats) {
    while (chats->table) {
        chat *each = chats->table;
        chats->table = registry_remove(chats->table, each);
        chat_free(each);
    }
    chats->touched = NULL;
}

void chat_touch(chat_table *chats, chat *c) {
    if (c->touched) return;
    c->touched = true;
    c->next_touched = chats->touched;
    chats->touched = c;
}

void chat_mark_dirty(chat_table *chats, chat *c) {
    chat_touch(chats, c);
    c->dirty = true;
}

bool chat_replace(char **owned, const char *string) {
    if (string) return slice_replace(owned, slice_of(string));
    free(*owned);
    *owned = NULL;
    return true;
}

bool chat_set_listed(chat *c, slice bytes) {
    return slice_replace(&c->listed, bytes);
}

/* ---- the row, read ---- */

/** Keeps the bytes of the server's record, and the members that this version doesn't know. */
static bool keep_raw(chat *c, const record *row) {
    const bool listed = record_has(row, CHAT_SYNC_STATE_CHAT);
    return (!listed || chat_set_listed(c, row->value[CHAT_SYNC_STATE_CHAT])) &&
           record_keep_unknown(&c->extra, row, &chat_sync_state_record);
}

static bool read_gaps(chat *c, const cJSON *gaps) {
    for (const cJSON *each = gaps ? gaps->child : NULL; each; each = each->next) {
        const gap hole = {
            .start = json_integer(each, "startSeq", 0),
            .end = json_integer(each, "endSeq", 0),
            .detected_ms = json_integer(each, "detectedAt", 0),
            .stale = cJSON_IsTrue(json_get(each, "stale")),
        };
        if (hole.start <= hole.end && !gaps_add(&c->gaps, hole)) return false;
    }
    return true;
}

/** Where the server's record is ahead of the messages a delta was due when both were stored; it is still. */
static void take_ahead(chat *c, const cJSON *listed) {
    const char *revision = json_text(listed, "revision");
    if (!revision) return;
    const int64_t last = json_integer(listed, "lastSequence", 0);
    if (json_integer(listed, "lastReadSequence", -1) >= c->last_read_sequence) c->counted_to = last;
    c->moved = last > c->last_synced_sequence || !c->revision || strcmp(c->revision, revision) != 0;
    c->wants_delta = c->moved && c->last_synced_ms;
}

static void take_unsealed(chat *c, const cJSON *range) {
    if (!cJSON_IsObject(range)) return;
    c->unsealed = (unsealed){
        .from = json_integer(range, "from", 0),
        .to = json_integer(range, "to", 0),
        .blocks = json_integer(range, "blocks", 0),
        .rows = cJSON_IsTrue(json_get(range, "rows")),
    };
}

static void take_unsent(chat *c, const cJSON *unsent) {
    c->unsent_count = json_integer(unsent, "count", 0);
    c->unsent_last_ms = json_integer(unsent, "lastAt", 0);
}

static void take_media(chat *c, const record *row) {
    const int priority = CHAT_SYNC_STATE_MEDIA_PRIORITY;
    c->media_size_bytes = record_integer(row, CHAT_SYNC_STATE_MEDIA_SIZE, 0);
    c->media_pinned = record_true(row, CHAT_SYNC_STATE_MEDIA_PINNED);
    c->has_media_priority = record_has(row, priority);
    if (c->has_media_priority)
        c->media_priority = (media_priority)record_enum(row, priority, media_priority_names);
}

/** Versions before the budget don't say what the messages take. */
static void take_sizes(chat *c, const record *row) {
    const int64_t bytes = record_integer(row, CHAT_SYNC_STATE_MESSAGE_BYTES, -1);
    c->message_bytes = bytes < 0 ? 0 : bytes;
    c->bytes_unknown = bytes < 0 && c->message_count > 0;
    c->evicted_below = record_integer(row, CHAT_SYNC_STATE_EVICTED_BELOW, 0);
}

static bool take_fields(chat *c, const record *row) {
    c->paged_last = c->last_synced_sequence = record_integer(row, CHAT_SYNC_STATE_LAST_SYNCED_SEQUENCE, 0);
    c->last_synced_ms = record_integer(row, CHAT_SYNC_STATE_LAST_SYNCED_AT, 0);
    c->total_message_count = record_integer(row, CHAT_SYNC_STATE_TOTAL_MESSAGE_COUNT, 0);
    c->unread_count = record_integer(row, CHAT_SYNC_STATE_UNREAD_COUNT, 0);
    c->last_read_sequence = record_integer(row, CHAT_SYNC_STATE_LAST_READ_SEQUENCE, 0);
    c->last_read_ms = record_integer(row, CHAT_SYNC_STATE_LAST_READ_AT, -1);
    c->message_count = record_integer(row, CHAT_SYNC_STATE_MESSAGE_COUNT, 0);
    c->block_changes = record_integer(row, CHAT_SYNC_STATE_BLOCK_CHANGES, 0);
    c->newest_block = record_integer(row, CHAT_SYNC_STATE_NEWEST_BLOCK, 0);
    c->last_accessed_ms = record_integer(row, CHAT_SYNC_STATE_LAST_ACCESSED_AT, 0);
    take_sizes(c, row);
    if (!read_gaps(c, record_json(row, CHAT_SYNC_STATE_KNOWN_GAPS)) ||
        !chat_replace(&c->revision, record_text(row, CHAT_SYNC_STATE_SERVER_REVISION)))
        return false;
    take_ahead(c, record_json(row, CHAT_SYNC_STATE_CHAT));
    take_unsealed(c, record_json(row, CHAT_SYNC_STATE_UNSEALED));
    take_unsent(c, record_json(row, CHAT_SYNC_STATE_UNSENT));
    take_media(c, row);
    return true;
}

/** Of a row that is no ChatSyncState, keeps the chat with its id alone. */
static void hydrate_id(chat_table *chats, slice row, arena *memory, problem *wrong) {
    cJSON *object;
    const json_result result = json_parse(row, memory, &object);
    const char *request_id = result == JSON_OK ? json_text(object, "requestId") : NULL;
    const bool named = request_id && record_is_uuid(request_id);
    chat *c = named ? chat_ensure(chats, request_id) : NULL;
    if (result == JSON_NO_MEMORY || (named && !c)) *wrong = (problem){.code = ERROR_CODE_NO_MEMORY};
    if (c) c->stored = true;
}

bool chat_hydrate(chat_table *chats, slice row, arena *memory, problem *wrong) {
    record read;
    if (!record_read(row, &chat_sync_state_record, memory, &read, wrong)) {
        hydrate_id(chats, row, memory, wrong);
        return false;
    }
    chat *c = chat_ensure(chats, record_text(&read, CHAT_SYNC_STATE_REQUEST_ID));
    if (c) c->stored = true;
    if (c && take_fields(c, &read) && keep_raw(c, &read) && !memory->failed) return true;
    *wrong = (problem){.code = ERROR_CODE_NO_MEMORY};
    return false;
}

/* ---- the row, written ---- */

static void write_gaps(const gap_list *gaps, text *out) {
    text_name(out, "knownGaps");
    text_raw(out, "[");
    for (size_t i = 0; i < gaps->count; i++) {
        const gap *g = &gaps->at[i];
        text_comma(out);
        text_raw(out, "{");
        text_number_member(out, "startSeq", g->start);
        text_number_member(out, "endSeq", g->end);
        text_number_member(out, "detectedAt", g->detected_ms);
        if (g->stale) text_raw(out, ",\"stale\":true");
        text_raw(out, "}");
    }
    text_raw(out, "]");
}

/** Layout `rows` says nothing, or that there are rows: a reader that isn't told looks for them. */
static void write_unsealed(const unsealed *range, layout kept, text *out) {
    if (!range->from) {
        if (kept == LAYOUT_BLOCKS) text_raw(out, ",\"unsealed\":null");
        return;
    }
    text_raw(out, ",\"unsealed\":{");
    text_number_member(out, "from", range->from);
    text_number_member(out, "to", range->to);
    text_number_member(out, "blocks", range->blocks);
    text_raw(out, range->rows || kept == LAYOUT_ROWS ? ",\"rows\":true}" : ",\"rows\":false}");
}

/** A row that says nothing of them has none. */
static void write_unsent(const chat *c, text *out) {
    if (!c->unsent_count) return;
    text_raw(out, ",\"unsent\":{");
    text_number_member(out, "count", c->unsent_count);
    text_number_member(out, "lastAt", c->unsent_last_ms);
    text_raw(out, "}");
}

static void write_media(const chat *c, text *out) {
    if (c->media_pinned) text_raw(out, ",\"mediaPinned\":true");
    if (c->has_media_priority)
        text_string_member(out, "mediaPriority", media_priority_names[c->media_priority]);
}

/** A row that says nothing has no messages, and lost none. */
static void write_sizes(const chat *c, text *out) {
    if (c->message_bytes || c->message_count) text_number_member(out, "messageBytes", c->message_bytes);
    if (c->evicted_below) text_number_member(out, "evictedBelow", c->evicted_below);
}

static void write_blocks(const chat *c, text *out) {
    if (c->block_changes) text_number_member(out, "blockChanges", c->block_changes);
    if (c->newest_block) text_number_member(out, "newestBlock", c->newest_block);
}

void chat_write(const chat *c, layout kept, text *out) {
    text_raw(out, "{\"requestId\":");
    text_string(out, c->request_id);
    text_number_member(out, "lastSyncedSequence", c->last_synced_sequence);
    text_number_member(out, "lastSyncedAt", c->last_synced_ms);
    text_number_member(out, "totalMessageCount", c->total_message_count);
    write_gaps(&c->gaps, out);
    text_number_member(out, "unreadCount", c->unread_count);
    text_number_member(out, "lastReadSequence", c->last_read_sequence);
    text_name(out, "lastReadAt");
    if (c->last_read_ms < 0) text_raw(out, "null");
    else text_number(out, c->last_read_ms);
    text_number_member(out, "messageCount", c->message_count);
    text_number_member(out, "mediaSize", c->media_size_bytes);
    text_number_member(out, "lastAccessedAt", c->last_accessed_ms);
    text_name(out, "serverRevision");
    text_string(out, c->revision);
    text_name(out, "chat");
    text_raw(out, c->listed ? c->listed : "null");
    write_unsealed(&c->unsealed, kept, out);
    write_unsent(c, out);
    write_sizes(c, out);
    write_media(c, out);
    write_blocks(c, out);
    if (c->extra) text_raw(out, c->extra);
    text_raw(out, "}");
}

/* ---- what is known ---- */

void chat_take_counts(chat *c, chat_counts counts, int64_t arrived) {
    c->counts_taken++;
    if (counts.total >= 0) c->total_message_count = counts.total;
    if (counts.unread < 0) return;
    if (counts.last_read < 0 || counts.last_read >= c->last_read_sequence) {
        c->unread_count = counts.unread;
        if (counts.last_read >= 0) c->last_read_sequence = counts.last_read;
    } else {
        c->unread_count += PLANTED(unread_subtracted) ? -1 : arrived;
    }
}

bool chat_distrust(chat *c, int64_t now_ms) {
    return chat_distrust_range(c, 1, c->last_synced_sequence, now_ms);
}

bool chat_distrust_range(chat *c, int64_t from, int64_t to, int64_t now_ms) {
    gap_list known = {0};
    bool ok = true;
    for (size_t i = 0; i <= c->gaps.count && ok; i++) {
        const bool last = i == c->gaps.count;
        const int64_t below = last ? c->last_synced_sequence : c->gaps.at[i].start - 1;
        const gap range = {from, below < to ? below : to, now_ms, true};
        if (range.start <= range.end) ok = gaps_add(&known, range);
        if (!last && from <= c->gaps.at[i].end) from = c->gaps.at[i].end + 1;
    }
    for (size_t i = 0; i < known.count && ok; i++) ok = gaps_add(&c->gaps, known.at[i]);
    gaps_free(&known);
    return ok;
}

/* ---- the state ---- */

static bool never_synced(const chat *c) {
    return c->last_synced_ms == 0;
}

static bool is_syncing(const chat *c, chat_context context) {
    (void)context;
    return c->call && never_synced(c);
}

static bool is_resyncing(const chat *c, chat_context context) {
    (void)context;
    return c->call && c->purpose != PURPOSE_REPAIR;
}

static bool has_failed(const chat *c, chat_context context) {
    (void)context;
    return c->failed;
}

static bool is_initial(const chat *c, chat_context context) {
    (void)context;
    return never_synced(c);
}

static bool is_expired(const chat *c, chat_context context) {
    return context.now_ms - c->last_synced_ms > LIMIT_CHAT_EXPIRES_MS;
}

static bool is_stale(const chat *c, chat_context context) {
    return c->moved || !context.list_complete;
}

static bool has_hole(const chat *c, chat_context context) {
    (void)context;
    return gaps_last_hole(&c->gaps, c->evicted_below) != NULL;
}

/** The first that holds is the chat's state; if none does it is SYNCED. */
static const struct {
    bool (*holds)(const chat *c, chat_context context);
    chat_state state;
} states[] = {
    {is_syncing, CHAT_STATE_SYNCING},    {is_resyncing, CHAT_STATE_RESYNCING},
    {has_failed, CHAT_STATE_FAILED},     {is_initial, CHAT_STATE_INITIAL},
    {is_expired, CHAT_STATE_EXPIRED},    {is_stale, CHAT_STATE_STALE},
    {has_hole, CHAT_STATE_GAP_DETECTED},
};

chat_state chat_state_of(const chat *c, chat_context context) {
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        if (states[i].holds(c, context)) return states[i].state;
    }
    return CHAT_STATE_SYNCED;
}
