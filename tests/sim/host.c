#include "host.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host_events.h"
#include "host_parts.h"
#include "tab_mail.h"
#include "world.h"

static const int64_t timer_ms_max = INT64_C(2147483647);

bool host_hits(world *w, fault f) {
    return prng_hits(&w->tabs.random, w->swarm.rate[f]);
}

host_event *host_event_new(char *header) {
    host_event *event = checked(calloc(1, sizeof *event));
    event->header = header;
    event->attempt = 1;
    event->page_of = -1;
    return event;
}

static host_event *event_of(const char *header) {
    return host_event_new(copy_of(header));
}

/* ---- events come in ---- */

static void remember_standing(host *h, const host_event *event) {
    host_event **known = events_find_standing(&h->standing, event->standing);
    if (event->ends_standing) {
        if (known) events_remove(&h->standing, known);
    } else if (known) {
        event_free(*known);
        *known = event_copy(event);
    } else {
        events_append(&h->standing, event_copy(event));
    }
}

static void start_running(world *w, const happening *happens) {
    if (happens->a == w->host->life) host_next_group(w);
}

/** Whoever does not wait any more needs no new core to begin again. */
static void forget_command(host *h, const char *command) {
    host_event **known = events_find_command(&h->unanswered, command);
    if (known) events_remove(&h->unanswered, known);
}

/** What comes in the same breath, as the answers of several calls do, is one group. */
static void run(world *w) {
    if (w->host->running) return;
    w->host->running = true;
    tab_after(w, 0, start_running, w->host->life, 0, 0);
}

void host_push(world *w, host_event *event) {
    host *h = w->host;
    if (!h->alive || events_find_command(&h->unanswered, event->command)) {
        event_free(event);
        return;
    }
    if (strstr(event->header, "\"credentials\"")) h->logged_out = false;
    if (*event->command) events_append(&h->unanswered, event_copy(event));
    if (*event->standing) remember_standing(h, event);
    if (strstr(event->header, "\"online\":false")) h->told = true;
    if (*event->forgets) forget_command(h, event->forgets);
    events_append(&h->queue, event);
    run(w);
}

void host_tell_connectivity(world *w) {
    host_event *event = event_of(w->network.browser_online ? "{\"type\":\"connectivity\",\"online\":true}"
                                                           : "{\"type\":\"connectivity\",\"online\":false}");
    strcpy(event->standing, "connectivity");
    log_event(w, "the browser says %s", w->network.browser_online ? "online" : "offline");
    tab_push(w, event);
}

/* ---- effects go out ---- */

static void timer_fires(world *w, const happening *happens) {
    if (!w->host->alive || happens->a != w->host->timer || happens->b != w->host->life) return;
    log_event(w, "host: deadline");
    host_push(w, event_of("{\"type\":\"deadline\"}"));
}

static void schedule(world *w, int64_t deadline_ms) {
    w->host->timer++;
    if (!deadline_ms) return;
    int64_t wait_ms = deadline_ms - clock_ms(w);
    if (wait_ms < 0) wait_ms = 0;
    if (wait_ms > timer_ms_max) wait_ms = timer_ms_max;
    tab_after(w, wait_ms, timer_fires, w->host->timer, w->host->life, 0);
}

static bool is_mailed(const world *w, const char *command) {
    host_event **known = events_find_command(&w->host->unanswered, command);
    return known && (*known)->mailed;
}

void host_answer(world *w, const cJSON *replies) {
    host *h = w->host;
    const int64_t life = h->life;
    tab_answer(w, replies, is_mailed);
    for (const cJSON *reply = replies->child; reply && h->life == life; reply = reply->next) {
        const char *command = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(reply, "command"));
        host_event **known = events_find_command(&h->unanswered, command ? command : "");
        if (known) events_remove(&h->unanswered, known);
    }
}

void host_clear_effects(effects *e) {
    cJSON_Delete(e->calls);
    cJSON_Delete(e->signals);
    cJSON_Delete(e->replies);
    *e = (effects){0};
}

static void note_signal(host *h, const cJSON *signal) {
    const char *type = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(signal, "type"));
    const char *state = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(signal, "state"));
    if (strcmp(type, "connection") == 0) h->online = strcmp(state, "online") == 0;
    if (strcmp(type, "auth") == 0) h->logged_out = true;
    const char *id = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(signal, "requestId"));
    const int chat = id && strcmp(type, "chat") == 0 ? id_read_chat(id) : -1;
    if (chat >= 0 && chat < SERVER_CHATS_MAX) snprintf(h->states[chat], sizeof h->states[chat], "%s", state);
}

static void tell_signals(world *w, const cJSON *signals) {
    for (const cJSON *each = signals->child; each; each = each->next) note_signal(w->host, each);
    w->host->told = true;
    tab_signal(w, signals);
}

void host_release(world *w) {
    const host *h = w->host;
    const int64_t life = h->life;
    effects e = h->effects;
    w->host->effects = (effects){0};
    if (e.replies) host_answer(w, e.replies);
    if (e.signals && e.signals->child) tell_signals(w, e.signals);
    for (const cJSON *each = e.calls ? e.calls->child : NULL; each && h->life == life; each = each->next)
        network_call(w, each);
    if (h->life == life) schedule(w, e.deadline_ms);
    host_clear_effects(&e);
}

/* ---- what other tabs have to do with it ---- */

void host_orphan(world *w, const char *instance) {
    host *h = w->host;
    buffer prefix = {0};
    buffer_print(&prefix, "open %s:", instance);
    for (size_t i = h->standing.count; i-- > 0;) {
        const host_event *opened = h->standing.at[i];
        if (strncmp(opened->standing, prefix.at, prefix.size) != 0) continue;
        buffer header = {0};
        const char *rest_of_header = strchr(opened->header, ',');
        buffer_print(&header, "{\"type\":\"close\"%s", rest_of_header);
        log_event(w, "host: %s", header.at);
        host_push(w, event_of_header(header.at));
        buffer_free(&header);
    }
    buffer_free(&prefix);
}

static char *find_refused(const world *w, const char *command) {
    char name[HOST_NAME_BYTES + 2];
    snprintf(name, sizeof name, ",%s,", command);
    return w->host->refused.at ? strstr(w->host->refused.at, name) : NULL;
}

bool host_has_refused(const world *w, const char *command) {
    return find_refused(w, command) != NULL;
}

void host_forgives(world *w, const char *command) {
    char *at = find_refused(w, command);
    if (at) at[1] = ',';
}

bool host_gave_up(const world *w) {
    return w->host->alive && !w->host->core && !w->host->running;
}

bool host_is_current(const world *w) {
    return w->host->generation == turn_generation(w);
}

bool host_took_several(const world *w) {
    int answers = 0;
    for (size_t i = 0; i < w->host->group.count; i++) answers += events_is_reply(w->host->group.at[i]);
    return answers > 1;
}

bool host_is_busy(const world *w) {
    return !w->host->alive || w->host->running;
}
