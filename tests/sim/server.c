#include "server.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "world.h"

const server_chat *server_find(const world *w, int chat) {
    return chat >= 0 && chat < w->server.chat_count ? &w->server.chats[chat] : NULL;
}

const server_message *server_message_of(const world *w, int chat, int64_t sequence) {
    const server_chat *c = server_find(w, chat);
    return c && sequence >= 1 && sequence <= c->last_sequence ? &c->messages[sequence] : NULL;
}

int server_version_at(const server_message *m, int64_t revision) {
    int version = m->edit_count;
    while (version > 0 && m->edits[version - 1].revision > revision) version--;
    return version;
}

int64_t server_changed_ms(const server_message *m, int version) {
    return version > 0 ? m->edits[version - 1].at_ms : m->created_ms;
}

int64_t server_total(const server_chat *chat) {
    int64_t total = 0;
    for (int64_t s = 1; s <= chat->last_sequence; s++) total += !chat->messages[s].deleted;
    return total;
}

int64_t server_unread(const server_chat *chat) {
    int64_t unread = 0;
    for (int64_t s = chat->last_read + 1; s <= chat->last_sequence; s++) {
        const server_message *m = &chat->messages[s];
        unread += !m->deleted && m->sender != SERVER_ME;
    }
    return unread;
}

static int64_t now_ms(const world *w) {
    return w->time_ms + w->server.skew_ms;
}

/** The last thing of every change: the chat moves to the end of the feed and those who listen are told. */
static void changed(world *w, int chat) {
    w->server.chats[chat].feed_position = ++w->server.feed_position;
    network_publish(w, chat);
}

static void reserve(server_chat *c) {
    if (c->last_sequence + 2 < c->capacity) return;
    c->capacity = c->capacity ? c->capacity * 2 : 64;
    c->messages = checked(realloc(c->messages, (size_t)c->capacity * sizeof *c->messages));
}

static void add(world *w, int chat, server_message m) {
    server_chat *c = &w->server.chats[chat];
    reserve(c);
    c->revision++;
    m.created_ms = now_ms(w);
    c->messages[++c->last_sequence] = m;
    if (now_ms(w) > c->last_activity_ms) c->last_activity_ms = now_ms(w);
    changed(w, chat);
}

void server_post(world *w, int chat, int sender) {
    add(w, chat, (server_message){.sender = sender});
}

/* ---- the outbox ---- */

const server_key *server_find_key(const world *w, const char *key) {
    for (int64_t i = 0; i < w->server.key_count; i++) {
        if (strcmp(w->server.keys[i].text, key) == 0) return &w->server.keys[i];
    }
    return NULL;
}

const char *server_key_of(const world *w, const server_message *m) {
    return m->key ? w->server.keys[m->key - 1].text : NULL;
}

int64_t server_take(world *w, int chat, const char *key, server_message sent) {
    server *s = &w->server;
    s->keys = checked(realloc(s->keys, (size_t)(s->key_count + 1) * sizeof *s->keys));
    server_key *made = &s->keys[s->key_count++];
    *made = (server_key){.chat = chat, .sequence = s->chats[chat].last_sequence + 1};
    snprintf(made->text, sizeof made->text, "%s", key);
    sent.sender = SERVER_ME;
    sent.key = s->key_count;
    add(w, chat, sent);
    return s->chats[chat].last_sequence;
}

/* ---- changes ---- */

static void note_change(world *w, server_chat *c, int64_t sequence, bool deletion) {
    c->log[c->log_count++] = (server_change){++c->revision, sequence, deletion};
    if (c->log_count <= w->swarm.history_kept) return;
    c->forgotten = c->log[0].revision;
    memmove(c->log, c->log + 1, (size_t)--c->log_count * sizeof *c->log);
}

void server_edit_message(world *w, int chat, int64_t sequence) {
    server_chat *c = &w->server.chats[chat];
    server_message *m = &c->messages[sequence];
    if (m->deleted) return;
    const int64_t before_ms = server_changed_ms(m, m->edit_count);
    const int64_t at_ms = now_ms(w) > before_ms ? now_ms(w) : before_ms + 1;
    note_change(w, c, sequence, false);
    m->edits = checked(realloc(m->edits, (size_t)(m->edit_count + 1) * sizeof *m->edits));
    m->edits[m->edit_count++] = (server_edit){c->revision, at_ms};
    log_event(w, "server: chat %d message %" PRId64 " edited, revision %" PRId64, chat, sequence,
              c->revision);
    changed(w, chat);
}

void server_delete_message(world *w, int chat, int64_t sequence) {
    server_chat *c = &w->server.chats[chat];
    server_message *m = &c->messages[sequence];
    if (m->deleted) return;
    note_change(w, c, sequence, true);
    m->deleted = c->revision;
    log_event(w, "server: chat %d message %" PRId64 " deleted, revision %" PRId64, chat, sequence,
              c->revision);
    changed(w, chat);
}

void server_read(world *w, int chat, int64_t up_to) {
    server_chat *c = &w->server.chats[chat];
    const int64_t mark = up_to < c->last_sequence ? up_to : c->last_sequence;
    if (mark <= c->last_read) return;
    c->last_read = mark;
    log_event(w, "server: chat %d read up to %" PRId64, chat, mark);
    changed(w, chat);
}

static int add_chat(world *w) {
    server_chat *c = &w->server.chats[w->server.chat_count];
    reserve(c);
    c->log = checked(malloc((size_t)(w->swarm.history_kept + 2) * sizeof *c->log));
    changed(w, w->server.chat_count);
    return w->server.chat_count++;
}

static void post_some(world *w, int chat, int64_t count) {
    prng *p = &w->server.random;
    for (int64_t i = 0; i < count; i++) server_post(w, chat, (int)prng_between(p, 0, SERVER_USERS - 1));
    log_event(w, "server: chat %d gets %" PRId64 " messages, last %" PRId64 ", revision %" PRId64, chat,
              count, w->server.chats[chat].last_sequence, w->server.chats[chat].revision);
}

/** A message that is there, newer ones more often; 0 where there is none. */
static int64_t some_message(world *w, int chat) {
    const server_chat *c = &w->server.chats[chat];
    for (int i = 0; i < 4 && c->last_sequence > 0; i++) {
        const int64_t sequence = c->last_sequence - prng_skewed(&w->server.random, (int)c->last_sequence);
        if (!c->messages[sequence].deleted) return sequence;
    }
    return 0;
}

void server_act(world *w) {
    prng *p = &w->server.random;
    const int chat = prng_skewed(p, w->server.chat_count);
    const int64_t dice = prng_between(p, 1, 100);
    const int64_t sequence = dice > 50 ? some_message(w, chat) : 0;
    if (dice <= 44) post_some(w, chat, 1);
    else if (dice <= 50) post_some(w, chat, prng_between(p, 1, w->swarm.burst_max));
    else if (dice <= 74 && sequence) server_edit_message(w, chat, sequence);
    else if (dice <= 94 && sequence) server_delete_message(w, chat, sequence);
    else if (dice <= 98 && sequence) server_read(w, chat, sequence);
    else if (w->server.chat_count < SERVER_CHATS_MAX - 2) post_some(w, add_chat(w), 2);
}

static void act_and_go_on(world *w, const happening *h) {
    (void)h;
    if (w->server.stopped) return;
    server_act(w);
    const int64_t pause_ms = prng_pause_ms(&w->server.random, w->swarm.server_pause);
    world_after(w, pause_ms, act_and_go_on, 0, 0, 0);
}

void server_start(world *w) {
    prng *p = &w->server.random;
    *p = prng_for(w->seed, "server");
    w->server.skew_ms = prng_between(p, -600000, 600000);
    for (int i = 0; i < w->swarm.chats; i++) post_some(w, add_chat(w), prng_between(p, 0, w->swarm.messages));
    server_resume(w);
}

void server_stop(world *w) {
    w->server.stopped = true;
}

void server_resume(world *w) {
    w->server.stopped = false;
    world_after(w, prng_pause_ms(&w->server.random, w->swarm.server_pause), act_and_go_on, 0, 0, 0);
}

void server_free(world *w) {
    for (int i = 0; i < w->server.chat_count; i++) {
        server_chat *c = &w->server.chats[i];
        for (int64_t s = 1; s <= c->last_sequence; s++) free(c->messages[s].edits);
        free(c->messages);
        free(c->log);
    }
    free(w->server.keys);
}
