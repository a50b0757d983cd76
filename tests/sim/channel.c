#include "channel.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tab_mail.h"
#include "world.h"

static const int64_t delay_ms = 3;

static const char *kind_of(const cJSON *said) {
    const char *kind = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(said, "kind"));
    return kind ? kind : "";
}

static bool is(const cJSON *said, const char *kind) {
    return strcmp(kind_of(said), kind) == 0;
}

/** Said again and again, with no end. */
static bool is_idle(const cJSON *said) {
    return is(said, "leads") || is(said, "here") || cJSON_HasObjectItem(said, "greets");
}

static void hear(world *w, cJSON *said) {
    if (is(said, "signals")) tab_hear_signals(w, said);
    else if (is(said, "replies")) tab_hear_replies(w, said);
    else if (is(said, "answers")) tab_hear_answers(w, said);
    else {
        if (cJSON_HasObjectItem(said, "fresh")) tab_greet(w);
        tab_hear(w, said);
        return;
    }
    cJSON_Delete(said);
}

static void arrive(world *w, const happening *h) {
    channel_message **at = &w->channel.first;
    while (*at && (*at)->serial != h->a) at = &(*at)->next;
    channel_message *m = *at;
    if (!m) return;
    cJSON *said = m->said;
    *at = m->next;
    free(m);
    if (!is_idle(said)) log_event(w, "tab %" PRId64 " hears: %s", w->tab->number, kind_of(said));
    hear(w, said);
}

static void lose(world *w, const cJSON *said) {
    w->tabs.totals.messages_lost++;
    log_event(w, "a message to tab %" PRId64 " is lost: %s", w->tab->number, kind_of(said));
    if (is(said, "signals")) tab_miss_signals(w, said);
}

/** To the tab at hand. */
static void send(world *w, const cJSON *said) {
    channel *c = &w->channel;
    tab *t = w->tab;
    if (prng_hits(&c->random, w->swarm.rate[FAULT_MESSAGE_LOST])) {
        lose(w, said);
        return;
    }
    channel_message *m = checked(calloc(1, sizeof *m));
    m->serial = ++c->serials;
    m->said = checked(cJSON_Duplicate(said, true));
    m->next = c->first;
    c->first = m;
    const int64_t at_ms = w->time_ms + prng_pause_ms(&c->random, delay_ms);
    if (at_ms > t->heard_ms) t->heard_ms = at_ms;
    if (is_idle(said)) tab_idle_after(w, t->heard_ms - w->time_ms, arrive, m->serial, 0, 0);
    else tab_after(w, t->heard_ms - w->time_ms, arrive, m->serial, 0, 0);
}

void channel_post(world *w, const cJSON *said) {
    tab *from = w->tab;
    for (int i = 0; i < TABS_MAX; i++) {
        tab *to = &w->tabs.at[i];
        if (!to->alive || to == from) continue;
        tab_focus(w, to);
        send(w, said);
    }
    tab_focus(w, from);
}

void channel_start(world *w) {
    w->channel.random = prng_for(w->seed, "channel");
}

void channel_free(world *w) {
    while (w->channel.first) {
        channel_message *m = w->channel.first;
        w->channel.first = m->next;
        cJSON_Delete(m->said);
        free(m);
    }
}
