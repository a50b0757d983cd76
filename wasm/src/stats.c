#include "stats.h"

#include <string.h>

#include "core.h"
#include "media.h"
#include "operation.h"
#include "plant.h"

/* ---- sizes ---- */

int64_t stats_row_bytes(const char *content) {
    return LIMIT_ROW_OVERHEAD_BYTES + (content ? (int64_t)strlen(content) : 0);
}

/** Never below zero, whatever another program has left behind. */
static void set_bytes(core *l, chat *c, int64_t bytes) {
    if (bytes < 0) bytes = 0;
    l->stats.now.message_bytes += bytes - c->message_bytes;
    c->message_bytes = bytes;
    chat_mark_dirty(&l->chats, c);
}

void stats_move_bytes(core *l, chat *c, int64_t change) {
    if (!change || (change < 0 && PLANTED(stats_not_counted))) return;
    c->spent = false;
    set_bytes(l, c, c->message_bytes + change);
}

int64_t stats_message_bytes(const core *l) {
    return l->stats.now.message_bytes;
}

int64_t stats_total_bytes(const core *l) {
    return l->stats.now.message_bytes + media_bytes(l);
}

/* ---- what happened ---- */

void stats_count_reads(core *l, int64_t hits, int64_t misses) {
    l->stats.now.hits += hits;
    l->stats.now.misses += misses;
}

void stats_list_asked(core *l, bool from_start) {
    if (from_start) l->stats.list_whole = true;
}

/** What was begun by a core before this one and goes on by the cursor is from the start as well. */
void stats_list_caught_up(core *l) {
    stats *s = &l->stats;
    if (s->list_whole || !s->now.full_ms) s->now.full_ms = l->now_ms;
    else s->now.delta_ms = l->now_ms;
    s->list_whole = false;
}

/* ---- the row, read ---- */

static void take_row(stats *s, const record *row) {
    s->written = (stats_values){
        .message_bytes = record_integer(row, CACHE_STATS_MESSAGES_SIZE, 0),
        .media_bytes = record_integer(row, CACHE_STATS_MEDIA_SIZE, 0),
        .chats = record_integer(row, CACHE_STATS_CHAT_COUNT, 0),
        .messages = record_integer(row, CACHE_STATS_MESSAGE_COUNT, 0),
        .media = record_integer(row, CACHE_STATS_MEDIA_COUNT, 0),
        .hits = record_integer(row, CACHE_STATS_CACHE_HITS, 0),
        .misses = record_integer(row, CACHE_STATS_CACHE_MISSES, 0),
        .full_ms = record_integer(row, CACHE_STATS_LAST_FULL_SYNC, 0),
        .delta_ms = record_integer(row, CACHE_STATS_LAST_DELTA_SYNC, 0),
        .pending = record_integer(row, CACHE_STATS_PENDING_OPERATIONS, 0),
    };
    s->created_ms = record_integer(row, CACHE_STATS_CREATED_AT, 0);
    s->now = s->written;
}

/** False when there is none that can be read; another one is then made. */
static bool find_row(core *l, page_list rows) {
    for (size_t i = 0; i < rows.count; i++) {
        record row;
        problem wrong;
        if (record_read(rows.at[i], &cache_stats_record, &l->memory, &row, &wrong)) {
            if (!slice_is(slice_of(record_text(&row, CACHE_STATS_KEY)), "stats")) continue;
            take_row(&l->stats, &row);
            return true;
        }
        if (wrong.code == ERROR_CODE_NO_MEMORY) core_no_memory(l);
    }
    return false;
}

bool stats_hydrate(core *l, page_list rows) {
    bool unknown = !find_row(l, rows) && l->chats.table;
    int64_t bytes = 0;
    for (const chat *c = l->chats.table; c; c = c->hh.next) {
        unknown = unknown || c->bytes_unknown;
        bytes += c->message_bytes;
    }
    l->stats.now.message_bytes = bytes;
    l->stats.hydrated = true;
    return unknown;
}

/* ---- recounting ---- */

void stats_ask_recount(core *l) {
    plan_read_tally(&l->plan, STORE_MESSAGES);
    plan_read_tally(&l->plan, STORE_MESSAGE_BLOCKS);
}

chat *stats_tallied(core *l, slice bytes, cJSON **tally) {
    const json_result result = json_parse(bytes, &l->memory, tally);
    if (result == JSON_NO_MEMORY) core_no_memory(l);
    const char *request_id = result == JSON_OK ? json_text(*tally, "requestId") : NULL;
    if (!request_id || !record_is_uuid(request_id)) return NULL;
    chat *c = chat_ensure(&l->chats, request_id);
    if (!c) core_no_memory(l);
    return c;
}

static void take_tally(core *l, slice bytes) {
    cJSON *tally;
    chat *c = stats_tallied(l, bytes, &tally);
    if (!c) return;
    c->tallied.bytes += json_integer(tally, "bytes", 0);
    c->tallied.count += json_integer(tally, "count", 0);
}

static void take_tallies(core *l, slice tallies) {
    json_cursor reads, chats;
    slice list, bytes;
    if (!json_enter(&reads, tallies, '[')) return;
    while (json_element(&reads, &list)) {
        if (!json_enter(&chats, list, '[')) continue;
        while (json_element(&chats, &bytes)) take_tally(l, bytes);
    }
}

void stats_recount(core *l, slice tallies, bool counts) {
    for (chat *c = l->chats.table; c; c = c->hh.next) c->tallied = (chat_tally){0};
    take_tallies(l, tallies);
    for (chat *c = l->chats.table; c; c = c->hh.next) {
        const bool miscounted = counts && c->message_count != c->tallied.count;
        if (c->message_bytes != c->tallied.bytes || c->bytes_unknown) set_bytes(l, c, c->tallied.bytes);
        c->bytes_unknown = false;
        if (!miscounted) continue;
        c->message_count = c->tallied.count;
        chat_mark_dirty(&l->chats, c);
    }
}

/* ---- the row, written ---- */

static bool any_chat_written(const core *l) {
    const chat *c = l->chats.touched;
    while (c && !c->dirty) c = c->next_touched;
    return c;
}

static void count_chats(core *l) {
    stats_values *now = &l->stats.now;
    now->chats = now->messages = 0;
    for (const chat *c = l->chats.table; c; c = c->hh.next) {
        now->chats += c->stored;
        now->messages += c->message_count;
    }
}

static void count_operations(core *l) {
    l->stats.now.pending = 0;
    for (const operation *o = l->outbox.table; o; o = o->hh.next) l->stats.now.pending += !o->done;
}

/** In hundredths of a per cent. */
static int64_t hit_rate(const stats_values *now) {
    const int64_t reads = now->hits + now->misses;
    return reads ? (now->hits * 10000 + reads / 2) / reads : 0;
}

static void write_rate(text *out, int64_t rate) {
    text_number_member(out, "hitRate", rate / 100);
    if (rate % 100 == 0) return;
    text_raw(out, rate % 100 < 10 ? ".0" : ".");
    text_number(out, rate % 100);
}

static void write_time(text *out, const char *name, int64_t ms) {
    text_name(out, name);
    if (ms) text_number(out, ms);
    else text_raw(out, "null");
}

static void write_row(const core *l, text *out) {
    const stats_values *now = &l->stats.now;
    text_raw(out, "{\"key\":\"stats\"");
    text_number_member(out, "totalSize", now->message_bytes + now->media_bytes);
    text_number_member(out, "messagesSize", now->message_bytes);
    text_number_member(out, "mediaSize", now->media_bytes);
    text_number_member(out, "chatCount", now->chats);
    text_number_member(out, "messageCount", now->messages);
    text_number_member(out, "mediaCount", now->media);
    text_number_member(out, "cacheHits", now->hits);
    text_number_member(out, "cacheMisses", now->misses);
    write_rate(out, hit_rate(now));
    write_time(out, "lastFullSync", now->full_ms);
    write_time(out, "lastDeltaSync", now->delta_ms);
    text_number_member(out, "pendingOperations", now->pending);
    text_number_member(out, "createdAt", l->stats.created_ms);
    text_number_member(out, "updatedAt", l->now_ms);
    text_raw(out, "}");
}

void stats_write(core *l) {
    stats *s = &l->stats;
    if (s->hydrated || any_chat_written(l)) count_chats(l);
    if (s->hydrated || l->outbox.moved) count_operations(l);
    s->hydrated = false;
    s->now.media_bytes = media_bytes(l);
    s->now.media = (int64_t)media_stored_count(l);
    if (memcmp(&s->now, &s->written, sizeof s->now) == 0) return;
    if (!s->created_ms) s->created_ms = l->now_ms;
    s->written = s->now;
    write_row(l, plan_put(&l->plan, STORE_CACHE_STATS));
}
