#include "delta.h"

#include <stdlib.h>
#include <string.h>

#include "moment.h"
#include "page.h"
#include "plant.h"
#include "stored.h"

/** A message of the page. */
typedef struct {
    record read;
    const char *id;
    int64_t sequence;
    int64_t edited_ms; /* `updatedAt`, or `createdAt` where it was never edited */
    size_t index;      /* in the page, for error paths */
} message;

struct delta {
    chat *chat;
    delta_question asked;
    page page;
    bool careful;
    bool spares_all; /* a record was too broken to tell which message it is */
    int64_t from;    /* what the page covers; from > to: nothing */
    int64_t to;
    int64_t last_sequence;
    int64_t known_before; /* the chat's position before this page */
    message *messages;    /* valid ones, ascending, no sequence number twice */
    size_t message_count;
    stored_rows rows;
    const char **spared; /* ids of records that were left out */
    size_t spared_count;
    const char **tombstones; /* ids of deleted messages, sorted */
    size_t tombstone_count;
    size_t errors;
    int64_t arrived; /* messages of others past the chat's position */
};

static void report_path(core *l, delta *d, error_code code, const char *path) {
    if (d->errors++ < LIMIT_ERRORS_PER_PAGE_MAX) plan_error(&l->plan, code, d->chat->request_id, path, NULL);
}

static void report(core *l, delta *d, error_code code, const char *list, size_t index, const char *field) {
    char path[PROBLEM_PATH_BYTES];
    problem_path(path, list, index, field);
    report_path(l, d, code, path);
}

/* ---- reading the page ---- */

/** Which message a record stands for that is left out, so that it isn't taken for deleted. */
static void spare(delta *d, const char *id) {
    if (id && record_is_uuid(id)) d->spared[d->spared_count++] = id;
    else d->spares_all = true;
}

static bool spare_unread(core *l, delta *d, slice bytes) {
    cJSON *object;
    const json_result result = json_parse(bytes, &l->memory, &object);
    if (result == JSON_NO_MEMORY) return core_no_memory(l);
    spare(d, result == JSON_OK ? json_text(object, "id") : NULL);
    return true;
}

static bool take_message(core *l, delta *d, slice bytes, size_t index) {
    problem wrong;
    message *m = &d->messages[d->message_count];
    if (!record_read(bytes, &cached_message_record, &l->memory, &m->read, &wrong)) {
        if (wrong.code == ERROR_CODE_NO_MEMORY) return core_no_memory(l);
        report(l, d, (error_code)wrong.code, "messages", index, wrong.path);
        return spare_unread(l, d, bytes);
    }
    m->id = record_text(&m->read, CACHED_MESSAGE_ID);
    m->sequence = record_integer(&m->read, CACHED_MESSAGE_SEQUENCE_NUMBER, 0);
    m->edited_ms = moment_edited_ms(record_text(&m->read, CACHED_MESSAGE_UPDATED_AT),
                                    record_text(&m->read, CACHED_MESSAGE_CREATED_AT));
    m->index = index;
    if (strcmp(record_text(&m->read, CACHED_MESSAGE_REQUEST_ID), d->chat->request_id) != 0) {
        report(l, d, ERROR_CODE_REQUEST_MISMATCH, "messages", index, "requestId");
        spare(d, m->id);
        return true;
    }
    d->message_count++;
    return true;
}

static int by_sequence(const void *left, const void *right) {
    const message *a = left, *b = right;
    if (a->sequence != b->sequence) return a->sequence < b->sequence ? -1 : 1;
    return a->index < b->index ? -1 : a->index > b->index;
}

static bool is_ascending(const delta *d) {
    for (size_t i = 1; i < d->message_count; i++) {
        if (d->messages[i - 1].sequence >= d->messages[i].sequence) return false;
    }
    return true;
}

/** Of two messages with one sequence number the first stays, of one message twice the later version. */
static void settle(core *l, delta *d, message *first, const message *second) {
    if (strcmp(first->id, second->id) == 0) {
        if (second->edited_ms > first->edited_ms) *first = *second;
        return;
    }
    report(l, d, ERROR_CODE_SEQUENCE_CONFLICT, "messages", second->index, "sequenceNumber");
    spare(d, second->id);
}

static void report_disorder(core *l, delta *d) {
    for (size_t i = 1; i < d->message_count; i++) {
        const message *m = &d->messages[i];
        if (m->sequence >= m[-1].sequence) continue;
        report(l, d, ERROR_CODE_PAGE_ORDER, "messages", m->index, "sequenceNumber");
        return;
    }
}

/** Brings the messages in order, no sequence number twice. */
static void sort_messages(core *l, delta *d) {
    if (is_ascending(d)) return;
    report_disorder(l, d);
    qsort(d->messages, d->message_count, sizeof *d->messages, by_sequence);
    size_t kept = 0;
    for (size_t i = 0; i < d->message_count; i++) {
        const message *m = &d->messages[i];
        message *last = kept ? &d->messages[kept - 1] : NULL;
        if (last && last->sequence == m->sequence) settle(l, d, last, m);
        else d->messages[kept++] = *m;
    }
    d->message_count = kept;
}

static bool read_messages(core *l, delta *d) {
    const slice list = d->page.lists[MESSAGES_PAGE_MESSAGES];
    const size_t count = d->page.counts[MESSAGES_PAGE_MESSAGES];
    d->messages = arena_take(&l->memory, (count + 1) * sizeof *d->messages);
    d->spared = arena_take(&l->memory, (count + 1) * sizeof *d->spared);
    if (!d->messages || !d->spared) return core_no_memory(l);
    json_cursor cursor;
    slice bytes;
    json_enter(&cursor, list, '[');
    for (size_t i = 0; json_element(&cursor, &bytes); i++) {
        if (!take_message(l, d, bytes, i)) return false;
    }
    sort_messages(l, d);
    return true;
}

static int by_string(const void *left, const void *right) {
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static bool read_tombstones(core *l, delta *d) {
    json_cursor cursor;
    slice bytes;
    const slice list = d->page.lists[MESSAGES_PAGE_TOMBSTONES];
    if (!list.at || !json_enter(&cursor, list, '[')) return true;
    const size_t count = d->page.counts[MESSAGES_PAGE_TOMBSTONES];
    d->tombstones = arena_take(&l->memory, (count + 1) * sizeof *d->tombstones);
    if (!d->tombstones) return core_no_memory(l);
    for (size_t i = 0; json_element(&cursor, &bytes); i++) {
        record read;
        problem wrong;
        if (record_read(bytes, &tombstone_record, &l->memory, &read, &wrong)) {
            d->tombstones[d->tombstone_count++] = record_text(&read, TOMBSTONE_ID);
        } else if (wrong.code == ERROR_CODE_NO_MEMORY) {
            return core_no_memory(l);
        } else {
            report(l, d, (error_code)wrong.code, "tombstones", i, wrong.path);
        }
    }
    qsort(d->tombstones, d->tombstone_count, sizeof *d->tombstones, by_string);
    return true;
}

static bool is_tombstone(const delta *d, const char *id) {
    return d->tombstone_count &&
           bsearch(&id, d->tombstones, d->tombstone_count, sizeof *d->tombstones, by_string);
}

static bool is_asked(const delta_question *asked, int64_t sequence) {
    return sequence > asked->after && (!asked->before || sequence < asked->before);
}

static bool is_covered(const delta *d, int64_t sequence) {
    return sequence >= d->from && sequence <= d->to;
}

/** Whether the range reaches up to `top`, as the newest page of it does, and has all messages asked for. */
static bool covers_page(const delta *d, int64_t top) {
    if (top > d->asked.after && d->to < top) return false;
    for (size_t i = 0; i < d->message_count; i++) {
        const int64_t sequence = d->messages[i].sequence;
        if (is_asked(&d->asked, sequence) && !is_covered(d, sequence)) return false;
    }
    return true;
}

/** What the page claims to cover, cut to what was asked and to what the server has. */
static void read_covers(core *l, delta *d) {
    const cJSON *covers = d->page.fields.field[MESSAGES_PAGE_COVERS];
    const int64_t least = d->asked.after + 1, last = d->last_sequence;
    const int64_t most = d->asked.before ? d->asked.before - 1 : last;
    d->from = json_integer(covers, "from", least);
    d->to = json_integer(covers, "to", least - 1);
    bool fits = !cJSON_IsObject(covers) || (d->from >= least && d->to <= most && d->from <= d->to);
    if (d->from < least) d->from = least;
    if (d->to > most) d->to = most;
    fits = fits && covers_page(d, most < last ? most : last);
    if (!covers_page(d, 0)) d->to = d->from - 1; /* it says nothing then of what is absent */
    const bool is_reset = record_true(&d->page.fields, MESSAGES_PAGE_RESET_REQUIRED);
    if (!fits && (!is_reset || d->asked.whole)) report_path(l, d, ERROR_CODE_COVERS_MISMATCH, "covers");
}

/* ---- what is stored already ---- */

static bool may_hold_rows(const delta *d) {
    const chat *c = d->chat;
    if (d->from > d->to) return false;
    if (d->careful) return true;
    return gaps_known_in(&c->gaps, c->last_synced_sequence, d->from, d->to) ||
           gaps_stale_in(&c->gaps, d->from, d->to);
}

static void ask_for_range(core *l, const delta *d, int64_t from, int64_t to) {
    plan_read_range(&l->plan, STORE_MESSAGES, "by_request_sequence", d->chat->request_id, from, to);
}

static void ask_for_id(core *l, text **keys, const char *id) {
    if (!*keys) *keys = plan_read_keys(&l->plan, STORE_MESSAGES);
    text_comma(*keys);
    text_string(*keys, id);
}

/** Asks for the rows of messages and tombstones that the range doesn't speak of. */
static void ask_for_ids(core *l, const delta *d) {
    text *keys = NULL;
    for (size_t i = 0; i < d->message_count; i++) {
        if (is_covered(d, d->messages[i].sequence) && !d->careful) continue;
        ask_for_id(l, &keys, d->messages[i].id);
    }
    for (size_t i = 0; i < d->tombstone_count; i++) ask_for_id(l, &keys, d->tombstones[i]);
    if (keys) plan_read_close(&l->plan);
}

static void ask_for_rows(core *l, const delta *d) {
    if (may_hold_rows(d)) ask_for_range(l, d, d->from, d->to);
    ask_for_ids(l, d);
    if (!d->careful) return;
    for (size_t i = 0; i < d->message_count; i++) {
        const int64_t sequence = d->messages[i].sequence;
        if (!is_covered(d, sequence)) ask_for_range(l, d, sequence, sequence);
    }
}

/* ---- deciding ---- */

static void drop_row(core *l, delta *d, stored_row *row) {
    if (row->gone) return;
    row->gone = true;
    if (PLANTED(count_forgotten)) d->chat->message_count++;
    plan_delete(&l->plan, STORE_MESSAGES, row->id);
    if (d->chat->message_count > 0) d->chat->message_count--;
    d->chat->rows_moved = true;
}

/** A message that is taken for new replaces none: if its id is there all the same the transaction fails. */
static void put_message(core *l, delta *d, const message *m, int64_t version, bool replaces) {
    plan *p = &l->plan;
    text *out = replaces ? plan_put(p, STORE_MESSAGES) : plan_add(p, STORE_MESSAGES);
    record_write_open(out, &m->read, &cached_message_record);
    const char *status = record_text(&m->read, CACHED_MESSAGE_STATUS);
    if (status && strcmp(status, "sent") != 0) text_raw(out, ",\"status\":\"sent\"");
    text_name(out, "_cachedAt");
    text_number(out, l->now_ms);
    text_name(out, "_syncVersion");
    text_number(out, version);
    text_raw(out, "}");
    d->chat->rows_moved = true;
}

/**
 * Whether a message outside the covered range has a place: known history, or what was asked for (then the
 * server forgot to cover it). An edit of a message that lies in a gap comes with the gap.
 */
static bool has_place(const delta *d, const message *m) {
    const chat *c = d->chat;
    return is_asked(&d->asked, m->sequence) ||
           gaps_known_in(&c->gaps, c->last_synced_sequence, m->sequence, m->sequence);
}

/** Whether the sequence number belongs to another message that stays. */
static bool is_sequence_taken(core *l, delta *d, const message *m) {
    const stored_row *other = stored_at(&d->rows, d->chat->request_id, m->sequence);
    if (!other || other->gone || strcmp(other->id, m->id) == 0) return false;
    report(l, d, ERROR_CODE_SEQUENCE_CONFLICT, "messages", m->index, "sequenceNumber");
    return true;
}

/** Whether the page has this id before under another number; looked for only once an id was there already. */
static bool is_repeated(core *l, delta *d, const message *m) {
    for (const message *each = d->messages; d->careful && each < m; each++) {
        if (strcmp(each->id, m->id) != 0) continue;
        report(l, d, ERROR_CODE_ID_CONFLICT, "messages", m->index, "id");
        return true;
    }
    return false;
}

static bool is_own(const core *l, const message *m) {
    const char *sender = record_text(&m->read, CACHED_MESSAGE_SENDER_ID);
    return l->user_id && sender && strcmp(l->user_id, sender) == 0;
}

/** A message that has moved leaves a number of which nothing is known any more, unless the page covers it. */
static void leave_place(core *l, delta *d, const stored_row *row, const message *m) {
    const int64_t left = row->sequence;
    if (left == m->sequence || is_covered(d, left)) return;
    if (!chat_distrust_range(d->chat, left, left, l->now_ms)) core_no_memory(l);
}

/** Decides on one message of the page; `*place` is set when it makes a sequence number known by itself. */
static void decide_message(core *l, delta *d, const message *m, bool *place) {
    stored_row *row = stored_find(&d->rows, m->id);
    *place = false;
    if (is_tombstone(d, m->id)) return;
    const bool orphan = row && !record_is_uuid(row->request_id); /* no chat can own it: it gives way */
    if (row && !orphan && strcmp(row->request_id, d->chat->request_id) != 0) {
        report(l, d, ERROR_CODE_ID_CONFLICT, "messages", m->index, "id");
        return;
    }
    if (is_sequence_taken(l, d, m) || is_repeated(l, d, m)) return;
    const bool replaces = row != NULL;
    const int64_t version = row ? row->version + 1 : 1;
    if (orphan || (row && row->gone)) row = NULL;
    if (row && m->edited_ms < row->edited_ms && !PLANTED(older_edit_wins)) return;
    if (!row && !is_covered(d, m->sequence) && !has_place(d, m)) return;
    if (row) leave_place(l, d, row, m);
    else d->chat->message_count++;
    if (!row && m->sequence > d->known_before && m->sequence > d->chat->counted_to && !is_own(l, m))
        d->arrived++;
    put_message(l, d, m, version, replaces);
    *place = !is_covered(d, m->sequence) && is_asked(&d->asked, m->sequence);
}

static void mark_staying(delta *d) {
    for (size_t i = 0; i < d->message_count; i++) {
        stored_row *row = stored_find(&d->rows, d->messages[i].id);
        if (row) row->stays = true;
    }
    for (size_t i = 0; i < d->spared_count; i++) {
        stored_row *row = stored_find(&d->rows, d->spared[i]);
        if (row) row->stays = true;
    }
}

static void drop_absent(core *l, delta *d) {
    if (d->spares_all || PLANTED(absent_kept)) return;
    for (size_t i = 0; i < d->rows.count; i++) {
        stored_row *row = &d->rows.at[i];
        const bool own = strcmp(row->request_id, d->chat->request_id) == 0;
        if (own && !row->stays && is_covered(d, row->sequence)) drop_row(l, d, row);
    }
}

static void drop_tombstones(core *l, delta *d) {
    if (PLANTED(tombstone_ignored)) return;
    for (size_t i = 0; i < d->tombstone_count; i++) {
        stored_row *row = stored_find(&d->rows, d->tombstones[i]);
        if (row && strcmp(row->request_id, d->chat->request_id) == 0) drop_row(l, d, row);
    }
}

/* ---- positions ---- */

static bool cover(core *l, chat *c, int64_t from, int64_t to) {
    if (!gaps_fill(&c->gaps, from, to)) return core_no_memory(l);
    if (to <= c->last_synced_sequence) return true;
    gap jump = {c->last_synced_sequence + 1, from - 1, l->now_ms, false};
    if (PLANTED(gap_end_off_by_one)) jump.end--;
    if (PLANTED(gap_not_recorded)) jump.end = 0;
    if (jump.start <= jump.end && !gaps_add(&c->gaps, jump)) return core_no_memory(l);
    c->last_synced_sequence = to;
    return true;
}

static void take_counts(const delta *d) {
    const record *fields = &d->page.fields;
    const chat_counts counts = {
        .unread = record_integer(fields, MESSAGES_PAGE_UNREAD_COUNT, -1),
        .last_read = record_integer(fields, MESSAGES_PAGE_LAST_READ_SEQUENCE, -1),
        .total = record_integer(fields, MESSAGES_PAGE_TOTAL_MESSAGE_COUNT, -1),
    };
    chat_take_counts(d->chat, counts, d->arrived);
}

/**
 * An answer that was asked for from an earlier position (by a core before this one) doesn't tell of edits of
 * what has come since and lies below its page.
 */
static bool distrust_between(core *l, const delta *d) {
    const int64_t to = d->from <= d->to ? d->from - 1 : d->known_before;
    if (!d->asked.delta) return true;
    return chat_distrust_range(d->chat, d->asked.after + 1, to, l->now_ms) || core_no_memory(l);
}

static bool move_position(core *l, delta *d) {
    chat *c = d->chat;
    if (d->from <= d->to && !cover(l, c, d->from, d->to)) return false;
    gaps_bound(&c->gaps, LIMIT_GAPS_PER_CHAT_MAX);
    take_counts(d);
    if (!d->asked.delta && d->from <= d->to) c->filling = (gap){.start = d->from, .end = d->to};
    if (d->asked.delta) {
        c->last_synced_ms = l->now_ms;
        c->moved = c->last_synced_sequence < d->last_sequence;
        c->wants_delta = c->wants_delta || (c->moved && c->last_synced_sequence > d->known_before);
    }
    const char *revision = record_text(&d->page.fields, MESSAGES_PAGE_REVISION);
    const bool adopts = revision && (d->asked.delta || !c->revision || PLANTED(revision_of_gap_page));
    if (adopts && !chat_replace(&c->revision, revision)) return core_no_memory(l);
    if (!PLANTED(position_without_rows)) chat_mark_dirty(&l->chats, c);
    return true;
}

/** The server has forgotten our revision: what is cached stays on the screen and is fetched again. */
static void reset(core *l, delta *d) {
    chat *c = d->chat;
    if (!chat_distrust(c, l->now_ms)) core_no_memory(l);
    if (!chat_replace(&c->revision, NULL)) core_no_memory(l);
    take_counts(d);
    chat_mark_dirty(&l->chats, c);
    c->wants_delta = c->was_reset = true;
}

static void apply(core *l, delta *d) {
    if (!distrust_between(l, d)) return;
    mark_staying(d);
    drop_absent(l, d);
    drop_tombstones(l, d);
    for (size_t i = 0; i < d->message_count; i++) {
        bool place;
        const message *m = &d->messages[i];
        decide_message(l, d, m, &place);
        if (place) cover(l, d->chat, m->sequence, m->sequence);
    }
    move_position(l, d);
}

void delta_rows(core *l, delta *d, slice rows) {
    if (stored_read(l, rows, &d->rows)) apply(l, d);
}

static bool is_of_another_chat(const delta *d) {
    const char *request_id = record_text(&d->page.fields, MESSAGES_PAGE_REQUEST_ID);
    return request_id && strcmp(request_id, d->chat->request_id) != 0;
}

delta_result delta_begin(core *l, chat *c, delta_question asked, slice body, bool careful, delta **out,
                         problem *wrong) {
    delta *d = arena_take_zeroed(&l->memory, sizeof *d);
    if (!d) return core_no_memory(l), DELTA_APPLIED;
    *out = d;
    *d = (delta){.chat = c, .asked = asked, .careful = careful, .known_before = c->last_synced_sequence};
    if (!page_read(body, &messages_page_record, &l->memory, &d->page, wrong)) {
        if (wrong->code == ERROR_CODE_NO_MEMORY) return core_no_memory(l), DELTA_APPLIED;
        return DELTA_BAD_PAGE;
    }
    if (is_of_another_chat(d)) {
        *wrong = (problem){ERROR_CODE_REQUEST_MISMATCH, "requestId"};
        return DELTA_BAD_PAGE;
    }
    const bool forgotten = record_true(&d->page.fields, MESSAGES_PAGE_RESET_REQUIRED);
    if (forgotten && !asked.whole && asked.delta && c->revision) return reset(l, d), DELTA_APPLIED;
    d->last_sequence = record_integer(&d->page.fields, MESSAGES_PAGE_LAST_SEQUENCE, 0);
    if (d->last_sequence < c->last_synced_sequence) {
        plan_error(&l->plan, ERROR_CODE_SEQUENCE_REGRESSED, c->request_id, "lastSequence", NULL);
    }
    if (!read_messages(l, d) || !read_tombstones(l, d)) return DELTA_APPLIED;
    read_covers(l, d);
    ask_for_rows(l, d);
    if (plan_has_reads(&l->plan)) return DELTA_NEEDS_ROWS;
    return apply(l, d), DELTA_APPLIED;
}
