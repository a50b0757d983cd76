#include "handover.h"

#include <stdlib.h>
#include <string.h>

#include <utlist.h>

#include "gen/schema.h"
#include "json.h"
#include "number.h"
#include "tab.h"

/* ---- an entry ---- */

/** Nobody is to have it any more but for its place in the line. */
static bool is_once(const entry *e) {
    return !e->command && (!e->standing || e->ends);
}

static void entry_free(entry *e) {
    free(e->standing);
    free(e->of);
    free(e);
}

static void drop(larder_tab *t, entry *e) {
    tab_do_event(t, "forget", e->n);
    DL_DELETE(t->out.entries, e);
    entry_free(e);
}

/** One that is on its way keeps its place until it was taken: the leader takes none behind it before. */
static void forget(larder_tab *t, entry *e) {
    if (e->state == ENTRY_HANDED) e->over = true;
    else drop(t, e);
}

static entry *find(const larder_tab *t, int64_t n) {
    entry *e;
    DL_FOREACH(t->out.entries, e) {
        if (e->n == n && !e->over) return e;
    }
    return NULL;
}

/** Of two `open` with one view the later counts, and of what is said of the network. */
static entry *find_standing(const larder_tab *t, const char *standing) {
    entry *e;
    DL_FOREACH(t->out.entries, e) {
        if (e->standing && !e->ends && !e->over && strcmp(e->standing, standing) == 0) return e;
    }
    return NULL;
}

static entry *find_command(const larder_tab *t, const char *command) {
    entry *e;
    DL_FOREACH(t->out.entries, e) {
        if (e->command && !e->over && strcmp(e->of, command) == 0) return e;
    }
    return NULL;
}

/* ---- it comes in ---- */

static bool is(const char *name, event_type type) {
    return strcmp(name, event_type_names[type]) == 0;
}

/** Twice it would be something else. */
static bool must_not_repeat(const char *name) {
    return is(name, EVENT_TYPE_SEND) || is(name, EVENT_TYPE_EDIT) || is(name, EVENT_TYPE_RETRY) ||
           is(name, EVENT_TYPE_RETRY_ALL) || is(name, EVENT_TYPE_CANCEL);
}

static const char *standing_of(const char *name, const cJSON *happened) {
    if (is(name, EVENT_TYPE_CONNECTIVITY)) return name;
    const bool view = is(name, EVENT_TYPE_OPEN) || is(name, EVENT_TYPE_CLOSE);
    return view ? json_text(happened, "view") : NULL;
}

static entry *entry_of(larder_tab *t, const char *name, const cJSON *happened) {
    const char *command = json_text(happened, "command"), *standing = standing_of(name, happened);
    const char *of = command ? command : json_text(happened, "of");
    entry *e = calloc(1, sizeof *e);
    if (!e) return t->out_of_memory = true, NULL;
    e->n = json_integer(happened, "n", 0);
    e->command = command != NULL;
    e->mail = command && (cJSON_IsTrue(json_get(happened, "body")) || must_not_repeat(name));
    e->ends = is(name, EVENT_TYPE_CLOSE);
    e->standing = standing ? tab_copy(t, standing) : NULL;
    e->of = of ? tab_copy(t, of) : NULL;
    return e;
}

/** What the new one makes pointless. True: the new one, too, since nobody has heard of the other. */
static bool replace(larder_tab *t, const entry *e) {
    entry *other = e->standing ? find_standing(t, e->standing) : NULL;
    if (!other && !e->command && e->of) other = find_command(t, e->of);
    if (!other) return false;
    const bool unheard = other->state == ENTRY_WAITS && !other->mailed_before;
    forget(t, other);
    return unheard && (e->ends || !e->standing);
}

void handover_take(larder_tab *t, const cJSON *happened) {
    const char *name = json_text(happened, "name");
    entry *e = name ? entry_of(t, name, happened) : NULL;
    if (!e) return;
    if (t->out_of_memory) {
        entry_free(e);
        return;
    }
    const bool pointless = replace(t, e);
    DL_APPEND(t->out.entries, e);
    if (pointless) drop(t, e);
}

/* ---- it goes out ---- */

static bool has_host(const larder_tab *t) {
    return t->role == ROLE_BEGINS || t->role == ROLE_LEADS;
}

static bool can_hand(const larder_tab *t) {
    return t->role == ROLE_FOLLOWS && t->channel && t->leader.generation > 0;
}

static void post(larder_tab *t, const entry *e) {
    text *out = tab_message(t, "hand", e->n, "event");
    text_string_member(out, "to", t->leader.instance);
    text_number_member(out, "run", t->out.run);
    text_number_member(out, "generation", t->leader.generation);
    text_number_member(out, "place", e->place);
    text_raw(out, "}}");
}

static void repeat_in(larder_tab *t, int64_t wait_ms) {
    t->out.repeat_wait_ms = lesser(wait_ms, LIMIT_TAB_REPEAT_MAX_MS);
    t->out.repeat_ms = t->ticks_ms + t->out.repeat_wait_ms;
}

static void hand(larder_tab *t, entry *e) {
    e->place = ++t->out.placed;
    e->state = ENTRY_HANDED;
    post(t, e);
    if (!t->out.repeat_ms) repeat_in(t, LIMIT_TAB_REPEAT_MS);
}

static void push(larder_tab *t, entry *e) {
    tab_do_event(t, "push", e->n);
    e->state = ENTRY_TAKEN;
    if (is_once(e)) drop(t, e);
}

/**
 * What was mailed before may have been carried out: storage is asked first, whoever leads; this tab, once it
 * has claimed the database, since before that the last leader may still do it.
 */
static bool goes_by_storage(const larder_tab *t, const entry *e) {
    return e->state == ENTRY_WAITS && e->mail && (e->mailed_before || !has_host(t));
}

/** False: those behind it have to wait. */
static bool send_on(larder_tab *t, entry *e) {
    if (e->state == ENTRY_MAILED) return false;
    if (e->state != ENTRY_WAITS && e->state != ENTRY_STORED) return true;
    if (goes_by_storage(t, e)) {
        if (t->role == ROLE_BEGINS) return false;
        e->state = ENTRY_MAILED;
        e->mailed_before = true;
        tab_do_event(t, "mail", e->n);
        return false;
    }
    if (has_host(t)) push(t, e);
    else if (can_hand(t)) hand(t, e);
    else return false;
    return true;
}

static void repeat(larder_tab *t) {
    entry *e;
    if (!t->out.repeat_ms || t->out.repeat_ms > t->ticks_ms) return;
    DL_FOREACH(t->out.entries, e) {
        if (e->state == ENTRY_HANDED) post(t, e);
    }
    repeat_in(t, t->out.repeat_wait_ms * 2);
}

/** An answer that does not come may have been lost on its way. */
static void ask_again(larder_tab *t) {
    entry *e;
    DL_FOREACH(t->out.entries, e) {
        const bool due = e->state == ENTRY_TAKEN && e->command && e->ask_ms <= t->ticks_ms;
        if (due && t->role == ROLE_FOLLOWS) e->state = ENTRY_WAITS;
    }
}

void handover_pump(larder_tab *t) {
    entry *e, *next;
    if (t->role == ROLE_AWAY || (t->role == ROLE_FOLLOWS && !t->channel)) return;
    repeat(t);
    ask_again(t);
    DL_FOREACH_SAFE(t->out.entries, e, next) {
        if (!send_on(t, e)) return;
    }
}

/* ---- what became of it ---- */

void handover_anew(larder_tab *t) {
    entry *e, *next;
    t->out.run++;
    t->out.placed = t->out.repeat_ms = 0;
    DL_FOREACH_SAFE(t->out.entries, e, next) {
        e->outdated = e->state == ENTRY_MAILED;
        if (!e->outdated) e->state = ENTRY_WAITS;
        if (e->over) drop(t, e);
    }
}

void handover_mailed(larder_tab *t, int64_t n) {
    entry *e = find(t, n);
    if (!e || e->state != ENTRY_MAILED) return;
    e->state = e->outdated ? ENTRY_WAITS : ENTRY_STORED;
    e->outdated = false;
}

void handover_ended(larder_tab *t, int64_t n) {
    entry *e = find(t, n);
    if (e) forget(t, e);
}

void handover_taken(larder_tab *t, int64_t run, int64_t place) {
    entry *e, *next;
    bool left = false;
    if (run != t->out.run) return;
    DL_FOREACH_SAFE(t->out.entries, e, next) {
        if (e->state != ENTRY_HANDED) continue;
        if (e->place > place) {
            left = true;
            continue;
        }
        e->state = ENTRY_TAKEN;
        e->ask_ms = t->ticks_ms + LIMIT_TAB_REPEAT_MAX_MS;
        if (e->over || is_once(e)) drop(t, e);
    }
    t->out.repeat_ms = 0;
    if (left) repeat_in(t, LIMIT_TAB_REPEAT_MS);
}

int64_t handover_deadline(const larder_tab *t) {
    const entry *e;
    int64_t due_ms = t->out.repeat_ms;
    if (t->role != ROLE_FOLLOWS || !t->channel) return 0;
    DL_FOREACH(t->out.entries, e) {
        if (e->state == ENTRY_TAKEN && e->command) due_ms = earlier(due_ms, e->ask_ms);
    }
    return due_ms;
}

void handover_free(larder_tab *t) {
    entry *e, *next;
    DL_FOREACH_SAFE(t->out.entries, e, next) entry_free(e);
    t->out.entries = NULL;
}
