#include "tab.h"

#include <stdlib.h>
#include <string.h>

#include "gen/schema.h"
#include "json.h"
#include "number.h"

#define TIME_MS_MAX 8.64e15 /* the last that JavaScript's Date knows */

larder_tab *larder_tab_new(uint32_t seed) {
    larder_tab *t = calloc(1, sizeof *t);
    if (!t) return NULL;
    t->random.state = seed;
    t->out.run = 1 + (int64_t)random_below(&t->random, 1U << 30);
    t->silence_ms = LIMIT_TAB_SILENCE_MS + (int64_t)random_below(&t->random, LIMIT_TAB_BEAT_MS);
    return t;
}

void larder_tab_free(larder_tab *t) {
    if (!t) return;
    handover_free(t);
    peers_free(t);
    arena_free(&t->memory);
    text_free(&t->input);
    text_free(&t->plan);
    free(t->instance);
    free(t->leader.instance);
    free(t);
}

void *larder_tab_input(larder_tab *t, size_t size) {
    return text_sized(&t->input, size);
}

const char *larder_tab_plan(const larder_tab *t) {
    return t->plan.at;
}

size_t larder_tab_plan_size(const larder_tab *t) {
    return t->plan.size;
}

char *tab_copy(larder_tab *t, const char *string) {
    char *copy = slice_copy(slice_of(string));
    if (!copy) t->out_of_memory = true;
    return copy;
}

/* ---- moves ---- */

text *tab_move(larder_tab *t, const char *name) {
    text_comma(&t->plan);
    text_raw(&t->plan, "{\"do\":");
    text_string(&t->plan, name);
    return &t->plan;
}

void tab_do(larder_tab *t, const char *name) {
    text_raw(tab_move(t, name), "}");
}

void tab_do_event(larder_tab *t, const char *name, int64_t n) {
    text *out = tab_move(t, name);
    text_number_member(out, "n", n);
    text_raw(out, "}");
}

text *tab_message(larder_tab *t, const char *move, int64_t n, const char *kind) {
    text *out = tab_move(t, move);
    if (n) text_number_member(out, "n", n);
    text_name(out, "message");
    text_raw(out, "{");
    text_number_member(out, "v", TAB_PROTOCOL);
    text_string_member(out, "kind", kind);
    text_string_member(out, "from", t->instance);
    return out;
}

static void say_left(larder_tab *t) {
    if (t->channel) text_raw(tab_message(t, "post", 0, "left"), "}}");
}

/** `fresh`: it knows nothing of how things are. */
static void say_here(larder_tab *t, bool fresh) {
    if (!t->channel) return;
    text *out = tab_message(t, "post", 0, "here");
    if (fresh) text_raw(out, ",\"fresh\":true");
    text_raw(out, "}}");
}

static void say_leads(larder_tab *t) {
    t->beat_ms = t->ticks_ms + LIMIT_TAB_BEAT_MS;
    if (!t->channel) return;
    text *out = tab_message(t, "post", 0, "leads");
    text_number_member(out, "generation", t->generation);
    text_raw(out, "}}");
}

/* ---- roles ---- */

static bool has_lock(const larder_tab *t) {
    return t->role == ROLE_BEGINS || t->role == ROLE_LEADS;
}

/** There is a leader, or there will be one: its silence counts from now on. */
static void listen(larder_tab *t) {
    t->leader.heard_ms = t->ticks_ms;
    t->here_ms = t->ticks_ms + LIMIT_TAB_BEAT_MS;
}

static void forget_leader(larder_tab *t) {
    free(t->leader.instance);
    t->leader = (tab_leader){0};
    listen(t);
}

static void begin(larder_tab *t) {
    t->role = ROLE_BEGINS;
    t->generation = t->lock_ms = 0;
    handover_anew(t);
    tab_do(t, "lead");
    say_leads(t);
}

/** Waits in line. Without locks it is the first who leads, and whoever hears nothing of another. */
static void follow(larder_tab *t) {
    t->role = ROLE_FOLLOWS;
    forget_leader(t);
    handover_anew(t);
    if (t->locks) tab_do(t, "lock");
    say_here(t, true);
}

static void stop_host(larder_tab *t) {
    if (!has_lock(t)) return;
    tab_do(t, "stop");
    peers_free(t);
    t->generation = 0;
}

static void start(larder_tab *t, const cJSON *happened) {
    const char *instance = json_text(happened, "instance");
    if (t->instance) return;
    t->locks = cJSON_IsTrue(json_get(happened, "locks"));
    t->channel = cJSON_IsTrue(json_get(happened, "channel"));
    t->instance = tab_copy(t, instance ? instance : "");
    if (t->locks) follow(t);
    else begin(t);
}

static void on_granted(larder_tab *t) {
    if (t->role == ROLE_FOLLOWS) begin(t);
    else if (t->role == ROLE_AWAY) tab_do(t, "unlock");
}

static void on_leading(larder_tab *t, const cJSON *happened) {
    if (t->role != ROLE_BEGINS) return;
    t->role = ROLE_LEADS;
    t->generation = json_integer(happened, "generation", 0);
    t->failures = t->steals = 0;
    say_leads(t);
}

static void on_lost(larder_tab *t) {
    if (!has_lock(t)) return;
    stop_host(t);
    follow(t);
}

static void on_fenced(larder_tab *t) {
    if (!has_lock(t)) return;
    stop_host(t);
    tab_do(t, "unlock");
    follow(t);
}

/** Others may be luckier; after a while it waits in line again. */
static void on_failed(larder_tab *t) {
    if (!has_lock(t)) return;
    stop_host(t);
    tab_do(t, "unlock");
    t->role = ROLE_FOLLOWS;
    forget_leader(t);
    handover_anew(t);
    t->lock_ms = t->ticks_ms + retry_wait_ms(&t->random, ++t->failures, NULL, t->wall_ms);
}

static void on_hidden(larder_tab *t) {
    if (t->role == ROLE_AWAY) return;
    stop_host(t);
    tab_do(t, "unlock");
    t->role = ROLE_AWAY;
    t->lock_ms = 0;
    forget_leader(t);
    handover_anew(t);
    say_left(t);
}

static void on_shown(larder_tab *t) {
    if (t->role != ROLE_AWAY || !t->instance) return;
    if (t->locks) follow(t);
    else begin(t);
}

/* ---- messages ---- */

static void hear_leader(larder_tab *t, const cJSON *message, const char *from) {
    const int64_t generation = json_integer(message, "generation", 0);
    const bool superseded = generation && generation < t->leader.generation;
    if (t->role != ROLE_FOLLOWS || superseded) return;
    listen(t);
    if (!generation || json_integer(message, "v", 0) != TAB_PROTOCOL) return;
    t->steals = 0;
    const bool same = t->leader.instance && strcmp(t->leader.instance, from) == 0;
    if (same && generation == t->leader.generation) return;
    char *instance = tab_copy(t, from);
    if (!instance) return;
    free(t->leader.instance);
    t->leader.instance = instance;
    t->leader.generation = generation;
    handover_anew(t);
}

static bool is_kind(const cJSON *message, const char *kind) {
    return slice_is(slice_of(json_text(message, "kind")), kind);
}

static bool is_for_me(const larder_tab *t, const cJSON *message) {
    return slice_is(slice_of(json_text(message, "to")), t->instance);
}

/** What was meant for a leader of another generation is not for this one. */
static void hear_event(larder_tab *t, const cJSON *message) {
    const bool mine = t->role == ROLE_LEADS && is_for_me(t, message);
    if (mine && json_integer(message, "generation", 0) == t->generation) peers_event(t, message);
}

static void hear_taken(larder_tab *t, const cJSON *message) {
    const bool mine = t->role == ROLE_FOLLOWS && is_for_me(t, message);
    if (!mine || json_integer(message, "generation", 0) != t->leader.generation) return;
    handover_taken(t, json_integer(message, "run", 0), json_integer(message, "place", 0));
}

static void hear_here(larder_tab *t, const char *from) {
    if (!has_lock(t)) return;
    peers_note(t, from);
    say_leads(t);
}

static void on_heard(larder_tab *t, const cJSON *message) {
    const char *from = json_text(message, "from");
    if (!from || (t->instance && strcmp(from, t->instance) == 0)) return;
    if (is_kind(message, "leads")) hear_leader(t, message, from);
    if (json_integer(message, "v", 0) != TAB_PROTOCOL) return;
    if (is_kind(message, "here")) hear_here(t, from);
    else if (is_kind(message, "event")) hear_event(t, message);
    else if (is_kind(message, "took")) hear_taken(t, message);
    else if (is_kind(message, "left")) peers_gone(t, from);
}

/* ---- time ---- */

static bool is_due(const larder_tab *t, int64_t moment_ms) {
    return moment_ms && moment_ms <= t->ticks_ms;
}

static int64_t steal_ms(const larder_tab *t) {
    const bool may = t->role == ROLE_FOLLOWS && t->channel && !t->lock_ms && t->steals < LIMIT_TAB_STEALS_MAX;
    return may ? t->leader.heard_ms + t->silence_ms : 0;
}

static int64_t here_ms(const larder_tab *t) {
    return t->role == ROLE_FOLLOWS && t->channel ? t->here_ms : 0;
}

static int64_t beat_ms(const larder_tab *t) {
    return has_lock(t) && t->channel && t->peers ? t->beat_ms : 0;
}

static void steal(larder_tab *t) {
    t->steals++;
    forget_leader(t);
    if (t->locks) tab_do(t, "steal");
    else begin(t);
}

/** A tab that wakes late has heard nothing because it slept. */
static void notice_sleep(larder_tab *t) {
    if (t->due_ms && t->ticks_ms > t->due_ms + LIMIT_TAB_BEAT_MS && t->role == ROLE_FOLLOWS) listen(t);
}

static void keep_time(larder_tab *t) {
    if (is_due(t, t->lock_ms)) {
        t->lock_ms = 0;
        follow(t);
    }
    if (is_due(t, steal_ms(t))) steal(t);
    if (is_due(t, here_ms(t))) {
        t->here_ms = t->ticks_ms + LIMIT_TAB_BEAT_MS;
        say_here(t, false);
    }
    if (is_due(t, beat_ms(t))) say_leads(t);
}

static void take_time(larder_tab *t, double given) {
    if (!(given > 0 && given < TIME_MS_MAX)) return;
    const int64_t wall_ms = (int64_t)given;
    if (t->wall_ms && wall_ms > t->wall_ms) t->ticks_ms += wall_ms - t->wall_ms;
    if (!t->wall_ms) t->ticks_ms = 1; /* 0 is no moment */
    t->wall_ms = wall_ms;
}

static int64_t deadline(const larder_tab *t) {
    const int64_t leader = earlier(steal_ms(t), here_ms(t));
    return earlier(earlier(leader, beat_ms(t)), earlier(t->lock_ms, handover_deadline(t)));
}

/* ---- the step ---- */

static void on_gone(larder_tab *t, const char *instance) {
    if (instance) peers_gone(t, instance);
}

static void on_event(larder_tab *t, const cJSON *happened) {
    const char *type = json_text(happened, "type");
    const int64_t n = json_integer(happened, "n", 0);
    const slice name = slice_of(type ? type : "");
    if (slice_is(name, "event")) handover_take(t, happened);
    else if (slice_is(name, "heard")) on_heard(t, json_get(happened, "message"));
    else if (slice_is(name, "mailed")) handover_mailed(t, n);
    else if (slice_is(name, "answered") || slice_is(name, "unmailed")) handover_ended(t, n);
    else if (slice_is(name, "gone")) on_gone(t, json_text(happened, "instance"));
    else if (slice_is(name, "start")) start(t, happened);
    else if (slice_is(name, "granted")) on_granted(t);
    else if (slice_is(name, "lost")) on_lost(t);
    else if (slice_is(name, "leading")) on_leading(t, happened);
    else if (slice_is(name, "failed")) on_failed(t);
    else if (slice_is(name, "fenced")) on_fenced(t);
    else if (slice_is(name, "hidden")) on_hidden(t);
    else if (slice_is(name, "shown")) on_shown(t);
}

static void take_input(larder_tab *t) {
    cJSON *all;
    const json_result result = json_parse((slice){t->input.at, t->input.size}, &t->memory, &all);
    t->out_of_memory = result == JSON_NO_MEMORY;
    if (result != JSON_OK) return;
    for (const cJSON *each = all->child; each; each = each->next) on_event(t, each);
}

static void finish(larder_tab *t) {
    t->due_ms = deadline(t);
    text_raw(&t->plan, "],\"deadline\":");
    if (t->due_ms) text_number(&t->plan, t->wall_ms + greater(0, t->due_ms - t->ticks_ms));
    else text_raw(&t->plan, "null");
    text_raw(&t->plan, "}");
}

int larder_tab_step(larder_tab *t, double now_ms) {
    take_time(t, now_ms);
    arena_reset(&t->memory);
    text_clear(&t->plan);
    text_raw(&t->plan, "{\"moves\":[");
    notice_sleep(t);
    take_input(t);
    keep_time(t);
    handover_pump(t);
    peers_acknowledge(t);
    finish(t);
    text_clear(&t->input);
    return !t->out_of_memory && !t->plan.failed;
}
