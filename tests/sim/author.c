#include "author.h"

#include "world.h"

static int64_t between(world *w, int64_t least, int64_t most) {
    return prng_between(&w->author.random, least, most);
}

/* ---- writing ---- */

/** Content, and now and then what else a message may have, or what no core knows. */
static void write_body(buffer *body, int64_t number, int draft) {
    buffer_text(body, "{\"content\":\"");
    outgoing_write_text(body, number, draft);
    buffer_text(body, " version 0");
    if (number % 4 == 0) buffer_text(body, " \\u00fcber \\ud83d\\ude00 \\/ \\\"so\\\"");
    buffer_text(body, "\"");
    if (number % 5 == 0) buffer_text(body, ",\"isScreenshot\":true,\"screenshotFileName\":\"shot.png\"");
    if (number % 3 == 0) buffer_text(body, ",\"mood\":{\"of\":[\"the day\",1.50]}");
    buffer_text(body, "}");
}

/** Hands in a text of a message: the first, or one to replace it. */
static void hand_in(world *w, command_kind kind, int64_t number, int draft) {
    buffer header = {0}, body = {0};
    page_command *c = command_new(w, kind, kind == COMMAND_SEND ? outgoing_of(w, number)->chat : -1);
    c->number = number;
    c->from = draft;
    command_start(&header, kind == COMMAND_SEND ? "send" : "edit", c);
    write_body(&body, number, draft);
    command_send(w, c, &header, &body);
    buffer_free(&body);
}

void author_write(world *w, int chat) {
    const int64_t number = outgoing_add(w, false, chat);
    const int draft = ++outgoing_of(w, number)->drafts;
    hand_in(w, COMMAND_SEND, number, draft);
    if (between(w, 1, 12) == 1 && w->tab->leads) hand_in(w, COMMAND_SEND, number, draft);
}

/** A chat that is shown, or any, or one that does not exist yet or ever. */
static int some_chat(world *w) {
    const tab_page *p = w->page;
    const int64_t dice = between(w, 1, 60);
    if (dice == 1) return SERVER_CHATS_MAX - 1;
    if (dice == 2) return w->server.chat_count;
    if (p->view_count && dice > 20) return p->views[between(w, 0, p->view_count - 1)].chat;
    return prng_skewed(&w->author.random, w->server.chat_count);
}

static void write_some(world *w) {
    const int chat = some_chat(w);
    for (int64_t left = between(w, 1, w->swarm.author_burst); left > 0; left--) author_write(w, chat);
}

/* ---- what waits ---- */

static void ask(world *w, command_kind kind, const char *type, int64_t number) {
    const buffer no_body = {0};
    buffer header = {0};
    page_command *c = command_new(w, kind, -1);
    c->number = number;
    command_start(&header, type, c);
    command_send(w, c, &header, &no_body);
}

void author_retry_all(world *w) {
    ask(w, COMMAND_RETRY_ALL, "retryAll", 0);
}

/** Mostly one of the last that were handed in. */
static int64_t some_operation(world *w) {
    const int64_t last = w->outgoing.count < 12 ? w->outgoing.count : 12;
    return w->outgoing.count - prng_skewed(&w->author.random, (int)last);
}

static void edit(world *w, int64_t number) {
    outgoing *o = outgoing_of(w, number);
    if (o->tab != w->tab->number) o->crossed = true;
    if (!o->receipt) hand_in(w, COMMAND_EDIT, number, ++o->drafts);
}

static void act(world *w) {
    const int64_t dice = between(w, 1, 100);
    const int64_t number = some_operation(w);
    if (dice <= 60 || !number) write_some(w);
    else if (dice <= 74) ask(w, COMMAND_RETRY, "retry", number);
    else if (dice <= 78) author_retry_all(w);
    else if (dice <= 88) edit(w, number);
    else ask(w, COMMAND_CANCEL, "cancel", number);
}

static void act_and_go_on(world *w, const happening *h) {
    (void)h;
    if (w->users.stopped) return;
    if (tabs_focus_any(w)) act(w);
    world_after(w, prng_pause_ms(&w->author.random, w->swarm.author_pause), act_and_go_on, 0, 0, 0);
}

void author_start(world *w) {
    w->author.random = prng_for(w->seed, "author");
    if (w->swarm.author_pause) act_and_go_on(w, NULL);
}
