#include "viewers.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "gen/schema.h"
#include "world.h"

static const int64_t touch_ms = 3000;
static const buffer no_body;

static int64_t between(world *w, int64_t least, int64_t most) {
    return prng_between(&w->viewers.random, least, most);
}

/** A JSON string. */
static void write_string(buffer *out, const char *at) {
    buffer_text(out, "\"");
    for (; *at; at++) {
        if (*at == '"') buffer_text(out, "\\");
        buffer_bytes(out, at, 1);
    }
    buffer_text(out, "\"");
}

static void write_file(buffer *header, int file) {
    char name[GALLERY_NAME_BYTES];
    if (file < 0) return;
    gallery_name(name, file);
    buffer_text(header, ",\"filename\":");
    write_string(header, name);
}

/** A command about a file, or a whole chat (-1); the caller appends more and sends it. */
static page_command *begin(world *w, command_kind kind, const char *type, int chat, int file,
                           buffer *header) {
    page_command *c = command_new(w, kind, chat);
    c->file = file;
    command_start(header, type, c);
    write_file(header, file);
    return c;
}

/* ---- touches ---- */

static void tell_touches(world *w) {
    tab_page *v = w->page;
    buffer header = {0};
    if (!v->hits) return;
    buffer_text(&header, "{\"type\":\"mediaTouch\",\"ids\":[");
    for (int i = 0; i < v->touched_count; i++) {
        if (i) buffer_text(&header, ",");
        write_string(&header, v->touched[i]);
    }
    buffer_print(&header, "],\"hits\":%" PRId64 "}", v->hits);
    viewers_forget(w);
    log_event(w, "user: %s", header.at);
    tab_push(w, host_event_new(header.at));
}

static void touches_are_due(world *w, const happening *h) {
    (void)h;
    tell_touches(w);
}

static void note_touch(world *w, const char *id) {
    tab_page *v = w->page;
    int i = 0;
    while (i < v->touched_count && strcmp(v->touched[i], id) != 0) i++;
    if (i == PAGE_TOUCHES_MAX) {
        tell_touches(w);
        i = 0;
    }
    if (i == v->touched_count) v->touched_count++;
    for (; i + 1 < v->touched_count; i++) strcpy(v->touched[i], v->touched[i + 1]);
    strcpy(v->touched[i], id);
    if (!v->hits++) tab_after(w, prng_pause_ms(&w->viewers.random, touch_ms), touches_are_due, 0, 0, 0);
}

void viewers_forget(world *w) {
    w->page->touched_count = 0;
    w->page->hits = 0;
}

/* ---- getting ---- */

static void ask(world *w, int chat, int file, const char *missing) {
    buffer header = {0};
    page_command *c = begin(w, COMMAND_MEDIA_GET, "mediaGet", chat, file, &header);
    if (missing) buffer_print(&header, ",\"missing\":\"%s\"", missing);
    const int64_t dice = between(w, 0, 5);
    if (dice < RANK_NONE) buffer_print(&header, ",\"priority\":\"%s\"", rank_name((entry_rank)dice));
    if (dice == 4) buffer_text(&header, ",\"messageId\":\"m\"");
    command_send(w, c, &header, &no_body);
}

/** Readers wait for the open transaction. */
static void get_later(world *w, const happening *h) {
    viewers_get(w, (int)h->a, (int)h->b);
}

void viewers_get(world *w, int chat, int file) {
    char id[GALLERY_ID_BYTES], key[KEY_BYTES];
    if (!turn_is_free(w)) {
        turn_wait(w, get_later, chat, file, 0);
        return;
    }
    const media_entry *e = entry_of(w, chat, file);
    if (!e || !*e->blob) {
        ask(w, chat, file, NULL);
        return;
    }
    gallery_id(id, chat, file);
    strcpy(key, e->blob);
    if (bytes_are_there(w, e->blob)) note_touch(w, id);
    else ask(w, chat, file, key);
}

/** Whoever asked for a file goes away. */
static void forget(world *w) {
    page_command *waits = NULL;
    int64_t count = 0;
    for (page_command *c = w->commands.first; c; c = c->next) {
        if (c->kind == COMMAND_MEDIA_GET && command_is_here(w, c) && between(w, 0, count++) == 0) waits = c;
    }
    if (!waits) return;
    buffer header = {0};
    waits->forgotten = true;
    buffer_print(&header, "{\"type\":\"mediaForget\",\"of\":\"%s\"}", waits->name);
    host_event *event = host_event_new(header.at);
    strcpy(event->forgets, waits->name);
    log_event(w, "user: %s", header.at);
    tab_push(w, event);
}

/* ---- keeping and letting go ---- */

static void pin(world *w, int chat, int file) {
    buffer header = {0};
    page_command *c = begin(w, COMMAND_MEDIA, "mediaPin", chat, file, &header);
    buffer_text(&header, between(w, 0, 2) ? ",\"pinned\":true" : ",\"pinned\":false");
    command_send(w, c, &header, &no_body);
}

static void set_priority(world *w, int chat, int file) {
    buffer header = {0};
    page_command *c = begin(w, COMMAND_MEDIA, "mediaPriority", chat, file, &header);
    buffer_print(&header, ",\"priority\":\"%s\"", rank_name((entry_rank)between(w, 0, RANK_HIGH)));
    command_send(w, c, &header, &no_body);
}

static void write_wish(world *w, buffer *body, int chat, int file) {
    char name[GALLERY_NAME_BYTES];
    const media_file *there = gallery_find(w, chat, file);
    gallery_name(name, file);
    buffer_text(body, "{\"filename\":");
    write_string(body, name);
    if (there && file % 2) buffer_print(body, ",\"fileSize\":%" PRId64, there->bytes.size);
    if (file % 3) buffer_text(body, ",\"messageId\":\"17\",\"mimeType\":\"image/png\"");
    buffer_text(body, "}");
}

static void prefetch(world *w, int chat, int first, int last) {
    buffer header = {0}, body = {0};
    page_command *c = begin(w, COMMAND_MEDIA, "mediaPrefetch", chat, -1, &header);
    buffer_text(&body, "[");
    for (int file = first; file <= last; file++) {
        if (file > first) buffer_text(&body, ",");
        write_wish(w, &body, chat, file);
    }
    buffer_text(&body, "]");
    if (between(w, 0, 2) == 0) buffer_text(&header, ",\"priority\":\"high\"");
    command_send(w, c, &header, &body);
    buffer_free(&body);
}

void viewers_prefetch(world *w, int chat, int file) {
    prefetch(w, chat, file, file);
}

static void delete (world *w, int chat, int file) {
    buffer header = {0};
    const page_command *c = begin(w, COMMAND_MEDIA, "mediaDelete", chat, file, &header);
    command_send(w, c, &header, &no_body);
}

static void evict(world *w, int chat) {
    buffer header = {0};
    page_command *c = begin(w, COMMAND_MEDIA_EVICT, "mediaEvict", chat, -1, &header);
    c->bytes = between(w, 0, 3) ? between(w, 0, 3 * w->swarm.media_size) : INT64_C(1) << 40;
    buffer_print(&header, ",\"bytes\":%" PRId64, c->bytes);
    command_send(w, c, &header, &no_body);
}

void viewers_set_limits(world *w, int64_t bytes, int64_t item_bytes) {
    buffer header = {0};
    page_command *c = begin(w, COMMAND_MEDIA, "limits", -1, -1, &header);
    w->space.wanted.bytes = bytes;
    buffer_print(&header, ",\"bytes\":%" PRId64, bytes);
    if (item_bytes) {
        w->space.wanted.item_bytes = item_bytes;
        buffer_print(&header, ",\"itemBytes\":%" PRId64, item_bytes);
    }
    command_send(w, c, &header, &no_body);
}

/** Around what the seed has. */
static void change_limits(world *w) {
    if (!w->swarm.limit) return;
    const int64_t bytes = w->swarm.limit * between(w, 2, 12) / 8;
    viewers_set_limits(w, bytes, between(w, 0, 2) ? 0 : between(w, 1, 2 * w->swarm.media_size));
}

/* ---- repairing ---- */

static void write_missing(world *w, buffer *body) {
    bool first = true;
    for (const row *r = store_of(&w->store, STORE_MEDIA_META)->rows; r; r = r->hh.next) {
        if (!*r->entry->blob || bytes_are_there(w, r->entry->blob)) continue;
        if (!first) buffer_text(body, ",");
        write_string(body, r->key);
        first = false;
    }
}

/** Now and then something is taken for damaged; that it isn't does no harm. */
static void write_damaged(world *w, buffer *body) {
    const row *some = store_of(&w->store, STORE_MEDIA_META)->rows;
    if (some && between(w, 0, 2) == 0) write_string(body, some->key);
}

/** What a look at all that is stored has found is to be mended. */
static void repair(world *w) {
    buffer header = {0}, body = {0};
    if (w->store.change_count) return;
    const page_command *c = begin(w, COMMAND_MEDIA, "repair", -1, -1, &header);
    buffer_text(&body, "{\"orphans\":[],\"files\":[],\"missing\":[");
    write_missing(w, &body);
    buffer_text(&body, "],\"damaged\":[");
    write_damaged(w, &body);
    buffer_text(&body, "]}");
    command_send(w, c, &header, &body);
    buffer_free(&body);
}

/* ---- acting ---- */

/** A chat that is shown, or any, or now and then one that nobody knows. */
static int some_chat(world *w) {
    const tab_page *p = w->page;
    if (between(w, 0, 80) == 0) return SERVER_CHATS_MAX - 1;
    if (p->view_count && between(w, 0, 1)) return p->views[between(w, 0, p->view_count - 1)].chat;
    return prng_skewed(&w->viewers.random, w->server.chat_count);
}

/** Some are used more often than others; a few don't exist. */
static int some_file(world *w) {
    const int file = prng_skewed(&w->viewers.random, w->swarm.media_files + (between(w, 0, 20) == 0));
    return file < GALLERY_FILES_MAX ? file : 0;
}

static void act(world *w) {
    const int chat = some_chat(w), file = some_file(w);
    const int whole = between(w, 0, 3) ? file : -1;
    const int64_t dice = between(w, 1, 100);
    if (dice <= 62) viewers_get(w, chat, file);
    else if (dice <= 68) forget(w);
    else if (dice <= 75) pin(w, chat, whole);
    else if (dice <= 81) set_priority(w, chat, whole);
    else if (dice <= 90) prefetch(w, chat, file, (int)between(w, file, w->swarm.media_files - 1));
    else if (dice <= 94) delete (w, chat, whole);
    else if (dice <= 96) evict(w, whole < 0 ? -1 : chat);
    else if (dice <= 97) repair(w);
    else change_limits(w);
}

static void act_and_go_on(world *w, const happening *h) {
    (void)h;
    if (w->users.stopped) return;
    if (tabs_focus_any(w)) act(w);
    world_after(w, prng_pause_ms(&w->viewers.random, w->swarm.viewer_pause), act_and_go_on, 0, 0, 0);
}

/* ---- what is lost ---- */

static const char *key_of_some(world *w) {
    const row *rows = store_of(&w->store, STORE_MEDIA_META)->rows;
    if (!rows) return "";
    const row *r = rows;
    for (int64_t i = between(w, 0, HASH_COUNT(rows) - 1); i > 0; i--) r = r->hh.next;
    return r->entry->blob;
}

void viewers_step(world *w) {
    if (w->store.change_count) return;
    if (!prng_hits(&w->viewers.random, w->swarm.rate[FAULT_MEDIA_LOST])) return;
    const char *key = key_of_some(w);
    if (*key) bytes_lose(w, key);
}

void viewers_start(world *w) {
    w->viewers.random = prng_for(w->seed, "viewers");
    if (w->swarm.viewer_pause) act_and_go_on(w, NULL);
}
