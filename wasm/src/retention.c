#include "retention.h"

#include <string.h>

#include "command.h"
#include "media.h"
#include "number.h"
#include "plant.h"
#include "sync.h"
#include "trim.h"

enum {
    ESTIMATE_EVERY_MS = 300000,
    ESTIMATE_EVERY_BYTES = 16 << 20,
    ESTIMATES_A_LEARNED_QUOTA = 16,
    LEARNED_STEP_BYTES = 1 << 20,
    RESERVE_BYTES = 2 << 20,
    EMERGENCY_PERCENT = 83, /* of which 90 are to be left */
};

/* ---- the limit ---- */

static int64_t percent_of(int64_t bytes, int64_t percent) {
    return bytes / 100 * percent + bytes % 100 * percent / 100;
}

/** As the app set it. */
static int64_t set_limit(const core *l) {
    return l->retention.limit_bytes ? l->retention.limit_bytes : LIMIT_CACHE_BYTES;
}

int64_t retention_limit(const core *l) {
    const retention *r = &l->retention;
    int64_t limit = set_limit(l);
    if (r->hint_bytes) limit = lesser(limit, r->hint_bytes);
    if (r->learned_bytes) limit = lesser(limit, r->learned_bytes);
    return limit;
}

int64_t retention_item_limit(const core *l) {
    const int64_t item = l->retention.limit_item_bytes;
    return lesser(item ? item : set_limit(l) / 4, retention_limit(l));
}

/** Down to where what is too much is made to go. */
static int64_t lower_mark(const core *l) {
    return percent_of(retention_limit(l), LIMIT_EVICT_TO_PERCENT);
}

bool retention_has_room(const core *l) {
    return stats_total_bytes(l) < lower_mark(l);
}

/** A limit that an object names; `*limit` stays where it names none. False when it is no number of bytes. */
static bool take_limit(const cJSON *from, const char *name, int64_t *limit) {
    int64_t bytes;
    const cJSON *given = json_get(from, name);
    if (!given || cJSON_IsNull(given)) return true;
    if (!json_is_integer(given, &bytes) || bytes < 1) return false;
    *limit = bytes;
    return true;
}

void retention_start(core *l, const cJSON *limits) {
    take_limit(limits, "bytes", &l->retention.limit_bytes);
    take_limit(limits, "itemBytes", &l->retention.limit_item_bytes);
    l->retention.estimates = true;
}

void retention_set_limits(core *l, const event *e) {
    retention *r = &l->retention;
    if (!take_limit(e->header, "bytes", &r->limit_bytes)) command_refuse(l, command_of(e), "bytes");
    else if (!take_limit(e->header, "itemBytes", &r->limit_item_bytes))
        command_refuse(l, command_of(e), "itemBytes");
    else command_done(l, command_of(e));
}

/* ---- what the page is told ---- */

static void tell(core *l, const char *not_kept) {
    const retention *r = &l->retention;
    text *out = plan_signal(&l->plan, SIGNAL_TYPE_QUOTA);
    text_string_member(out, "level", quota_level_names[r->level]);
    text_number_member(out, "usage", r->usage_bytes);
    text_number_member(out, "quota", r->quota_bytes);
    text_number_member(out, "limit", retention_limit(l));
    text_number_member(out, "total", stats_total_bytes(l));
    if (not_kept) text_string_member(out, "notKept", not_kept);
    text_raw(out, "}");
    l->retention.level_told = (int)r->level;
}

bool retention_is_tight(const core *l) {
    return l->retention.learned_quota_bytes > 0;
}

void retention_not_kept(core *l, const char *id) {
    l->retention.estimate_wanted = retention_is_tight(l);
    tell(l, id);
}

/** Once for each time that more is stored than may be, and nothing more can go. */
static void tell_over(core *l) {
    const bool over = stats_total_bytes(l) > retention_limit(l);
    if (over && !l->retention.over_told) tell(l, NULL);
    l->retention.over_told = over;
}

/* ---- making room ---- */

/** Evicts media of at least so many bytes; how many are missing, if there are not enough. */
static int64_t evict_media(core *l, int64_t bytes) {
    int64_t freed;
    while (bytes > 0 && media_evict_next(l, NULL, &freed)) {
        bytes -= freed;
        l->retention.usage_bytes -= lesser(freed, l->retention.usage_bytes);
    }
    return bytes > 0 ? bytes : 0;
}

/**
 * Whether a browser that was full before has room for so much, after media have gone for it. What went before
 * and is in use in a page it keeps until that is over: then nothing more goes for it.
 */
static bool admit_tightly(core *l, int64_t bytes) {
    const retention *r = &l->retention;
    if (!retention_is_tight(l)) return true;
    const int64_t over = r->usage_bytes + bytes - r->quota_bytes;
    if (over <= 0) return true;
    if (over <= r->lingering_bytes || over > media_evictable_bytes(l)) return false;
    evict_media(l, over);
    return true;
}

/** Asks for what is stored of the chat that loses so many bytes next; false when none may, or need. */
static bool ask_for_victim(core *l, int64_t bytes) {
    retention *r = &l->retention;
    r->wanted_bytes = bytes;
    r->victim = bytes > 0 ? trim_victim(l) : NULL;
    if (r->victim) trim_ask(l, r->victim);
    return r->victim;
}

static void owe(core *l, int64_t bytes) {
    if (bytes > l->retention.owed_bytes) l->retention.owed_bytes = bytes;
}

void retention_rows(core *l, slice rows, event_reader *blocks) {
    retention *r = &l->retention;
    const int64_t freed = trim_rows(l, r->victim, r->wanted_bytes, rows, blocks);
    r->owed_bytes -= lesser(freed, r->owed_bytes);
}

bool retention_prepare(core *l, int64_t bytes) {
    const int64_t over = stats_total_bytes(l) + bytes - retention_limit(l);
    const int64_t missing = over - media_evictable_bytes(l);
    if (retention_is_tight(l)) return false;
    if (missing <= 0 || bytes > retention_item_limit(l) || trim_possible_bytes(l) < missing) return false;
    return ask_for_victim(l, missing);
}

static void note_written(core *l, int64_t bytes) {
    l->retention.written_bytes += bytes;
    l->retention.usage_bytes += bytes;
}

bool retention_admit(core *l, int64_t bytes) {
    if (!admit_tightly(l, bytes)) return false;
    const int64_t total = stats_total_bytes(l) + bytes, limit = retention_limit(l);
    if (total > limit && !PLANTED(media_over_limit)) {
        if (total - limit > media_evictable_bytes(l)) return false;
        evict_media(l, total - lower_mark(l));
    }
    note_written(l, bytes);
    return true;
}

/** Messages go for what the app or the browser has set, not for what a browser was caught at. */
static bool may_owe(const core *l) {
    return !retention_is_tight(l) || stats_total_bytes(l) > set_limit(l);
}

bool retention_close(core *l) {
    const int64_t total = stats_total_bytes(l);
    if (total > retention_limit(l) && !PLANTED(media_over_limit)) {
        const int64_t missing = evict_media(l, total - lower_mark(l));
        if (may_owe(l)) owe(l, missing);
    }
    if (ask_for_victim(l, l->retention.owed_bytes)) return true;
    l->retention.owed_bytes = 0;
    return false;
}

/* ---- the browser's quota ---- */

void retention_note_written(core *l) {
    note_written(l, (int64_t)(l->plan.writes.size + l->plan.bytes.size));
}

static void begin_estimate(core *l) {
    retention *r = &l->retention;
    r->estimated = true;
    r->estimate_wanted = false;
    r->asked_ms = l->ticks_ms;
    r->written_bytes = 0;
    sync_begin_call(l, CALL_METHOD_ESTIMATE_STORAGE, LIMIT_CALL_TIMEOUT_MS, &r->call);
    text_raw(&l->plan.calls, "}}");
}

/** How much may be written before the browser is asked again. */
static int64_t estimate_every(const core *l) {
    const int64_t learned = l->retention.learned_quota_bytes;
    return learned ? lesser(learned / ESTIMATES_A_LEARNED_QUOTA, ESTIMATE_EVERY_BYTES) : ESTIMATE_EVERY_BYTES;
}

/** At the start, and when enough was written since the last, or something a while ago. */
static bool is_estimate_due(const core *l) {
    const retention *r = &l->retention;
    if (!r->estimates || r->call || !l->media.keeps) return false;
    if (!r->estimated || r->estimate_wanted || r->written_bytes >= estimate_every(l)) return true;
    return r->written_bytes && l->ticks_ms - r->asked_ms >= ESTIMATE_EVERY_MS;
}

void retention_pump(core *l) {
    if (is_estimate_due(l)) begin_estimate(l);
    if ((int)l->retention.level != l->retention.level_told) tell(l, NULL);
    tell_over(l);
}

static quota_level level_of(const retention *r) {
    if (r->usage_bytes >= percent_of(r->quota_bytes, LIMIT_QUOTA_CRITICAL_PERCENT))
        return QUOTA_LEVEL_CRITICAL;
    if (r->usage_bytes >= percent_of(r->quota_bytes, LIMIT_QUOTA_LOW_PERCENT)) return QUOTA_LEVEL_LOW;
    return QUOTA_LEVEL_NORMAL;
}

static void raise(int64_t *learned) {
    if (*learned) *learned += *learned / 10 + LEARNED_STEP_BYTES;
}

/** What was learned of an aborted transaction is doubted a little more after each while. */
static void doubt(core *l) {
    retention *r = &l->retention;
    if (l->ticks_ms - r->learned_ms < ESTIMATE_EVERY_MS) return;
    raise(&r->learned_bytes);
    raise(&r->learned_quota_bytes);
    r->learned_ms = l->ticks_ms;
}

/** Of a browser that was full: what it stores besides, and what it hasn't deleted yet, as far as can be seen.
 */
static void take_overhead(core *l) {
    retention *r = &l->retention;
    const int64_t total = stats_total_bytes(l), besides = r->usage_bytes > total ? r->usage_bytes - total : 0;
    if (!r->besides_known || besides < r->besides_bytes) r->besides_bytes = besides;
    r->besides_known = true;
    r->lingering_bytes = besides - r->besides_bytes;
}

/** What may be stored in all by what the browser said last, or let itself be caught at. */
static int64_t hint_of(core *l) {
    const retention *r = &l->retention;
    const int64_t left = r->quota_bytes > r->usage_bytes ? r->quota_bytes - r->usage_bytes : 0;
    if (!retention_is_tight(l)) return stats_total_bytes(l) + percent_of(left, 90);
    return r->quota_bytes - r->besides_bytes;
}

static void take_usage(core *l, int64_t usage, int64_t quota) {
    retention *r = &l->retention;
    const int64_t learned = r->learned_quota_bytes;
    r->usage_bytes = usage;
    r->quota_bytes = learned ? lesser(learned, quota) : quota;
    r->level = level_of(r);
    if (retention_is_tight(l)) take_overhead(l);
    const int64_t hint = hint_of(l);
    r->hint_bytes = hint > 0 ? hint : 1;
}

void retention_estimated(core *l, const event *e) {
    retention *r = &l->retention;
    const int64_t usage = json_integer(e->header, "usage", -1), quota = json_integer(e->header, "quota", 0);
    r->call = 0;
    r->estimates = usage >= 0 && quota > 0;
    if (!r->estimates) return;
    doubt(l);
    take_usage(l, usage, quota);
}

/** How far a full browser is left alone: by what is stored here, and more if that isn't much of its usage. */
static int64_t reserve_of(int64_t total, int64_t usage) {
    const int64_t own = total - percent_of(total, EMERGENCY_PERCENT);
    const int64_t most = total / 2 > RESERVE_BYTES ? total / 2 : RESERVE_BYTES;
    const int64_t usual = lesser(usage - percent_of(usage, LIMIT_EVICT_TO_PERCENT), most);
    return own > usual ? own : usual;
}

/** What is stored was too much; and, if it is not messages that fill the browser, what it says that it
 * stores. */
static void learn(core *l, int64_t usage) {
    retention *r = &l->retention;
    const int64_t total = stats_total_bytes(l);
    r->learned_ms = l->ticks_ms;
    if (usage <= 2 * (total - media_bytes(l))) {
        r->learned_bytes = percent_of(total, EMERGENCY_PERCENT) + 1;
        return;
    }
    r->learned_quota_bytes = usage - reserve_of(total, usage);
    take_usage(l, usage, r->learned_quota_bytes);
}

void retention_quota_exceeded(core *l, const event *e) {
    retention *r = &l->retention;
    const int64_t total = stats_total_bytes(l);
    const int64_t times = json_integer(e->header, "times", 1);
    learn(l, json_integer(e->header, "usage", 0));
    if (retention_is_tight(l)) evict_media(l, percent_of(media_bytes(l), lesser(times, 3) * 100 / 3));
    else if (times > 1 && evict_media(l, total) == total) owe(l, total);
    r->level = QUOTA_LEVEL_CRITICAL;
    r->level_told = -1;
}
