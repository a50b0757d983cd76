#include "commands.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "world.h"

page_command *command_new(world *w, command_kind kind, int chat) {
    page_command *c = checked(calloc(1, sizeof *c));
    c->tab = w->tab->number;
    snprintf(c->name, sizeof c->name, "tab-%" PRId64 ":%" PRId64, c->tab, ++w->commands.count);
    c->kind = kind;
    c->chat = chat;
    for (int i = 0; i < SERVER_CHATS_MAX; i++) c->revisions[i] = -1;
    c->next = w->commands.first;
    w->commands.first = c;
    return c;
}

void command_start(buffer *header, const char *type, const page_command *c) {
    char id[ID_BYTES];
    buffer_print(header, "{\"type\":\"%s\",\"command\":\"%s\"", type, c->name);
    if (c->chat >= 0) {
        id_of_chat(id, c->chat);
        buffer_print(header, ",\"requestId\":\"%s\"", id);
    }
    if (c->number) {
        id_of_operation(id, c->number);
        buffer_print(header, ",\"id\":\"%s\"", id);
    }
}

void command_send(world *w, const page_command *c, buffer *header, const buffer *body) {
    buffer_text(header, "}");
    host_event *event = host_event_new(header->at);
    snprintf(event->command, sizeof event->command, "%s", c->name);
    buffer_bytes(&event->body, body->at, body->size);
    w->inputs++;
    log_event(w, "user: %s", header->at);
    tab_push(w, event);
}

/* ---- answers ---- */

static page_command **find(world *w, const char *name) {
    page_command **at = &w->commands.first;
    while (*at && strcmp((*at)->name, name) != 0) at = &(*at)->next;
    return at;
}

const page_command *command_named(const world *w, const char *name) {
    const page_command *c = w->commands.first;
    while (c && strcmp(c->name, name) != 0) c = c->next;
    return c;
}

const page_command *command_waiting(const world *w) {
    const page_command *c = w->commands.first;
    while (c && c->forgotten) c = c->next;
    return c;
}

static const char *code_of(const cJSON *reply) {
    const char *code = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(reply, "code"));
    return code ? code : "fine";
}

bool command_is_here(const world *w, const page_command *c) {
    return !c->forgotten && c->tab == w->tab->number;
}

void command_carried_out(world *w, const cJSON *reply) {
    const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(reply, "command"));
    page_command *c = *find(w, name ? name : "");
    if (!c || c->forgotten) return;
    check_reply(w, c, code_of(reply), cJSON_GetObjectItemCaseSensitive(reply, "result"));
    c->checked = true;
}

/** Between several tabs an answer may come twice. */
void command_answered(world *w, const char *name, const char *code, const cJSON *result) {
    page_command **at = find(w, name);
    page_command *c = *at;
    if (!c && w->swarm.tabs > 1) return;
    if (!c) {
        violation(w, "replies", "command %s is answered (%s), but nobody waits for it", name, code);
        return;
    }
    *at = c->next;
    log_event(w, "answer to %s: %s", name, code);
    if (!c->forgotten && !c->checked) check_reply(w, c, code, result);
    free(c);
}

void commands_forget(world *w) {
    page_command **at = &w->commands.first;
    while (*at) {
        page_command *c = *at;
        if (c->tab == w->tab->number) c->forgotten = true;
        if (w->swarm.tabs > 1 || !c->forgotten) {
            at = &c->next;
        } else {
            *at = c->next;
            free(c);
        }
    }
}

void commands_free(world *w) {
    while (w->commands.first) {
        page_command *next = w->commands.first->next;
        free(w->commands.first);
        w->commands.first = next;
    }
}
