#include "tabs.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host_events.h"
#include "tab_mail.h"
#include "world.h"

static const int64_t reopen_ms = 1000;

static bool hits(world *w, fault f) {
    return prng_hits(&w->tabs.fate, w->swarm.rate[f]);
}

static int64_t between(world *w, int64_t least, int64_t most) {
    return prng_between(&w->tabs.fate, least, most);
}

/* ---- which one is meant ---- */

void tab_focus(world *w, tab *t) {
    w->tab = t;
    w->host = &t->host;
    w->page = &t->page;
}

tab *tab_find(world *w, int64_t number) {
    for (int i = 0; number && i < TABS_MAX; i++) {
        if (w->tabs.at[i].alive && w->tabs.at[i].number == number) return &w->tabs.at[i];
    }
    return NULL;
}

int64_t tab_number_of(const char *name) {
    static const char start[] = "tab-";
    return name && strncmp(name, start, sizeof start - 1) == 0 ? strtoll(name + sizeof start - 1, NULL, 10)
                                                               : 0;
}

int tabs_alive(const world *w) {
    int count = 0;
    for (int i = 0; i < TABS_MAX; i++) count += w->tabs.at[i].alive;
    return count;
}

bool tabs_focus_any(world *w) {
    tab *running[TABS_MAX];
    int count = 0;
    for (int i = 0; i < TABS_MAX; i++) {
        if (w->tabs.at[i].alive && !w->tabs.at[i].frozen) running[count++] = &w->tabs.at[i];
    }
    if (count) tab_focus(w, running[count > 1 ? between(w, 0, count - 1) : 0]);
    return count > 0;
}

static bool is_leading(world *w, const tab *t) {
    return t->alive && t->leads && t->host.generation && t->host.generation == turn_generation(w);
}

void tabs_focus_leader(world *w) {
    for (int i = 0; i < TABS_MAX; i++) {
        if (!is_leading(w, &w->tabs.at[i])) continue;
        tab_focus(w, &w->tabs.at[i]);
        return;
    }
    if (!w->tab->alive) tabs_focus_any(w);
}

bool tabs_at_rest(world *w) {
    bool led = false;
    for (int i = 0; i < TABS_MAX; i++) {
        const tab *t = &w->tabs.at[i];
        if (t->alive && t->frozen) return false;
        led = led || (is_leading(w, t) && w->locks.holder == t->number && !t->host.running);
    }
    return led;
}

/* ---- what happens in one ---- */

static void add(world *w, happening h, int64_t wait_ms) {
    h.time_ms = w->time_ms + wait_ms;
    h.tab = w->tab->number;
    timeline_add(&w->timeline, h);
}

void tab_after(world *w, int64_t wait_ms, void (*act)(world *, const happening *), int64_t a, int64_t b,
               int64_t c) {
    add(w, (happening){.act = act, .a = a, .b = b, .c = c}, wait_ms);
}

void tab_idle_after(world *w, int64_t wait_ms, void (*act)(world *, const happening *), int64_t a, int64_t b,
                    int64_t c) {
    add(w, (happening){.act = act, .a = a, .b = b, .c = c, .idle = true}, wait_ms);
}

static void put_off(tab *t, const happening *next) {
    if (t->late_count == t->late_capacity) {
        t->late_capacity = t->late_capacity ? t->late_capacity * 2 : 16;
        t->late = checked(realloc(t->late, t->late_capacity * sizeof *t->late));
    }
    t->late[t->late_count++] = *next;
}

bool tab_may_happen(world *w, const happening *next) {
    if (!next->tab) {
        tabs_focus_leader(w);
        return true;
    }
    tab *t = tab_find(w, next->tab);
    if (t && t->frozen) put_off(t, next);
    else if (t) tab_focus(w, t);
    return t && !t->frozen;
}

/* ---- one comes and goes ---- */

static void open_tab(world *w, const happening *h) {
    tab *t = &w->tabs.at[h->a];
    if (t->alive) return;
    *t = (tab){.number = ++w->tabs.numbers, .alive = true};
    tab_focus(w, t);
    w->tabs.totals.opened++;
    t->mind = checked(larder_tab_new((uint32_t)prng_next(&w->tabs.random)));
    log_event(w, "tab %" PRId64 " is opened", t->number);
    page_opened(w);
    tab_tell(w, "\"type\":\"start\",\"instance\":\"tab-%" PRId64 "\",\"locks\":true,\"channel\":true",
             t->number);
    host_tell_connectivity(w);
}

/** Whoever watches the tab at hand hears that it is no more. */
static void gone(world *w, const happening *h) {
    log_event(w, "tab %" PRId64 " hears that tab %" PRId64 " is gone", w->tab->number, h->a);
    tab_tell(w, "\"type\":\"gone\",\"instance\":\"tab-%" PRId64 "\"", h->a);
}

void tab_watch(world *w, int64_t number) {
    tab *t = w->tab;
    if (!tab_find(w, number)) tab_after(w, 0, gone, number, 0, 0);
    else if (t->watched_count < WATCHED_MAX) t->watched[t->watched_count++] = number;
}

static void tell_watchers(world *w, int64_t number) {
    for (int i = 0; i < TABS_MAX; i++) {
        tab *t = &w->tabs.at[i];
        if (!t->alive) continue;
        int left = 0;
        for (int k = 0; k < t->watched_count; k++) {
            tab_focus(w, t);
            if (t->watched[k] != number) t->watched[left++] = t->watched[k];
            else tab_after(w, between(w, 0, 5), gone, number, 0, 0);
        }
        t->watched_count = left;
    }
}

static void bury(world *w) {
    tab *t = w->tab;
    host_die(w);
    lock_release(w);
    lock_leave(w);
    page_gone(w);
    t->alive = t->leads = t->frozen = false;
    larder_tab_free(t->mind);
    t->mind = NULL;
    tab_forget_all(t);
    free(t->late);
    t->late = NULL;
    t->late_count = 0;
}

void tab_kill(world *w) {
    tab *t = w->tab;
    if (!t->alive) return;
    log_event(w, "tab %" PRId64 " is killed", t->number);
    bury(w);
    tell_watchers(w, t->number);
    tab_focus(w, t);
    const int64_t mean_ms = w->swarm.tabs > 1 && hits(w, FAULT_STAYS_AWAY) ? 30 * reopen_ms : reopen_ms;
    world_after(w, prng_pause_ms(&w->tabs.random, mean_ms), open_tab, t - w->tabs.at, 0, 0);
}

void tabs_kill_all(world *w) {
    for (int i = 0; i < TABS_MAX; i++) {
        tab_focus(w, &w->tabs.at[i]);
        tab_kill(w);
    }
}

/** In order: it says so, lets go of what it has, and is no more. */
static void close_tab(world *w) {
    log_event(w, "tab %" PRId64 " is closed", w->tab->number);
    tab_tell(w, "\"type\":\"hidden\"");
    tab_kill(w);
}

/* ---- frozen ---- */

static void freeze(world *w) {
    w->tab->frozen = true;
    w->tabs.totals.freezes++;
    log_event(w, "tab %" PRId64 " is frozen", w->tab->number);
    host_freeze(w);
}

static void thaw(world *w, tab *t) {
    tab_focus(w, t);
    if (!t->alive || !t->frozen) return;
    log_event(w, "tab %" PRId64 " is thawed", t->number);
    t->frozen = false;
    t->thawed_ms = w->time_ms;
    for (size_t i = 0; i < t->late_count; i++) {
        t->late[i].time_ms = w->time_ms;
        timeline_add(&w->timeline, t->late[i]);
    }
    t->late_count = 0;
    if (t->hidden) tab_tell(w, "\"type\":\"shown\"");
    t->hidden = false;
}

static void thaw_later(world *w, const happening *h) {
    tab *t = tab_find(w, h->a);
    if (t) thaw(w, t);
}

static void freeze_later(world *w, const happening *h) {
    (void)h;
    if (!w->tab->frozen && w->tab->hidden) freeze(w);
}

static void stay_frozen(world *w) {
    const int64_t ms = between(w, 0, 1) ? between(w, 200, 6000) : between(w, 6000, 90000);
    world_after(w, ms, thaw_later, w->tab->number, 0, 0);
}

/** The page is put away: its worker runs on for a moment. */
static void hide(world *w) {
    log_event(w, "tab %" PRId64 " is hidden", w->tab->number);
    w->tab->hidden = true;
    tab_tell(w, "\"type\":\"hidden\"");
    tab_after(w, between(w, 0, 30), freeze_later, 0, 0, 0);
    stay_frozen(w);
}

void tabs_step(world *w) {
    if (!tabs_focus_any(w)) return;
    if (prng_hits(&w->tabs.random, w->swarm.rate[FAULT_KILLED])) tab_kill(w);
    if (w->swarm.tabs == 1 || !w->tab->alive || w->tab->hidden) return;
    if (hits(w, FAULT_TAB_CLOSED)) {
        close_tab(w);
    } else if (hits(w, FAULT_TAB_HIDDEN)) {
        hide(w);
    } else if (hits(w, FAULT_TAB_FROZEN)) {
        freeze(w);
        stay_frozen(w);
    }
}

void tabs_heal(world *w) {
    for (int i = 0; i < TABS_MAX; i++) {
        tab *t = &w->tabs.at[i];
        if (t->alive && t->hidden && !t->frozen) t->frozen = true;
        thaw(w, t);
    }
}

void tabs_start(world *w) {
    w->tabs.random = prng_for(w->seed, "host");
    w->tabs.fate = prng_for(w->seed, "tabs");
    for (int i = 0; i < w->swarm.tabs; i++) world_after(w, i ? between(w, 1, 4000) : 1, open_tab, i, 0, 0);
}

void tabs_free(world *w) {
    for (int i = 0; i < TABS_MAX; i++) {
        tab_focus(w, &w->tabs.at[i]);
        bury(w);
    }
}
