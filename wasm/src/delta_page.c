#include "delta_page.h"

#include <stdlib.h>
#include <string.h>

#include "moment.h"
#include "registry.h"

static void report_path(core *l, delta *d, error_code code, const char *path) {
    if (d->errors++ < LIMIT_ERRORS_PER_PAGE_MAX) plan_error(&l->plan, code, d->chat->request_id, path, NULL);
}

void delta_report(core *l, delta *d, error_code code, const char *list, size_t index, const char *field) {
    char path[PROBLEM_PATH_BYTES];
    problem_path(path, list, index, field);
    report_path(l, d, code, path);
}

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
        delta_report(l, d, (error_code)wrong.code, "messages", index, wrong.path);
        return spare_unread(l, d, bytes);
    }
    m->id = record_text(&m->read, CACHED_MESSAGE_ID);
    m->sequence = record_integer(&m->read, CACHED_MESSAGE_SEQUENCE_NUMBER, 0);
    m->edited_ms = moment_edited_ms(record_text(&m->read, CACHED_MESSAGE_UPDATED_AT),
                                    record_text(&m->read, CACHED_MESSAGE_CREATED_AT));
    m->index = index;
    m->repeated = false;
    m->temp_id = NULL;
    if (!slice_is(record_slice(&m->read, CACHED_MESSAGE_REQUEST_ID), d->chat->request_id)) {
        delta_report(l, d, ERROR_CODE_REQUEST_MISMATCH, "messages", index, "requestId");
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
    delta_report(l, d, ERROR_CODE_SEQUENCE_CONFLICT, "messages", second->index, "sequenceNumber");
    spare(d, second->id);
}

static void report_disorder(core *l, delta *d) {
    for (size_t i = 1; i < d->message_count; i++) {
        const message *m = &d->messages[i];
        if (m->sequence >= m[-1].sequence) continue;
        delta_report(l, d, ERROR_CODE_PAGE_ORDER, "messages", m->index, "sequenceNumber");
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

typedef struct {
    UT_hash_handle hh;
} seen_id;

/** Marks messages whose id the page has before, under another number. */
static bool mark_repeated(core *l, delta *d) {
    seen_id *table = NULL, *seen = arena_take_zeroed(&l->memory, (d->message_count + 1) * sizeof *seen);
    void *there;
    bool ok = seen;
    for (size_t i = 0; i < d->message_count && ok; i++) {
        seen_id *grown = registry_ensure(table, &seen[i], d->messages[i].id, &there);
        d->messages[i].repeated = there;
        ok = grown;
        if (ok) table = grown;
    }
    registry_clear(table);
    return ok || core_no_memory(l);
}

static bool read_messages(core *l, delta *d) {
    const page_list list = d->page.lists[MESSAGES_PAGE_MESSAGES];
    const size_t count = list.count;
    d->messages = arena_take(&l->memory, (count + 1) * sizeof *d->messages);
    d->spared = arena_take(&l->memory, (count + 1) * sizeof *d->spared);
    d->fresh = arena_take(&l->memory, (count + 1) * sizeof *d->fresh);
    if (!d->messages || !d->spared || !d->fresh) return core_no_memory(l);
    for (size_t i = 0; i < count; i++) {
        if (!take_message(l, d, list.at[i], i)) return false;
    }
    sort_messages(l, d);
    return mark_repeated(l, d);
}

static int by_tombstone(const void *left, const void *right) {
    return strcmp(((const tombstone *)left)->id, ((const tombstone *)right)->id);
}

static bool read_tombstones(core *l, delta *d) {
    const page_list list = d->page.lists[MESSAGES_PAGE_TOMBSTONES];
    d->tombstones = arena_take(&l->memory, (list.count + 1) * sizeof *d->tombstones);
    if (!d->tombstones) return core_no_memory(l);
    for (size_t i = 0; i < list.count; i++) {
        record read;
        problem wrong;
        if (record_read(list.at[i], &tombstone_record, &l->memory, &read, &wrong)) {
            d->tombstones[d->tombstone_count++] = (tombstone){
                record_text(&read, TOMBSTONE_ID), record_integer(&read, TOMBSTONE_SEQUENCE_NUMBER, 0)};
        } else if (wrong.code == ERROR_CODE_NO_MEMORY) {
            return core_no_memory(l);
        } else {
            delta_report(l, d, (error_code)wrong.code, "tombstones", i, wrong.path);
        }
    }
    qsort(d->tombstones, d->tombstone_count, sizeof *d->tombstones, by_tombstone);
    return true;
}

bool delta_is_tombstone(const delta *d, const char *id) {
    const tombstone wanted = {.id = id};
    return d->tombstone_count &&
           bsearch(&wanted, d->tombstones, d->tombstone_count, sizeof *d->tombstones, by_tombstone);
}

bool delta_asks(const delta_question *asked, int64_t sequence) {
    return sequence > asked->after && (!asked->before || sequence < asked->before);
}

bool delta_covers(const delta *d, int64_t sequence) {
    return sequence >= d->from && sequence <= d->to;
}

/** Whether the range reaches up to `top`, as the newest page of it does, and has all messages asked for. */
static bool covers_page(const delta *d, int64_t top) {
    if (top > d->asked.after && d->to < top) return false;
    for (size_t i = 0; i < d->message_count; i++) {
        const int64_t sequence = d->messages[i].sequence;
        if (delta_asks(&d->asked, sequence) && !delta_covers(d, sequence)) return false;
    }
    return true;
}

/** What the page claims to cover, cut to what was asked and to what the server has. */
static void read_covers(core *l, delta *d) {
    const cJSON *covers = record_json(&d->page.fields, MESSAGES_PAGE_COVERS);
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
    if (!fits && (!is_reset || !d->asked.since)) report_path(l, d, ERROR_CODE_COVERS_MISMATCH, "covers");
}

bool delta_read_page(core *l, delta *d) {
    if (!read_messages(l, d) || !read_tombstones(l, d)) return false;
    read_covers(l, d);
    return true;
}
