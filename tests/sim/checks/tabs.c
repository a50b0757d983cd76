#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../host_events.h"
#include "../world.h"
#include "gen/schema.h"

static const int64_t patience_ms = 5000;

void check_generation(world *w) {
    const int64_t now = turn_generation(w);
    if (w->host->generation == now) return;
    violation(w, "tabs", "tab %" PRId64 " commits under generation %" PRId64 ", and %" PRId64 " has claimed",
              w->tab->number, w->host->generation, now);
}

void check_applied(world *w, const cJSON *replies) {
    for (const cJSON *reply = replies ? replies->child : NULL; reply; reply = reply->next) {
        const char *command = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(reply, "command"));
        host_event **known = events_find_command(&w->host->unanswered, command ? command : "");
        if (!known || !(*known)->mailed || changes_applied(w, command) == 1) continue;
        violation(w, "tabs", "%s is carried out once more", command);
    }
}

/* ---- stealing ---- */

void check_steal(world *w) {
    tab *thief = w->tab;
    if (thief->stole_ms && w->time_ms < thief->stole_ms + LIMIT_TAB_SILENCE_MS)
        violation(w, "tabs", "tab %" PRId64 " steals the lock twice within %" PRId64 " ms", thief->number,
                  w->time_ms - thief->stole_ms);
    thief->stole_ms = w->time_ms;
    thief->steals_in_a_row++;
    if (thief->steals_in_a_row > LIMIT_TAB_STEALS_MAX)
        violation(w, "tabs", "tab %" PRId64 " has stolen the lock %d times, and never leads", thief->number,
                  thief->steals_in_a_row);
}

/* ---- what pages are told ---- */

static void untold(world *w, const tab *t, const char *when, const char *what, int64_t told,
                   int64_t changed) {
    violation(w, "tabs",
              "%s the page of tab %" PRId64 " was told of %s up to change %" PRId64 ", and %" PRId64
              " was the last",
              when, t->number, what, told, changed);
}

/** What was changed up to this one. */
static void check_page(world *w, const tab *t, const char *when, int64_t up_to) {
    const tab_page *p = &t->page;
    const change_log *all = &w->changes;
    char what[24];
    for (int chat = 0; chat < w->server.chat_count; chat++) {
        const int64_t changed = all->chats[chat];
        if (p->told[chat] >= changed || p->missed >= changed || changed > up_to) continue;
        snprintf(what, sizeof what, "chat %d", chat);
        untold(w, t, when, what, p->told[chat], changed);
    }
    if (p->missed < all->outbox && p->told_of_outbox < all->outbox && all->outbox <= up_to)
        untold(w, t, when, "the outbox", p->told_of_outbox, all->outbox);
}

void check_pages_told(world *w, const char *when) {
    for (int i = 0; i < TABS_MAX && !w->log.violated; i++) {
        const tab *t = &w->tabs.at[i];
        if (t->alive) check_page(w, t, when, w->changes.last);
    }
}

/** Who took over has said what may have changed, to all who were there to hear it. */
static void takeover_is_told(world *w, const happening *h) {
    if (w->host->life != h->a || !host_is_current(w)) return;
    for (int i = 0; i < TABS_MAX && !w->log.violated; i++) {
        const tab *t = &w->tabs.at[i];
        if (t->alive && !t->frozen && t->thawed_ms < h->c - patience_ms && t->page.opened_ms < h->c)
            check_page(w, t, "after a takeover", h->b);
    }
}

void check_takeover_later(world *w) {
    tab_after(w, patience_ms, takeover_is_told, w->host->life, w->changes.last, w->time_ms);
}

/* ---- in the end ---- */

/** Who leads shows nothing for tabs that are no more, and knows what the others show. */
static void check_views(world *w, const char *when) {
    for (size_t i = 0; i < w->host->standing.count; i++) {
        const char *standing = w->host->standing.at[i]->standing;
        if (strncmp(standing, "open ", strlen("open ")) != 0) continue;
        if (!tab_find(w, tab_number_of(standing + strlen("open "))))
            violation(w, "tabs", "%s the view `%s` of a tab that is gone is open", when, standing);
    }
}

static void check_open(world *w, const char *when, const tab *t) {
    for (int i = 0; i < t->page.view_count; i++) {
        char standing[HOST_NAME_BYTES];
        snprintf(standing, sizeof standing, "open tab-%" PRId64 ":%d", t->number, t->page.views[i].number);
        if (!events_find_standing(&w->host->standing, standing))
            violation(w, "tabs", "%s who leads has not heard of the view `%s`", when, standing);
    }
}

static void check_mail(world *w, const char *when) {
    for (const row *r = store_of(&w->store, STORE_CACHE_STATS)->rows; r; r = r->hh.next) {
        const bool mail = strncmp(r->key, "mail:", strlen("mail:")) == 0;
        if (mail && tab_find(w, tab_number_of(r->key + strlen("mail:"))))
            violation(w, "tabs", "%s %s is never carried out", when, r->key);
    }
}

void check_tabs(world *w, const char *when) {
    if (!tabs_at_rest(w)) {
        violation(w, "tabs", "%s no tab leads", when);
        return;
    }
    tabs_focus_leader(w);
    check_views(w, when);
    check_mail(w, when);
    for (int i = 0; i < TABS_MAX; i++) {
        if (w->tabs.at[i].alive) check_open(w, when, &w->tabs.at[i]);
    }
    check_pages_told(w, when);
}
