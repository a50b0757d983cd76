#include "download.h"

#include <stdlib.h>
#include <string.h>

/* utlist's macros compare in place. */
#include <utlist.h>

#include "arrival.h"
#include "asker.h"
#include "plant.h"
#include "thumbnail.h"

enum { IDLE_MAX = LIMIT_MEDIA_CALLS_MAX };

/* ---- who needs it ---- */

static bool is_needed(const download *d) {
    return d->askers || d->entry->wanted;
}

bool download_is_under_way(const media_entry *e) {
    return e->download && e->download->call;
}

/* ---- queues ---- */

static void enter(core *l, download *d, int queue) {
    d->queue = queue;
    DL_APPEND(l->media.queues[queue], d);
}

static void leave(core *l, download *d) {
    DL_DELETE(l->media.queues[d->queue], d);
}

static download *ensure(core *l, media_entry *e) {
    download *d = e->download;
    if (d && d->queue != DOWNLOAD_IDLE) return d;
    if (d) leave(l, d);
    else d = calloc(1, sizeof *d);
    if (!d) {
        core_no_memory(l);
        return NULL;
    }
    d->entry = e;
    e->download = d;
    enter(l, d, e->priority);
    return d;
}

void download_reorder(core *l, media_entry *e) {
    download *d = e->download;
    if (!d || d->queue == DOWNLOAD_IDLE || d->queue == e->priority) return;
    leave(l, d);
    enter(l, d, e->priority);
}

/** What failed for good is tried as if for the first time. */
static void begin_anew(core *l, download *d) {
    media_entry *e = d->entry;
    if (e->status != DOWNLOAD_STATUS_FAILED) return;
    d->failures = d->damaged = 0;
    d->retry_ms = 0;
    e->status = DOWNLOAD_STATUS_PENDING;
    media_set_text(l, e, MEDIA_LAST_ERROR, "");
    media_mark_dirty(l, e);
}

void download_want(core *l, media_entry *e) {
    download *d = ensure(l, e);
    if (!d) return;
    begin_anew(l, d);
    if (e->wanted) return;
    e->wanted = true;
    media_mark_dirty(l, e);
}

void download_ask(core *l, media_entry *e, const char *command) {
    if (asker_find(l, command)) return;
    download *d = ensure(l, e);
    if (!d) return;
    begin_anew(l, d);
    if (!d->askers) d->retry_ms = 0;
    asker_add(l, d, command);
}

/* ---- the end ---- */

/** The host forgets what it has of the entry, and breaks off the call if there is one. */
static void abort_call(core *l, download *d) {
    if (!d->call && !d->offset_bytes) return;
    text *out = plan_call_unanswered(&l->plan, CALL_METHOD_ABORT_CALL);
    text_number_member(out, "call", d->call ? d->call : d->last_call);
    text_string_member(out, "requestId", d->entry->chat->request_id);
    text_string_member(out, "filename", media_filename(d->entry));
    text_raw(out, "}}");
    if (d->call) l->media.calls--;
    d->call = d->offset_bytes = 0;
}

static void rest(core *l, media_entry *e) {
    if (e->status != DOWNLOAD_STATUS_DOWNLOADING) return;
    e->status = DOWNLOAD_STATUS_PENDING;
    media_mark_dirty(l, e);
}

/** Nothing of it is to be remembered. */
static void finish(core *l, download *d) {
    media_entry *e = d->entry;
    abort_call(l, d);
    leave(l, d);
    e->download = NULL;
    free(d);
    rest(l, e);
    media_place(l, e);
}

static void finish_and_clean(core *l, download *d) {
    media_entry *e = d->entry;
    finish(l, d);
    media_remove_if_idle(l, e);
}

/** Keeps a part that has come, of a few entries: somebody may ask again. */
static void keep_part(core *l, download *d) {
    int count = 0;
    const download *each;
    leave(l, d);
    enter(l, d, DOWNLOAD_IDLE);
    rest(l, d->entry);
    DL_FOREACH(l->media.queues[DOWNLOAD_IDLE], each) count++;
    if (count > IDLE_MAX) finish_and_clean(l, l->media.queues[DOWNLOAD_IDLE]);
}

/** After a failure, or when somebody has gone: one that nobody needs leaves its queue. */
static void settle(core *l, download *d) {
    if (d->call || is_needed(d)) return;
    if (d->offset_bytes) keep_part(l, d);
    else finish_and_clean(l, d);
}

void download_forget(core *l, const char *command) {
    asker *a = asker_find(l, command);
    if (!a) return;
    download *d = a->download;
    asker_forget(l, a);
    if (!is_needed(d)) finish_and_clean(l, d);
}

void download_stop(core *l, media_entry *e, error_code code) {
    download *d = e->download;
    if (!d) return;
    askers_refuse(l, d, code, NULL);
    finish(l, d);
}

void download_disconnected(core *l) {
    download *d, *next;
    for (int queue = 0; queue < DOWNLOAD_IDLE; queue++) {
        DL_FOREACH_SAFE(l->media.queues[queue], d, next) {
            askers_refuse(l, d, ERROR_CODE_OFFLINE, NULL);
            settle(l, d);
        }
    }
}

void download_connected(core *l) {
    download *d;
    for (int queue = 0; queue < DOWNLOAD_IDLE; queue++) {
        DL_FOREACH(l->media.queues[queue], d) {
            if (d->asked_to_wait) continue;
            d->retry_ms = 0;
            d->failures = 0;
        }
    }
}

void download_free(core *l) {
    for (int queue = 0; queue <= DOWNLOAD_IDLE; queue++) {
        while (l->media.queues[queue]) {
            download *d = l->media.queues[queue];
            while (d->askers) asker_forget(l, d->askers);
            leave(l, d);
            free(d);
        }
    }
}

/* ---- the call ---- */

void download_make_key(core *l, char key[DOWNLOAD_KEY_BYTES]) {
    const uint64_t halves[] = {
        (uint64_t)l->now_ms << 16 | random_below(&l->random, 1 << 16),
        random_below(&l->random, UINT64_MAX),
    };
    for (int i = 0; i < DOWNLOAD_KEY_BYTES - 1; i++)
        key[i] = "0123456789abcdef"[halves[i / 16] >> (60 - 4 * (i % 16)) & 15];
    key[DOWNLOAD_KEY_BYTES - 1] = 0;
}

bool download_writes(const core *l, const char *key) {
    const download *d;
    for (int queue = 0; queue < DOWNLOAD_IDLE; queue++) {
        DL_FOREACH(l->media.queues[queue], d) {
            if (d->call && strcmp(d->key, key) == 0) return true;
        }
    }
    return false;
}

static void call(core *l, download *d) {
    media_entry *e = d->entry;
    text *out = sync_begin_call(l, CALL_METHOD_FETCH_MEDIA, LIMIT_MEDIA_STALL_MS, &d->call);
    download_make_key(l, d->key);
    text_string_member(out, "requestId", e->chat->request_id);
    text_string_member(out, "filename", media_filename(e));
    text_string_member(out, "key", d->key);
    text_number_member(out, "filesFrom", retention_is_tight(l) ? 0 : l->media.files_from);
    text_number_member(out, "offset", d->offset_bytes);
    text_number_member(out, "itemBytes", retention_item_limit(l));
    text_raw(out, "}}");
    l->media.calls++;
    media_place(l, e);
    if (e->status == DOWNLOAD_STATUS_DOWNLOADING) return;
    e->status = DOWNLOAD_STATUS_DOWNLOADING;
    media_mark_dirty(l, e);
}

static bool may_call(const core *l) {
    return l->sync.browser_online && !l->sync.auth_paused && l->media.calls < LIMIT_MEDIA_CALLS_MAX;
}

/** While the server can't be reached only what somebody waits for is tried. */
static bool is_waiting(const core *l, const download *d) {
    return !d->call && is_needed(d) && (l->sync.reachable || d->askers);
}

static download *next_due(const core *l) {
    download *d;
    for (int queue = MEDIA_PRIORITY_HIGH; queue >= 0; queue--) {
        DL_FOREACH(l->media.queues[queue], d) {
            if (is_waiting(l, d) && d->retry_ms <= l->ticks_ms) return d;
        }
    }
    return NULL;
}

void download_pump(core *l) {
    while (may_call(l)) {
        download *d = next_due(l);
        if (!d) return;
        call(l, d);
    }
}

int64_t download_deadline(const core *l) {
    const download *d;
    int64_t deadline_ms = 0;
    for (int queue = 0; queue < DOWNLOAD_IDLE && may_call(l); queue++) {
        DL_FOREACH(l->media.queues[queue], d) {
            if (!is_waiting(l, d) || d->retry_ms <= l->ticks_ms) continue;
            if (!deadline_ms || d->retry_ms < deadline_ms) deadline_ms = d->retry_ms;
        }
    }
    return deadline_ms;
}

/* ---- its end ---- */

/** It is not here, and the page is told why. Who wants it without waiting may still get it later. */
static void fail(core *l, download *d, error_code code, const char *reason) {
    media_entry *e = d->entry;
    askers_refuse(l, d, code, reason);
    e->status = DOWNLOAD_STATUS_FAILED;
    media_set_text(l, e, MEDIA_LAST_ERROR, error_code_names[code]);
    media_mark_dirty(l, e);
}

static void fail_for_good(core *l, download *d, error_code code, const char *reason) {
    fail(l, d, code, reason);
    d->entry->wanted = false;
    finish(l, d);
}

static void wait_for_next_try(core *l, download *d, const call_end *end) {
    int64_t wait_ms = retry_wait_ms(&l->random, ++d->failures, end->retry_after, l->now_ms);
    const bool is_last = d->failures >= LIMIT_MEDIA_TRIES_MAX;
    d->asked_to_wait = end->retry_after != NULL;
    if (is_last && wait_ms < LIMIT_RETRY_AFTER_MAX_MS) wait_ms = LIMIT_RETRY_AFTER_MAX_MS;
    d->retry_ms = PLANTED(download_forgotten) ? INT64_MAX : l->ticks_ms + wait_ms;
    if (!is_last) return;
    fail(l, d, end->code, end->reason);
    settle(l, d);
}

/** Without credentials nothing was tried. */
static void pause_download(core *l, download *d, const call_end *end) {
    askers_refuse(l, d, end->code, end->reason);
    rest(l, d->entry);
    settle(l, d);
}

/** Each byte that came is kept for the next try, and shows that it is worth one. */
static void take_part(download *d, const event *e) {
    const int64_t received = json_integer(e->header, "received", 0);
    if (received > d->offset_bytes) d->failures = 0;
    d->offset_bytes = received;
}

static void failed(core *l, download *d, const event *e, const call_end *end) {
    const char *request_id = d->entry->chat->request_id;
    take_part(d, e);
    if (end->outcome == OUTCOME_AUTH) pause_download(l, d, end);
    else if (end->outcome == OUTCOME_TERMINAL) fail_for_good(l, d, end->code, end->reason);
    else if (is_needed(d)) wait_for_next_try(l, d, end);
    else settle(l, d);
    plan_error(&l->plan, end->code, request_id, call_method_names[end->method], end->reason);
}

/** What came is not what the server has: it is fetched once more, from the start. */
static void came_damaged(core *l, download *d) {
    d->offset_bytes = 0;
    if (++d->damaged < 2) {
        settle(l, d);
        return;
    }
    plan_error(&l->plan, ERROR_CODE_MEDIA_DAMAGED, d->entry->chat->request_id,
               call_method_names[CALL_METHOD_FETCH_MEDIA], NULL);
    fail_for_good(l, d, ERROR_CODE_MEDIA_DAMAGED, NULL);
}

static void came(core *l, download *d, const arrival *a) {
    media_entry *e = d->entry;
    media_hold(l, e, true);
    const bool kept = arrival_store(l, e, a);
    d->offset_bytes = 0;
    askers_serve(l, d, kept, a->held);
    finish(l, d);
    media_hold(l, e, false);
    if (kept) thumbnail_want(l, e);
    else media_remove_if_idle(l, e);
}

/** What came for nobody, or of a call of an earlier core to a file that has been deleted since. */
static bool is_for_nobody(const core *l, const download *d, const arrival *a) {
    return !d || arrival_is_lost(l, a);
}

static void arrived(core *l, download *d, const event *e, const call_end *end) {
    arrival a;
    sync_noticed(l, end);
    if (!arrival_read(e, &a)) {
        plan_error(&l->plan, ERROR_CODE_BAD_EVENT, NULL, "reply", NULL);
        if (d) fail_for_good(l, d, ERROR_CODE_BAD_EVENT, NULL);
        return;
    }
    if (is_for_nobody(l, d, &a)) {
        arrival_discard(l, &a);
        return;
    }
    if (d->call) abort_call(l, d); /* the one of this core, if what came is of an earlier one's */
    if (arrival_is_intact(&a)) {
        came(l, d, &a);
    } else {
        arrival_discard(l, &a);
        came_damaged(l, d);
    }
}

/** What came could not be stored three times. */
static void set_aside(core *l, download *d, const event *e) {
    arrival a;
    if (arrival_read(e, &a)) arrival_discard(l, &a);
    if (d) fail_for_good(l, d, ERROR_CODE_SET_ASIDE, json_text(e->header, "abortReason"));
}

/** The download that a call was for, off what is under way; `*known`: the call was this core's own. */
static download *call_ended(core *l, const event *e, const call_end *end, bool *known) {
    const cJSON *params = json_get(json_get(e->header, "call"), "params");
    const char *filename = json_text(params, "filename");
    media_entry *entry = filename ? media_find_file(l, end->request_id, filename) : NULL;
    download *d = entry ? entry->download : NULL;
    *known = d && end->id && d->call == end->id;
    if (!*known) return d;
    d->last_call = d->call;
    d->call = 0;
    l->media.calls--;
    media_place(l, entry);
    return d;
}

void download_ended(core *l, const event *e, const call_end *end) {
    bool known;
    download *d = call_ended(l, e, end, &known);
    if (e->attempt > 2) {
        set_aside(l, d, e);
    } else if (end->outcome == OUTCOME_OK) {
        arrived(l, d, e, end);
    } else if (known) {
        sync_noticed(l, end);
        failed(l, d, e, end);
    }
}
