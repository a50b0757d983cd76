#include "larder.h"

#include <stdlib.h>
#include <string.h>

#include "announce.h"
#include "attempt.h"
#include "command.h"
#include "download.h"
#include "hydrate.h"
#include "mail.h"
#include "media_command.h"
#include "number.h"
#include "outbox_command.h"
#include "plant.h"
#include "reply.h"
#include "sync.h"
#include "thumbnail.h"
#include "turn.h"
#include "waiter.h"

#define TIME_MS_MAX 8.64e15 /* the last that JavaScript's Date knows */

larder *larder_new(uint32_t seed) {
    larder *l = calloc(1, sizeof *l);
    if (!l) return NULL;
    l->core.random.state = seed;
    l->core.sync.browser_online = l->core.sync.reachable = true;
    l->core.sync.next_call = 1 + (int64_t)random_below(&l->core.random, 1U << 30);
    return l;
}

void larder_free(larder *l) {
    if (!l) return;
    waiters_free(&l->core);
    outbox_free(&l->core);
    download_free(&l->core);
    thumbnail_free(&l->core);
    media_free(&l->core);
    chats_free(&l->core.chats);
    arena_free(&l->core.memory);
    plan_free(&l->core.plan);
    free(l->core.chats_cursor);
    free(l->core.user_id);
    text_free(&l->input);
    text_free(&l->rows);
    free(l);
}

bool core_no_memory(core *l) {
    l->out_of_memory = true;
    return false;
}

void *larder_input(larder *l, size_t size) {
    return text_sized(l->pending == PENDING_NONE ? &l->input : &l->rows, size);
}

const char *larder_plan(const larder *l) {
    return l->core.plan.whole.at;
}

const char *larder_bytes(const larder *l) {
    return l->core.plan.bytes.at;
}

size_t larder_plan_size(const larder *l) {
    return l->core.plan.whole.size;
}

/* ---- events ---- */

/** An event that could not be stored three times. What was asked of it is answered, so that nobody waits. */
static void set_aside(larder *l, const event *e) {
    const char *command = json_text(e->header, "command");
    const char *reason = json_text(e->header, "abortReason");
    if (command) plan_reply(&l->core.plan, command, ERROR_CODE_SET_ASIDE, reason);
    plan_error(&l->core.plan, ERROR_CODE_SET_ASIDE, NULL, event_type_names[e->type], reason);
}

/** After the last row that is stored. */
static void start(core *inner) {
    media_hydrated(inner);
    sync_start(inner);
}

static void on_hydrate(larder *l, const event *e) {
    core *inner = &l->core;
    const bool goes_on = inner->hydrating;
    inner->hydrating = cJSON_IsTrue(json_get(e->header, "more"));
    if (goes_on) {
        hydrate_more(inner, e);
    } else {
        inner->plan.generation = PLANTED(not_fenced) ? 0 : json_integer(e->header, "generation", 0);
        retention_start(inner, json_get(e->header, "limits"));
        if (hydrate(inner, e)) l->pending = PENDING_TALLY;
        hydrate_set_aside(inner, json_get(e->header, "setAside"));
        if (cJSON_IsTrue(json_get(e->header, "again")) && !PLANTED(takeover_untold)) announce_again(inner);
    }
    if (l->pending == PENDING_NONE && !inner->hydrating) start(inner);
}

static void on_event(larder *l, const event *e) {
    core *inner = &l->core;
    if (e->attempt > 2 && e->type != EVENT_TYPE_REPLY && e->type != EVENT_TYPE_HYDRATE) {
        set_aside(l, e);
        return;
    }
    switch (e->type) {
    case EVENT_TYPE_HYDRATE: on_hydrate(l, e); break;
    case EVENT_TYPE_CONNECTIVITY:
        sync_connectivity(inner, e);
        media_connectivity(inner);
        break;
    case EVENT_TYPE_CREDENTIALS: sync_credentials(inner); break;
    case EVENT_TYPE_DEADLINE: /* what else is due is found by the pump */
        if (seal_begin(inner, &l->seal)) l->pending = PENDING_SEAL;
        break;
    case EVENT_TYPE_SIGNAL: sync_signal(inner, e); break;
    case EVENT_TYPE_REPLY: reply_take(l, e); break;
    case EVENT_TYPE_OPEN: command_open(inner, e); break;
    case EVENT_TYPE_CLOSE: command_close(inner, e); break;
    case EVENT_TYPE_SYNC: command_sync(inner, e); break;
    case EVENT_TYPE_FILL: command_fill(inner, e); break;
    case EVENT_TYPE_TOUCH: command_touch(inner, e); break;
    case EVENT_TYPE_READ:
        if (command_read(inner, e, &l->reading)) l->pending = PENDING_READING;
        break;
    case EVENT_TYPE_DAMAGED:
        l->damaged = command_damaged(inner, e);
        if (l->damaged) l->pending = PENDING_DAMAGED;
        break;
    case EVENT_TYPE_SEND: outbox_send(inner, e); break;
    case EVENT_TYPE_EDIT: outbox_edit(inner, e); break;
    case EVENT_TYPE_RETRY: outbox_retry(inner, e); break;
    case EVENT_TYPE_RETRY_ALL: outbox_retry_all(inner, e); break;
    case EVENT_TYPE_CANCEL: outbox_cancel(inner, e); break;
    case EVENT_TYPE_MEDIA_GET:
    case EVENT_TYPE_MEDIA_FORGET:
    case EVENT_TYPE_MEDIA_TOUCH:
    case EVENT_TYPE_MEDIA_PIN:
    case EVENT_TYPE_MEDIA_PRIORITY:
    case EVENT_TYPE_MEDIA_PREFETCH:
    case EVENT_TYPE_MEDIA_DELETE:
    case EVENT_TYPE_MEDIA_EVICT:
    case EVENT_TYPE_MEDIA_FILES: media_event(inner, e); break;
    case EVENT_TYPE_REPAIR:
        media_event(inner, e);
        stats_ask_recount(inner);
        l->pending = PENDING_RECOUNT;
        break;
    case EVENT_TYPE_LIMITS: retention_set_limits(inner, e); break;
    case EVENT_TYPE_QUOTA_EXCEEDED: retention_quota_exceeded(inner, e); break;
    case EVENT_TYPE_BLOCK:
    case EVENT_TYPE_ROWS: plan_error(&inner->plan, ERROR_CODE_BAD_EVENT, NULL, "rows", NULL); break;
    }
}

static void take_event(larder *l, const event *e) {
    const size_t replies_before = l->core.plan.replies.size;
    on_event(l, e);
    mail_carried_out(&l->core, e, replies_before);
}

static event_reader reader_of(const text *input) {
    const unsigned char *at = (const unsigned char *)input->at;
    return (event_reader){at, at ? at + input->size : NULL};
}

static void go_on(larder *l, pending waited, slice rows, event_reader *blocks) {
    core *inner = &l->core;
    switch (waited) {
    case PENDING_TALLY:
        hydrate_tally(inner, rows);
        if (!inner->hydrating) start(inner);
        break;
    case PENDING_READING: command_read_rows(inner, &l->reading, rows, blocks); break;
    case PENDING_DAMAGED: command_damaged_rows(inner, l->damaged, blocks); break;
    case PENDING_SEAL: seal_rows(inner, &l->seal, rows, blocks); break;
    case PENDING_RETENTION: retention_rows(inner, rows, blocks); break;
    case PENDING_RECOUNT: stats_recount(inner, rows, true); break;
    default: reply_go_on(l, waited, rows, blocks);
    }
}

/** Goes on with what waited for rows. */
static void resume(larder *l) {
    event_reader reader = reader_of(&l->rows);
    event e;
    const pending waited = l->pending;
    l->pending = PENDING_NONE;
    if (waited == PENDING_MORE) return;
    const event_result result = event_next(&reader, &l->core.memory, &e);
    if (result == EVENT_NO_MEMORY) {
        core_no_memory(&l->core);
        return;
    }
    const bool came = result == EVENT_READ && e.type == EVENT_TYPE_ROWS;
    if (!came) plan_error(&l->core.plan, ERROR_CODE_BAD_EVENT, NULL, "rows", NULL);
    const slice rows = came ? e.body : slice_of("[]");
    go_on(l, waited, rows, &reader);
    text_clear(&l->rows);
}

/** Whether the plan is to be carried out before more is decided, so that both are done side by side. */
static bool is_full(const larder *l) {
    const plan *p = &l->core.plan;
    return p->writes.size + p->bytes.size > LIMIT_PLAN_BYTES && l->reader.at < l->reader.end;
}

static void take_events(larder *l) {
    core *inner = &l->core;
    event e;
    while (!inner->out_of_memory && l->pending == PENDING_NONE) {
        if (is_full(l)) {
            l->pending = PENDING_MORE;
            return;
        }
        switch (event_next(&l->reader, &inner->memory, &e)) {
        case EVENT_READ: take_event(l, &e); break;
        case EVENT_BAD: plan_error(&inner->plan, ERROR_CODE_BAD_EVENT, NULL, NULL, NULL); break;
        case EVENT_NO_MEMORY: core_no_memory(inner); break;
        case EVENT_NONE: return;
        }
    }
}

/* ---- the step ---- */

static void write_position(core *inner) {
    if (!inner->position_dirty) return;
    inner->position_dirty = false;
    text *out = plan_put(&inner->plan, STORE_CACHE_STATS);
    text_raw(out, "{\"key\":\"sync\",\"chatsCursor\":");
    text_string(out, inner->chats_cursor);
    if (inner->layout == LAYOUT_BLOCKS) text_raw(out, ",\"sealed\":true");
    if (inner->blocks_there) text_raw(out, ",\"blocks\":true");
    text_raw(out, "}");
}

static void write_chats(core *inner) {
    for (chat *c = inner->chats.touched; c; c = c->next_touched) {
        if (!c->dirty) continue;
        c->stored = true;
        chat_write(c, inner->layout, plan_put(&inner->plan, STORE_CHAT_META));
    }
}

/** After the last event: rows of the chats that changed, the calls that are due, what the page is told. */
static void close_step(core *inner) {
    if (inner->hydrating) return;
    download_pump(inner);
    thumbnail_pump(inner);
    media_close_step(inner);
    write_chats(inner);
    write_position(inner);
    stats_write(inner);
    sync_pump(inner);
    attempt_pump(inner);
    retention_pump(inner);
    sync_settle(inner);
    seal_schedule(inner);
    announce_changes(inner);
}

static void take_time(core *inner, double given) {
    if (!(given > 0 && given < TIME_MS_MAX)) return;
    const int64_t wall_ms = (int64_t)given;
    if (inner->wall_ms && wall_ms > inner->wall_ms) inner->ticks_ms += wall_ms - inner->wall_ms;
    if (wall_ms > inner->now_ms) inner->now_ms = wall_ms;
    inner->wall_ms = wall_ms;
}

static int64_t deadline_ms(const core *inner) {
    const int64_t calls = earlier(sync_deadline(inner), attempt_deadline(inner));
    const int64_t media = earlier(download_deadline(inner), media_deadline(inner));
    const int64_t due = earlier(earlier(calls, media), inner->seal_ms);
    return due ? inner->wall_ms + due - inner->ticks_ms : 0;
}

/**
 * Whether what comes must be on disk for good once it is committed. The first plan of a transaction decides,
 * so all of its events are looked at; events that join one that is open find it as it is.
 */
static void choose_durability(larder *l) {
    core *inner = &l->core;
    event_reader reader = l->reader;
    event e;
    event_result result;
    bool joins = false, strict = attempt_may_come(inner);
    while ((result = event_next(&reader, &inner->memory, &e)) == EVENT_READ || result == EVENT_BAD) {
        if (result == EVENT_BAD) continue;
        joins = joins || cJSON_IsTrue(json_get(e.header, "joins"));
        strict = strict || outbox_is_written_by(&e);
    }
    if (result == EVENT_NO_MEMORY) core_no_memory(inner);
    if (joins) return;
    inner->opened = false;
    inner->strict = strict;
}

static void begin_step(larder *l, double now_ms) {
    core *inner = &l->core;
    take_time(inner, now_ms);
    plan_clear(&inner->plan);
    if (l->pending != PENDING_NONE) {
        resume(l);
        return;
    }
    arena_reset(&inner->memory);
    l->reader = reader_of(&l->input);
    choose_durability(l);
}

int larder_step(larder *l, double now_ms) {
    core *inner = &l->core;
    begin_step(l, now_ms);
    take_events(l);
    const bool ended = l->pending == PENDING_NONE && !inner->out_of_memory && !inner->hydrating;
    if (ended && retention_close(inner)) l->pending = PENDING_RETENTION;
    const bool done = l->pending == PENDING_NONE;
    if (done) {
        close_step(inner);
        text_clear(&l->input);
    }
    if (inner->memory.failed) core_no_memory(inner);
    const bool more = l->pending == PENDING_MORE;
    retention_note_written(inner);
    inner->plan.durability = inner->strict ? DURABILITY_STRICT : DURABILITY_RELAXED;
    inner->opened = inner->opened || inner->plan.writes.size || inner->plan.reads.size;
    if (!plan_finish(&inner->plan, done ? deadline_ms(inner) : 0, more)) core_no_memory(inner);
    if (inner->out_of_memory) return LARDER_NO_MEMORY;
    return done ? LARDER_DONE : more ? LARDER_MORE : LARDER_READS;
}
