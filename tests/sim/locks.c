#include "locks.h"

#include <inttypes.h>
#include <string.h>

#include "world.h"

static void granted(world *w, const happening *h) {
    if (w->locks.holder != w->tab->number || h->a != w->locks.grants) return;
    log_event(w, "tab %" PRId64 " has the lock", w->tab->number);
    tab_tell(w, "\"type\":\"granted\"");
}

static void lost(world *w, const happening *h) {
    (void)h;
    log_event(w, "tab %" PRId64 " hears that the lock was taken from it", w->tab->number);
    tab_tell(w, "\"type\":\"lost\"");
}

/** The tab at hand has it, and hears of that. */
static void grant(world *w) {
    w->locks.holder = w->tab->number;
    tab_after(w, 0, granted, ++w->locks.grants, 0, 0);
}

static void leave_line(locks *l, int64_t number) {
    int left = 0;
    for (int i = 0; i < l->waiting; i++) {
        if (l->line[i] != number) l->line[left++] = l->line[i];
    }
    l->waiting = left;
}

void lock_ask(world *w) {
    locks *l = &w->locks;
    leave_line(l, w->tab->number);
    if (!l->holder) grant(w);
    else if (l->waiting < LOCK_LINE_MAX) l->line[l->waiting++] = w->tab->number;
}

void lock_steal(world *w) {
    locks *l = &w->locks;
    tab *thief = w->tab, *holder = tab_find(w, l->holder);
    log_event(w, "tab %" PRId64 " steals the lock from tab %" PRId64, thief->number, l->holder);
    w->tabs.totals.steals++;
    check_steal(w);
    leave_line(l, thief->number);
    if (holder && holder != thief) {
        tab_focus(w, holder);
        tab_after(w, 0, lost, 0, 0, 0);
        tab_focus(w, thief);
    }
    grant(w);
}

void lock_leave(world *w) {
    if (w->locks.holder == w->tab->number) lock_release(w);
    else leave_line(&w->locks, w->tab->number);
}

void lock_release(world *w) {
    locks *l = &w->locks;
    tab *here = w->tab;
    if (l->holder != here->number) return;
    l->holder = 0;
    tab *next = l->waiting ? tab_find(w, l->line[0]) : NULL;
    if (!l->waiting) return;
    leave_line(l, l->line[0]);
    tab_focus(w, next);
    grant(w);
    tab_focus(w, here);
}
