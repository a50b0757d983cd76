#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host_events.h"
#include "tab_mail.h"
#include "world.h"

static const cJSON *member(const cJSON *object, const char *name) {
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

static int64_t number_of(const cJSON *move) {
    const cJSON *n = member(move, "n");
    return cJSON_IsNumber(n) ? (int64_t)n->valuedouble : 0;
}

/* ---- events of the page ---- */

kept_event *tab_kept(tab *t, int64_t n) {
    for (size_t i = 0; i < t->kept_count; i++) {
        if (t->kept[i].n == n) return &t->kept[i];
    }
    return NULL;
}

kept_event *tab_kept_command(tab *t, const char *command) {
    for (size_t i = 0; command && *command && i < t->kept_count; i++) {
        if (strcmp(t->kept[i].event->command, command) == 0) return &t->kept[i];
    }
    return NULL;
}

static void keep(tab *t, int64_t n, host_event *event) {
    if (t->kept_count == t->kept_capacity) {
        t->kept_capacity = t->kept_capacity ? t->kept_capacity * 2 : 16;
        t->kept = checked(realloc(t->kept, t->kept_capacity * sizeof *t->kept));
    }
    t->kept[t->kept_count++] = (kept_event){n, event};
}

static void forget(tab *t, int64_t n) {
    kept_event *kept = tab_kept(t, n);
    if (!kept) return;
    event_free(kept->event);
    t->kept_count--;
    memmove(kept, kept + 1, (size_t)(t->kept + t->kept_count - kept) * sizeof *kept);
}

void tab_push(world *w, host_event *event) {
    tab *t = w->tab;
    if (!t->alive) {
        event_free(event);
        return;
    }
    cJSON *header = checked(cJSON_Parse(event->header));
    const char *opened = cJSON_GetStringValue(member(header, "view"));
    buffer told = {0};
    const int64_t n = ++t->events;
    buffer_print(&told, "\"type\":\"event\",\"n\":%" PRId64 ",\"name\":\"%s\"", n,
                 cJSON_GetStringValue(member(header, "type")));
    if (*event->command) buffer_print(&told, ",\"command\":\"%s\"", event->command);
    if (*event->forgets) buffer_print(&told, ",\"of\":\"%s\"", event->forgets);
    if (opened) buffer_print(&told, ",\"view\":\"%s\"", opened);
    if (event->body.size) buffer_text(&told, ",\"body\":true");
    cJSON_Delete(header);
    keep(t, n, event);
    tab_tell(w, "%s", told.at);
    buffer_free(&told);
}

/* ---- moves ---- */

static void push(world *w, const cJSON *move, const cJSON *heard) {
    (void)heard;
    const kept_event *kept = tab_kept(w->tab, number_of(move));
    if (kept) host_push(w, event_copy(kept->event));
}

static void mail(world *w, const cJSON *move, const cJSON *heard) {
    (void)heard;
    tab_mail(w, number_of(move));
}

/** With its header, or with the key under which it lies. */
static void hand(world *w, const cJSON *move, const cJSON *heard) {
    (void)heard;
    const kept_event *kept = tab_kept(w->tab, number_of(move));
    if (!kept) return;
    cJSON *said = checked(cJSON_Duplicate(member(move, "message"), true));
    if (kept->event->mailed) {
        buffer key = {0};
        buffer_print(&key, "mail:%s", kept->event->command);
        cJSON_AddStringToObject(said, "key", key.at);
        buffer_free(&key);
    } else {
        cJSON_AddItemToObject(said, "header", checked(cJSON_Parse(kept->event->header)));
    }
    channel_post(w, said);
    cJSON_Delete(said);
}

static void drop(world *w, const cJSON *move, const cJSON *heard) {
    (void)heard;
    forget(w->tab, number_of(move));
}

static void accept(world *w, const cJSON *move, const cJSON *heard) {
    (void)move;
    tab_accept(w, heard);
}

static void post(world *w, const cJSON *move, const cJSON *heard) {
    (void)heard;
    channel_post(w, member(move, "message"));
}

static void watch(world *w, const cJSON *move, const cJSON *heard) {
    (void)heard;
    tab_watch(w, tab_number_of(cJSON_GetStringValue(member(move, "instance"))));
}

static void orphan(world *w, const cJSON *move, const cJSON *heard) {
    (void)heard;
    tab_orphan(w, cJSON_GetStringValue(member(move, "instance")));
}

static void lock(world *w, const cJSON *move, const cJSON *heard) {
    (void)move, (void)heard;
    lock_ask(w);
}

static void steal(world *w, const cJSON *move, const cJSON *heard) {
    (void)move, (void)heard;
    lock_steal(w);
}

static void unlock(world *w, const cJSON *move, const cJSON *heard) {
    (void)move, (void)heard;
    if (w->host->closing) w->tab->unlocks_at_rest = true;
    else lock_leave(w);
}

static void lead(world *w, const cJSON *move, const cJSON *heard) {
    (void)move, (void)heard;
    host_open(w);
}

static void stop(world *w, const cJSON *move, const cJSON *heard) {
    (void)move, (void)heard;
    host_close(w);
}

static void carry_out(world *w, const cJSON *move, const cJSON *heard) {
    static const struct {
        const char *name;
        void (*act)(world *, const cJSON *, const cJSON *);
    } moves[] = {{"push", push},     {"mail", mail},   {"hand", hand}, {"forget", drop}, {"accept", accept},
                 {"post", post},     {"watch", watch}, {"lock", lock}, {"steal", steal}, {"unlock", unlock},
                 {"orphan", orphan}, {"lead", lead},   {"stop", stop}};
    const char *name = cJSON_GetStringValue(member(move, "do"));
    for (size_t i = 0; name && i < sizeof moves / sizeof *moves; i++) {
        if (strcmp(name, moves[i].name) != 0) continue;
        moves[i].act(w, move, heard);
        return;
    }
    violation(w, "tabs", "an unknown move: %s", name ? name : "none");
}

/* ---- deciding ---- */

static void deadline(world *w, const happening *h) {
    if (h->a == w->tab->timer) tab_tell(w, "\"type\":\"deadline\"");
}

static void schedule(world *w, const cJSON *plan) {
    const cJSON *deadline_ms = member(plan, "deadline");
    w->tab->timer++;
    if (!cJSON_IsNumber(deadline_ms)) return;
    const int64_t wait_ms = (int64_t)deadline_ms->valuedouble - clock_ms(w);
    tab_idle_after(w, wait_ms > 0 ? wait_ms : 0, deadline, w->tab->timer, 0, 0);
}

/** The plan of one step. */
static cJSON *decide(world *w, const told_tab *told) {
    larder_tab *mind = w->tab->mind;
    const size_t size = strlen(told->happened);
    memcpy(checked(larder_tab_input(mind, size)), told->happened, size);
    if (!larder_tab_step(mind, (double)clock_ms(w))) violation(w, "tabs", "a tab could not decide");
    cJSON *plan = cJSON_ParseWithLength(larder_tab_plan(mind), larder_tab_plan_size(mind));
    if (!plan) violation(w, "tabs", "a plan that is no JSON: %.300s", larder_tab_plan(mind));
    return plan;
}

static void told_free(told_tab *told) {
    free(told->happened);
    cJSON_Delete(told->heard);
    free(told);
}

/** One after the other: what comes of a move is decided on when all moves are carried out. */
static void decide_all(world *w) {
    tab *t = w->tab;
    if (t->deciding) return;
    t->deciding = true;
    while (t->told && t->alive && !w->log.violated) {
        told_tab *told = t->told;
        t->told = told->next;
        cJSON *plan = decide(w, told);
        schedule(w, plan);
        const cJSON *moves = member(plan, "moves");
        for (const cJSON *move = moves ? moves->child : NULL; move && t->alive; move = move->next)
            carry_out(w, move, told->heard);
        cJSON_Delete(plan);
        told_free(told);
    }
    t->deciding = false;
}

static void tell(world *w, char *happened, cJSON *heard) {
    told_tab *made = checked(calloc(1, sizeof *made)), **at = &w->tab->told;
    made->happened = happened;
    made->heard = heard;
    while (*at) at = &(*at)->next;
    *at = made;
    decide_all(w);
}

void tab_tell(world *w, const char *format, ...) {
    va_list values, again;
    va_start(values, format);
    va_copy(again, values);
    const int size = vsnprintf(NULL, 0, format, again);
    char *happened = checked(malloc((size_t)size + sizeof "[{}]"));
    va_end(again);
    strcpy(happened, "[{");
    vsprintf(happened + 2, format, values);
    va_end(values);
    strcat(happened, "}]");
    tell(w, happened, NULL);
}

void tab_hear(world *w, cJSON *said) {
    buffer happened = {0};
    char *text = checked(cJSON_PrintUnformatted(said));
    buffer_print(&happened, "[{\"type\":\"heard\",\"message\":%s}]", text);
    free(text);
    tell(w, happened.at, said);
}

void tab_forget_accepted(tab *t) {
    while (t->accepted) {
        accepted *first = t->accepted;
        t->accepted = first->next;
        event_free(first->event);
        free(first);
    }
}

void tab_forget_all(tab *t) {
    while (t->kept_count) forget(t, t->kept[0].n);
    free(t->kept);
    t->kept = NULL;
    t->kept_capacity = 0;
    while (t->told) {
        told_tab *told = t->told;
        t->told = told->next;
        told_free(told);
    }
    tab_forget_accepted(t);
}
