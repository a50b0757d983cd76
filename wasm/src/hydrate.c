#include "hydrate.h"

#include "block.h"
#include "outbox.h"
#include "page.h"

/** Before this version the chats' positions were another program's. */
enum { POSITIONS_SINCE_VERSION = 3 };

static void report(core *l, const problem *wrong, const char *store, size_t index) {
    char path[PROBLEM_PATH_BYTES];
    if (wrong->code == ERROR_CODE_NO_MEMORY) {
        core_no_memory(l);
        return;
    }
    problem_path(path, store, index, wrong->path);
    plan_error(&l->plan, (error_code)wrong->code, NULL, path, NULL);
}

static void take_chats(core *l, page_list list) {
    problem wrong;
    for (size_t i = 0; i < list.count; i++) {
        const arena_mark before = arena_mark_of(&l->memory);
        if (!chat_hydrate(&l->chats, list.at[i], &l->memory, &wrong)) report(l, &wrong, STORE_CHAT_META, i);
        arena_rewind(&l->memory, before);
    }
}

/** What the row with key `sync` says of the stored messages. */
typedef struct {
    int64_t upgraded_from; /* 0: the database was as it is now */
    bool sealed;           /* each chat's row tells whether it has messages in rows */
    bool blocks;           /* there may be blocks */
} stored_state;

/** The row with key `sync` also says where the chat list was read up to. */
static stored_state take_position(core *l, page_list list) {
    problem wrong;
    record read;
    stored_state state = {0};
    for (size_t i = 0; i < list.count; i++) {
        if (!record_read(list.at[i], &sync_position_record, &l->memory, &read, &wrong)) {
            report(l, &wrong, STORE_CACHE_STATS, i);
            continue;
        }
        if (!slice_is(slice_of(record_text(&read, SYNC_POSITION_KEY)), "sync")) continue;
        if (!chat_replace(&l->chats_cursor, record_text(&read, SYNC_POSITION_CHATS_CURSOR)))
            core_no_memory(l);
        state = (stored_state){
            .upgraded_from = record_integer(&read, SYNC_POSITION_UPGRADED_FROM, 0),
            .sealed = record_true(&read, SYNC_POSITION_SEALED),
            .blocks = record_true(&read, SYNC_POSITION_BLOCKS),
        };
    }
    return state;
}

static layout layout_of(const event *e) {
    const char *name = json_text(e->header, "layout");
    return name && slice_is(slice_of(name), layout_names[LAYOUT_BLOCKS]) ? LAYOUT_BLOCKS : LAYOUT_ROWS;
}

/** Whether rows must be looked for. What the layout makes of the stored state is noted. */
static bool take_state(core *l, stored_state state) {
    const bool blocks = l->layout == LAYOUT_BLOCKS;
    l->blocks_there = state.blocks || blocks;
    l->position_dirty = blocks ? !state.sealed || !state.blocks : state.sealed;
    l->positions_unknown = state.upgraded_from && state.upgraded_from < POSITIONS_SINCE_VERSION;
    return l->positions_unknown || (blocks && !state.sealed && (state.upgraded_from || l->chats.table));
}

/** What can be stored, and where. */
static void take_places(core *l, const cJSON *header) {
    const bool files = cJSON_IsTrue(json_get(header, "files"));
    l->media.keeps = !cJSON_IsFalse(json_get(header, "keeps"));
    l->media.files_from = files ? json_integer(header, "filesFrom", 0) : 0;
    l->media.thumbnail_side = json_integer(header, "thumbnails", 0);
}

static bool read_rows(core *l, const event *e, page *rows) {
    problem wrong;
    if (page_read(e->body, &stored_rows_record, &l->memory, rows, &wrong)) return true;
    report(l, &wrong, "hydrate", 0);
    return false;
}

void hydrate_more(core *l, const event *e) {
    page rows;
    if (read_rows(l, e, &rows)) media_hydrate(l, rows.lists[STORED_ROWS_MEDIA_META]);
}

bool hydrate(core *l, const event *e) {
    page rows;
    l->layout = layout_of(e);
    take_places(l, e->header);
    if (!read_rows(l, e, &rows)) return false;
    if (!chat_replace(&l->user_id, json_text(e->header, "userId"))) core_no_memory(l);
    take_chats(l, rows.lists[STORED_ROWS_CHAT_META]);
    outbox_hydrate(l, rows.lists[STORED_ROWS_OFFLINE_QUEUE]);
    media_hydrate(l, rows.lists[STORED_ROWS_MEDIA_META]);
    const page_list stats_rows = rows.lists[STORED_ROWS_CACHE_STATS];
    l->rows_unknown = take_state(l, take_position(l, stats_rows));
    const bool recount = stats_hydrate(l, stats_rows) || l->rows_unknown;
    if (recount) stats_ask_recount(l);
    return recount;
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
    c->last_synced_sequence = c->paged_last = c->message_count = 0;
    if (!chat_replace(&c->revision, NULL)) core_no_memory(l);
    chat_mark_dirty(&l->chats, c);
}

/** Below its first row nothing of a chat was fetched; from there to its last all is to be fetched again. */
static void take_rows(core *l, chat *c, int64_t first, int64_t last) {
    if (first < 1 || last < first || last >= LIMIT_PROVISIONAL_SEQUENCE_MIN) return;
    if (l->layout == LAYOUT_BLOCKS) block_note_unsealed(c, (unsealed){first, last, 0, true});
    if (!l->positions_unknown) return;
    const gap head = {1, first - 1, l->now_ms, false};
    const gap rows = {first, last, l->now_ms, true};
    c->last_synced_sequence = c->paged_last = last;
    if (first > 1 && !gaps_add(&c->gaps, head)) core_no_memory(l);
    if (!gaps_add(&c->gaps, rows)) core_no_memory(l);
}

static void take_tally(core *l, slice bytes) {
    cJSON *tally;
    chat *c = stats_tallied(l, bytes, &tally);
    if (!c) return;
    chat_mark_dirty(&l->chats, c);
    if (l->positions_unknown) c->message_count = json_integer(tally, "count", 0);
    take_rows(l, c, json_integer(tally, "firstSequence", 0), json_integer(tally, "lastSequence", 0));
}

/** What the chats' own rows don't tell of rows. */
static void find_rows(core *l, slice rows) {
    json_cursor reads, chats;
    slice list, bytes;
    for (chat *c = l->chats.table; c && l->positions_unknown; c = c->hh.next) forget_positions(l, c);
    if (json_enter(&reads, rows, '[') && json_element(&reads, &list) && json_enter(&chats, list, '[')) {
        while (json_element(&chats, &bytes)) take_tally(l, bytes);
    }
    l->position_dirty = true;
}

void hydrate_tally(core *l, slice rows) {
    if (l->rows_unknown) find_rows(l, rows);
    stats_recount(l, rows, false);
}
