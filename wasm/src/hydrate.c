#include "hydrate.h"

#include "page.h"

static void report(core *l, const problem *wrong, const char *store, size_t index) {
    char path[PROBLEM_PATH_BYTES];
    if (wrong->code == ERROR_CODE_NO_MEMORY) {
        core_no_memory(l);
        return;
    }
    problem_path(path, store, index, wrong->path);
    plan_error(&l->plan, (error_code)wrong->code, NULL, path, NULL);
}

static void take_chats(core *l, slice list) {
    json_cursor cursor;
    slice row;
    problem wrong;
    if (!json_enter(&cursor, list, '[')) return;
    for (size_t i = 0; json_element(&cursor, &row); i++) {
        if (!chat_hydrate(&l->chats, row, &l->memory, &wrong)) report(l, &wrong, STORE_CHAT_META, i);
    }
}

/** The row with key `sync` says where the chat list was read up to; true when an upgrade left its mark. */
static bool take_position(core *l, slice list) {
    json_cursor cursor;
    slice row;
    problem wrong;
    record read;
    bool upgraded = false;
    if (!json_enter(&cursor, list, '[')) return false;
    for (size_t i = 0; json_element(&cursor, &row); i++) {
        if (!record_read(row, &sync_position_record, &l->memory, &read, &wrong)) {
            report(l, &wrong, STORE_CACHE_STATS, i);
            continue;
        }
        if (!slice_is(slice_of(record_text(&read, SYNC_POSITION_KEY)), "sync")) continue;
        if (!chat_replace(&l->chats_cursor, record_text(&read, SYNC_POSITION_CHATS_CURSOR)))
            core_no_memory(l);
        upgraded = record_integer(&read, SYNC_POSITION_UPGRADED_FROM, 0) > 0;
    }
    return upgraded;
}

bool hydrate(core *l, const char *user_id, slice body) {
    page rows;
    problem wrong;
    if (!page_read(body, &stored_rows_record, &l->memory, &rows, &wrong)) {
        report(l, &wrong, "hydrate", 0);
        return false;
    }
    if (!chat_replace(&l->user_id, user_id)) core_no_memory(l);
    take_chats(l, rows.lists[STORED_ROWS_CHAT_META]);
    const bool upgraded = take_position(l, rows.lists[STORED_ROWS_CACHE_STATS]);
    if (upgraded) plan_read_tally(&l->plan, STORE_MESSAGES);
    return upgraded;
}

void hydrate_set_aside(core *l, const cJSON *request_ids) {
    for (const cJSON *each = request_ids ? request_ids->child : NULL; each; each = each->next) {
        const char *request_id = cJSON_GetStringValue(each);
        if (!request_id || !record_is_uuid(request_id)) continue;
        chat *c = chat_ensure(&l->chats, request_id);
        if (!c) {
            core_no_memory(l);
            return;
        }
        c->set_aside = c->failed = true;
        c->wants_delta = false;
    }
}

/** What is stored says nothing any more of what is known. */
static void forget_positions(core *l, chat *c) {
    gaps_free(&c->gaps);
    c->last_synced_sequence = c->message_count = 0;
    if (!chat_replace(&c->revision, NULL)) core_no_memory(l);
    chat_mark_dirty(&l->chats, c);
}

/** Below its first row nothing of a chat was fetched; from there to its last all is to be fetched again. */
static void take_rows(core *l, chat *c, int64_t first, int64_t last) {
    if (first < 1 || last < first || last >= LIMIT_PROVISIONAL_SEQUENCE_MIN) return;
    const gap head = {1, first - 1, l->now_ms, false};
    const gap rows = {first, last, l->now_ms, true};
    c->last_synced_sequence = last;
    if (first > 1 && !gaps_add(&c->gaps, head)) core_no_memory(l);
    if (!gaps_add(&c->gaps, rows)) core_no_memory(l);
}

static void take_tally(core *l, slice bytes) {
    cJSON *object;
    const json_result result = json_parse(bytes, &l->memory, &object);
    if (result == JSON_NO_MEMORY) core_no_memory(l);
    const char *request_id = result == JSON_OK ? json_text(object, "requestId") : NULL;
    if (!request_id || !record_is_uuid(request_id)) return;
    chat *c = chat_ensure(&l->chats, request_id);
    if (!c) {
        core_no_memory(l);
        return;
    }
    chat_mark_dirty(&l->chats, c);
    c->message_count = json_integer(object, "count", 0);
    take_rows(l, c, json_integer(object, "firstSequence", 0), json_integer(object, "lastSequence", 0));
}

void hydrate_tally(core *l, slice rows) {
    json_cursor reads, chats;
    slice list, bytes;
    for (chat *c = l->chats.table; c; c = c->hh.next) forget_positions(l, c);
    if (json_enter(&reads, rows, '[') && json_element(&reads, &list) && json_enter(&chats, list, '[')) {
        while (json_element(&chats, &bytes)) take_tally(l, bytes);
    }
    l->position_dirty = true;
}
