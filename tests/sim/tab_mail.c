#include "tab_mail.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/schema.h"
#include "host_events.h"
#include "world.h"

enum { KEY_EXTRA = 8 }; /* `mail:` and `answer:` */

static const cJSON *member(const cJSON *object, const char *name) {
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

static const char *text_of(const cJSON *object, const char *name) {
    const char *found = cJSON_GetStringValue(member(object, name));
    return found ? found : "";
}

static object_store *stats(world *w) {
    return store_of(&w->store, STORE_CACHE_STATS);
}

static void put(world *w, cJSON *value) {
    store_put(&w->store, stats(w), value, true);
    cJSON_Delete(value);
}

/* ---- answers ---- */

/** The answer that lies in storage for a command, which is deleted; NULL: none. */
static cJSON *take_answer(world *w, const char *command) {
    char key[HOST_NAME_BYTES + KEY_EXTRA];
    snprintf(key, sizeof key, "answer:%s", command);
    const row *r = store_get(stats(w), key);
    if (!r) return NULL;
    cJSON *value = checked(cJSON_Parse(r->text));
    cJSON *reply = cJSON_DetachItemFromObjectCaseSensitive(value, "reply");
    cJSON_Delete(value);
    store_delete(&w->store, stats(w), key);
    store_commit(&w->store);
    return reply;
}

static void end(world *w, const char *command, const char *code, const cJSON *result) {
    const kept_event *kept = tab_kept_command(w->tab, command);
    const int64_t n = kept ? kept->n : 0;
    command_answered(w, command, code, result);
    if (n) tab_tell(w, "\"type\":\"answered\",\"n\":%" PRId64, n);
}

static void end_with(world *w, const cJSON *reply) {
    const char *code = text_of(reply, "code");
    end(w, text_of(reply, "command"), *code ? code : "fine", member(reply, "result"));
}

static void find_answer(world *w, const happening *h) {
    const kept_event *kept = tab_kept(w->tab, h->a);
    if (!kept) return;
    if (!turn_is_free(w)) {
        turn_wait(w, find_answer, h->a, 0, 0);
        return;
    }
    cJSON *reply = take_answer(w, kept->event->command);
    if (reply) end_with(w, reply);
    cJSON_Delete(reply);
}

void tab_hear_answers(world *w, const cJSON *said) {
    const cJSON *names = member(said, "commands");
    for (const cJSON *each = names ? names->child : NULL; each; each = each->next) {
        const kept_event *kept = tab_kept_command(w->tab, cJSON_GetStringValue(each));
        const happening now = {.a = kept ? kept->n : 0};
        if (kept) find_answer(w, &now);
    }
}

void tab_drop_answers(world *w) {
    const row *each = stats(w)->rows, *next;
    for (; each; each = next) {
        next = each->hh.next;
        const bool is_answer = strncmp(each->key, "answer:", strlen("answer:")) == 0;
        if (is_answer && !tab_find(w, tab_number_of(each->key + strlen("answer:"))))
            store_delete(&w->store, stats(w), each->key);
    }
    store_commit(&w->store);
}

/* ---- mail ---- */

/** The event as it is from now on: it says under which key it lies. */
static void address(world *w, host_event *event) {
    buffer header = {0};
    tab *t = w->tab;
    if (event->mailed) return;
    if (t->mailed_ms < clock_ms(w)) t->mailed_ms = clock_ms(w);
    buffer_bytes(&header, event->header, strlen(event->header) - 1);
    buffer_print(&header, ",\"mail\":\"mail:%s\",\"mailedAt\":%" PRId64 "}", event->command, t->mailed_ms);
    free(event->header);
    event->header = header.at;
    event->mailed = true;
}

static void put_mail(world *w, const host_event *event) {
    cJSON *mail = checked(cJSON_CreateObject());
    char key[HOST_NAME_BYTES + KEY_EXTRA];
    snprintf(key, sizeof key, "mail:%s", event->command);
    cJSON_AddStringToObject(mail, "key", key);
    cJSON_AddStringToObject(mail, "header", event->header);
    cJSON_AddStringToObject(mail, "body", event->body.size ? event->body.at : "");
    put(w, mail);
    store_commit(&w->store);
}

static host_event *read_mail(const row *r) {
    cJSON *mail = checked(cJSON_Parse(r->text));
    const char *body = text_of(mail, "body");
    host_event *event = event_of_header(text_of(mail, "header"));
    buffer_bytes(&event->body, body, strlen(body));
    cJSON_Delete(mail);
    return event;
}

static void deliver_mail(world *w, kept_event *kept) {
    const int64_t n = kept->n;
    if (prng_hits(&w->tabs.fate, w->swarm.rate[FAULT_MAIL_FAILS])) {
        log_event(w, "tab %" PRId64 ": %s can't be mailed", w->tab->number, kept->event->command);
        command_answered(w, kept->event->command, "storage", NULL);
        tab_tell(w, "\"type\":\"unmailed\",\"n\":%" PRId64, n);
        return;
    }
    cJSON *reply = take_answer(w, kept->event->command);
    if (reply) {
        end_with(w, reply);
        cJSON_Delete(reply);
        return;
    }
    w->tabs.totals.mailed++;
    put_mail(w, kept->event);
    log_event(w, "tab %" PRId64 " has mailed %s", w->tab->number, kept->event->command);
    tab_tell(w, "\"type\":\"mailed\",\"n\":%" PRId64, n);
}

/** What the own host still commits is answered, and need not be mailed. */
static void mail_later(world *w, const happening *h) {
    kept_event *kept = tab_kept(w->tab, h->a);
    if (!kept) return;
    if (w->host->closing) {
        tab_after(w, 1, mail_later, h->a, 0, 0);
        return;
    }
    if (!turn_is_free(w)) {
        turn_wait(w, mail_later, h->a, 0, 0);
        return;
    }
    address(w, kept->event);
    deliver_mail(w, kept);
}

void tab_mail(world *w, int64_t n) {
    const int64_t pause_ms = prng_pause_ms(&w->tabs.fate, w->swarm.storage);
    tab_after(w, pause_ms, mail_later, n, 0, 0);
}

static int by_time(const void *left, const void *right) {
    const host_event *a = *(host_event *const *)left, *b = *(host_event *const *)right;
    static const char member_name[] = "\"mailedAt\":";
    const int64_t a_ms = strtoll(strstr(a->header, member_name) + sizeof member_name - 1, NULL, 10);
    const int64_t b_ms = strtoll(strstr(b->header, member_name) + sizeof member_name - 1, NULL, 10);
    if (a_ms != b_ms) return a_ms < b_ms ? -1 : 1;
    const int64_t x = strtoll(strrchr(a->command, ':') + 1, NULL, 10);
    const int64_t y = strtoll(strrchr(b->command, ':') + 1, NULL, 10);
    return x < y ? -1 : x > y;
}

void tab_collect_all(world *w) {
    event_list found = {0};
    for (const row *r = stats(w)->rows; r; r = r->hh.next) {
        if (strncmp(r->key, "mail:", strlen("mail:")) != 0) continue;
        if (!host_has_refused(w, r->key + strlen("mail:"))) events_append(&found, read_mail(r));
    }
    if (found.count) qsort(found.at, found.count, sizeof *found.at, by_time);
    for (size_t i = 0; i < found.count; i++) host_push(w, found.at[i]);
    free(found.at);
}

/* ---- what others hand over ---- */

static void collect(world *w, const char *command) {
    char key[HOST_NAME_BYTES + KEY_EXTRA];
    snprintf(key, sizeof key, "mail:%s", command);
    const row *r = store_get(stats(w), key);
    host_forgives(w, command);
    if (!w->host->core) host_push(w, event_of_header("{\"type\":\"deadline\"}"));
    else if (r) host_push(w, read_mail(r));
}

static void accept_later(world *w, const happening *h);

/** In order: what lies in storage can't be read while a transaction is open, or a core begins. */
void tab_accept_all(world *w) {
    tab *t = w->tab;
    while (t->accepted) {
        accepted *first = t->accepted;
        const bool reads = !first->event && !first->orphan;
        if (reads && w->host->core && w->host->opening) return;
        if (reads && !turn_is_free(w)) {
            if (!t->accepts_later) turn_wait(w, accept_later, 0, 0, 0);
            t->accepts_later = true;
            return;
        }
        t->accepted = first->next;
        if (first->event) host_push(w, first->event);
        else if (first->orphan) host_orphan(w, first->command);
        else if (t->leads) collect(w, first->command);
        free(first);
    }
}

static void accept_later(world *w, const happening *h) {
    (void)h;
    w->tab->accepts_later = false;
    tab_accept_all(w);
}

static accepted *line_up(world *w) {
    accepted *made = checked(calloc(1, sizeof *made)), **at = &w->tab->accepted;
    while (*at) at = &(*at)->next;
    *at = made;
    return made;
}

void tab_orphan(world *w, const char *instance) {
    accepted *made = line_up(w);
    made->orphan = true;
    snprintf(made->command, sizeof made->command, "%s", instance);
    tab_accept_all(w);
}

void tab_accept(world *w, const cJSON *said) {
    accepted *made = line_up(w);
    const cJSON *header = member(said, "header");
    if (header) {
        char *printed = checked(cJSON_PrintUnformatted(header));
        made->event = event_of_header(printed);
        free(printed);
    } else {
        snprintf(made->command, sizeof made->command, "%s", text_of(said, "key") + strlen("mail:"));
    }
    tab_accept_all(w);
}

/* ---- what the leader says ---- */

static cJSON *message_of(const world *w, const char *kind) {
    char name[HOST_NAME_BYTES];
    cJSON *said = checked(cJSON_CreateObject());
    snprintf(name, sizeof name, "tab-%" PRId64, w->tab->number);
    cJSON_AddStringToObject(said, "kind", kind);
    cJSON_AddStringToObject(said, "from", name);
    return said;
}

static void post_if_any(world *w, cJSON *said, const cJSON *list) {
    if (list->child) channel_post(w, said);
    cJSON_Delete(said);
}

void tab_answer(world *w, const cJSON *replies, bool (*mailed)(const world *w, const char *command)) {
    cJSON *by_mail = message_of(w, "answers"), *by_channel = message_of(w, "replies");
    cJSON *names = cJSON_AddArrayToObject(by_mail, "commands");
    cJSON *others = cJSON_AddArrayToObject(by_channel, "replies");
    for (const cJSON *reply = replies->child; reply; reply = reply->next) {
        const char *command = text_of(reply, "command");
        const int64_t owner = tab_number_of(command);
        command_carried_out(w, reply);
        if (owner == w->tab->number || !owner) end_with(w, reply);
        else if (mailed(w, command)) cJSON_AddItemToArray(names, cJSON_CreateString(command));
        else cJSON_AddItemToArray(others, cJSON_Duplicate(reply, true));
    }
    post_if_any(w, by_mail, names);
    post_if_any(w, by_channel, others);
}

/** Who leads has given up what lies in storage: it is refused once it lies there no longer. */
static void take_back(world *w, const happening *h) {
    char key[HOST_NAME_BYTES + KEY_EXTRA];
    const kept_event *kept = tab_kept(w->tab, h->a);
    if (!kept) return;
    if (!turn_is_free(w)) {
        turn_wait(w, take_back, h->a, 0, 0);
        return;
    }
    char command[HOST_NAME_BYTES];
    strcpy(command, kept->event->command);
    snprintf(key, sizeof key, "mail:%s", command);
    cJSON *reply = take_answer(w, command);
    const bool lay = !reply && store_get(stats(w), key);
    if (lay) store_delete(&w->store, stats(w), key), store_commit(&w->store);
    if (reply) end_with(w, reply);
    else if (lay) end(w, command, "storage", NULL);
    cJSON_Delete(reply);
}

/** In the tab at hand: a command of its own can't be carried out now. */
static void refuse(world *w, const char *command) {
    const kept_event *kept = tab_kept_command(w->tab, command);
    const happening now = {.a = kept ? kept->n : 0};
    if (kept && kept->event->mailed) take_back(w, &now);
    else end(w, command, "storage", NULL);
}

void tab_refuse(world *w, const host_event *event) {
    if (tab_number_of(event->command) == w->tab->number) {
        refuse(w, event->command);
        return;
    }
    cJSON *said = message_of(w, "replies"), *list = cJSON_AddArrayToObject(said, "replies");
    cJSON *reply = checked(cJSON_CreateObject());
    cJSON_AddStringToObject(reply, "command", event->command);
    cJSON_AddStringToObject(reply, "code", "storage");
    cJSON_AddBoolToObject(reply, "durable", false);
    cJSON_AddItemToArray(list, reply);
    post_if_any(w, said, list);
}

void tab_hear_replies(world *w, const cJSON *said) {
    const cJSON *replies = member(said, "replies");
    for (const cJSON *reply = replies ? replies->child : NULL; reply; reply = reply->next) {
        const char *command = text_of(reply, "command");
        if (!tab_kept_command(w->tab, command)) continue;
        if (cJSON_IsFalse(member(reply, "durable"))) refuse(w, command);
        else end_with(w, reply);
    }
}

static int64_t number_of(const cJSON *said, const char *name) {
    return (int64_t)member(said, name)->valuedouble;
}

/** Whether somebody else has led since, and has told the page at hand how things are. */
static bool is_outdated(world *w, int64_t generation) {
    tab *t = w->tab;
    const bool outdated = generation < t->heard_generation;
    if (!outdated) t->heard_generation = generation;
    return outdated;
}

static void hear_signals(world *w, const cJSON *said) {
    if (is_outdated(w, number_of(said, "generation"))) return;
    users_hear(w, member(said, "signals"), number_of(said, "changes"), number_of(said, "number"));
}

/** Takes the signals over. */
static cJSON *signals_message(world *w, cJSON *signals) {
    cJSON *said = message_of(w, "signals");
    cJSON_AddItemToObject(said, "signals", signals);
    cJSON_AddNumberToObject(said, "generation", (double)w->host->generation);
    cJSON_AddNumberToObject(said, "changes", (double)w->host->changes);
    cJSON_AddNumberToObject(said, "number", (double)++w->changes.messages);
    return said;
}

void tab_signal(world *w, const cJSON *signals) {
    cJSON *said = signals_message(w, checked(cJSON_Duplicate(signals, true)));
    hear_signals(w, said);
    post_if_any(w, said, signals);
}

static void add_signal(cJSON *signals, const char *type, const char *state, const char *request_id) {
    cJSON *signal = checked(cJSON_CreateObject());
    cJSON_AddStringToObject(signal, "type", type);
    cJSON_AddStringToObject(signal, "state", state);
    if (request_id) cJSON_AddStringToObject(signal, "requestId", request_id);
    cJSON_AddItemToArray(signals, signal);
}

void tab_greet(world *w) {
    const host *h = w->host;
    if (!w->tab->leads || !h->began) return;
    cJSON *signals = checked(cJSON_CreateArray());
    add_signal(signals, "connection", h->online ? "online" : "offline", NULL);
    for (int chat = 0; chat < SERVER_CHATS_MAX; chat++) {
        char id[ID_BYTES];
        id_of_chat(id, chat);
        if (*h->states[chat]) add_signal(signals, "chat", h->states[chat], id);
    }
    cJSON *said = signals_message(w, signals);
    cJSON_AddBoolToObject(said, "greets", true);
    post_if_any(w, said, signals);
}

void tab_hear_signals(world *w, const cJSON *said) {
    hear_signals(w, said);
}

void tab_miss_signals(world *w, const cJSON *said) {
    page_misses(w, number_of(said, "changes"), number_of(said, "number"));
}
