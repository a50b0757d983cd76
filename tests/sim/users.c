#include "users.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "world.h"

static int64_t between(world *w, int64_t least, int64_t most) {
    return prng_between(&w->users.random, least, most);
}

static void push(world *w, const char *standing, bool ends, buffer *header) {
    host_event *event = host_event_new(header->at);
    snprintf(event->standing, sizeof event->standing, "%s", standing);
    event->ends_standing = ends;
    w->inputs++;
    log_event(w, "user: %s", header->at);
    tab_push(w, event);
}

/* ---- commands ---- */

static const buffer no_body;

void users_sync(world *w, int chat) {
    buffer header = {0};
    page_command *c = command_new(w, chat < 0 ? COMMAND_SYNC_ALL : COMMAND_SYNC, chat);
    for (int i = 0; i < w->server.chat_count; i++) {
        const bool cached = cached_of(w, i)->there && cached_of(w, i)->last_synced_ms > 0;
        if (i == chat || (chat < 0 && cached)) c->revisions[i] = server_find(w, i)->revision;
    }
    command_start(&header, "sync", c);
    command_send(w, c, &header, &no_body);
}

/** Before a page has told a chat's revision only what was sent is known; the first page puts that in
 * question. */
static bool is_judged(const cached_chat *c, int64_t to) {
    return to <= c->last_synced && c->revision >= 0;
}

void users_fill(world *w, int chat, int64_t from, int64_t to) {
    buffer header = {0};
    page_command *c = command_new(w, COMMAND_FILL, chat);
    c->from = from;
    c->to = to;
    if (is_judged(cached_of(w, chat), to)) c->unknown = cached_unknown(cached_of(w, chat), from, to);
    c->resets = model_of(w, chat)->resets;
    command_start(&header, "fill", c);
    buffer_print(&header, ",\"startSeq\":%" PRId64 ",\"endSeq\":%" PRId64, from, to);
    command_send(w, c, &header, &no_body);
}

void users_read(world *w, int chat, int64_t up_to, bool tell) {
    buffer header = {0};
    page_command *c = command_new(w, COMMAND_READ, chat);
    c->from = up_to;
    if (tell) c->number = outgoing_add(w, true, chat);
    else if (w->outgoing.untold_to[chat] < up_to) w->outgoing.untold_to[chat] = up_to;
    command_start(&header, "read", c);
    buffer_print(&header, ",\"upToSequence\":%" PRId64, up_to);
    command_send(w, c, &header, &no_body);
}

/** A command that can only be refused. */
static void send_wrong(world *w) {
    static const struct {
        const char *header;
        const char *body;
    } wrong[] = {
        {"{\"type\":\"sync\",\"requestId\":\"no uuid\"", ""},
        {"{\"type\":\"fill\",\"requestId\":\"\",\"startSeq\":1,\"endSeq\":2", ""},
        {"{\"type\":\"fill\",\"requestId\":\"c0000000-0000-4000-8000-000000000000\",\"startSeq\":9,"
         "\"endSeq\":2",
         ""},
        {"{\"type\":\"read\",\"requestId\":\"c0000000-0000-4000-8000-000000000000\",\"upToSequence\":0", ""},
        {"{\"type\":\"read\",\"requestId\":7,\"upToSequence\":5", ""},
        {"{\"type\":\"send\",\"requestId\":\"c0000000-0000-4000-8000-000000000000\"",
         "{\"content\":\"no id\"}"},
        {"{\"type\":\"send\",\"requestId\":7,\"id\":\"b0000000-0000-4000-8000-00000000000a\"",
         "{\"content\":\"no chat\"}"},
        {"{\"type\":\"send\",\"requestId\":\"c0000000-0000-4000-8000-000000000000\","
         "\"id\":\"b0000000-0000-4000-8000-00000000000b\"",
         "{\"content\":\"\"}"},
        {"{\"type\":\"send\",\"requestId\":\"c0000000-0000-4000-8000-000000000000\","
         "\"id\":\"b0000000-0000-4000-8000-00000000000c\"",
         "{\"content\":"},
        {"{\"type\":\"cancel\",\"id\":\"b0000000-0000-4000-8000-00000000000d\"", ""},
        {"{\"type\":\"edit\",\"id\":\"b0000000-0000-4000-8000-00000000000e\"",
         "{\"content\":\"of nothing\"}"},
    };
    buffer header = {0}, body = {0};
    const int64_t choice = between(w, 0, sizeof wrong / sizeof *wrong - 1);
    const page_command *c = command_new(w, COMMAND_WRONG, -1);
    buffer_print(&header, "%s,\"command\":\"%s\"", wrong[choice].header, c->name);
    buffer_text(&body, wrong[choice].body);
    command_send(w, c, &header, &body);
    buffer_free(&body);
}

/* ---- signals ---- */

static void supply_credentials(world *w, const happening *h) {
    (void)h;
    buffer header = {0};
    w->network.logged_out = false;
    buffer_text(&header, "{\"type\":\"credentials\"}");
    push(w, "", false, &header);
}

static void note_told(tab_page *p, int chat, int64_t changes, int64_t number) {
    if (p->told[chat] < changes) p->told[chat] = changes;
    p->heard_at[chat] = number;
}

static void hear(world *w, const cJSON *signal, int64_t changes, int64_t number) {
    const char *type = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(signal, "type"));
    const char *state = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(signal, "state"));
    const char *id = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(signal, "requestId"));
    const char *code = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(signal, "code"));
    const int chat = id ? id_read_chat(id) : -1;
    if (strcmp(type, "connection") == 0) {
        w->page->online = strcmp(state, "online") == 0;
        w->page->heard_online_at = number;
    } else if (strcmp(type, "chat") == 0 && chat >= 0 && chat < SERVER_CHATS_MAX) {
        snprintf(w->page->states[chat], sizeof w->page->states[chat], "%s", state);
        note_told(w->page, chat, changes, number);
    } else if (strcmp(type, "outbox") == 0) {
        if (w->page->told_of_outbox < changes) w->page->told_of_outbox = changes;
    } else if (strcmp(type, "auth") == 0) {
        const int64_t pause_ms = prng_pause_ms(&w->users.random, 2000);
        tab_after(w, pause_ms, supply_credentials, 0, 0, 0);
    }
    if (code) {
        log_event(w, "error: %s", code);
        check_error(w, code);
        return;
    }
    log_event(w, "told: %s %s %s", type, id ? id : "", state ? state : "");
}

void users_hear(world *w, const cJSON *signals, int64_t changes, int64_t number) {
    for (const cJSON *each = signals ? signals->child : NULL; each; each = each->next)
        hear(w, each, changes, number);
}

/* ---- the page ---- */

void users_look(world *w) {
    buffer header = {0};
    buffer_text(&header, "{\"type\":\"signal\"}");
    push(w, "", false, &header);
}

void users_damaged(world *w, int chat, int64_t first, int64_t last) {
    buffer header = {0};
    char id[ID_BYTES];
    id_of_chat(id, chat);
    buffer_print(&header, "{\"type\":\"damaged\",\"requestId\":\"%s\"", id);
    buffer_print(&header, ",\"firstSequence\":%" PRId64 ",\"lastSequence\":%" PRId64 "}", first, last);
    push(w, "", false, &header);
}

static void tell(world *w, const char *type, int chat, int number, bool ends) {
    buffer header = {0};
    char id[ID_BYTES], standing[HOST_NAME_BYTES] = "";
    id_of_chat(id, chat);
    buffer_print(&header, "{\"type\":\"%s\",\"requestId\":\"%s\"", type, id);
    if (number) {
        buffer_print(&header, ",\"view\":\"tab-%" PRId64 ":%d\"", w->tab->number, number);
        snprintf(standing, sizeof standing, "open tab-%" PRId64 ":%d", w->tab->number, number);
    }
    buffer_text(&header, "}");
    push(w, standing, ends, &header);
}

void users_open(world *w, int chat) {
    tab_page *p = w->page;
    if (p->view_count == VIEWS_MAX) return;
    const view opened = {++w->users.views_opened, chat};
    p->views[p->view_count++] = opened;
    tell(w, "open", chat, opened.number, false);
}

static void close_view(world *w, int at) {
    tab_page *p = w->page;
    const view closed = p->views[at];
    p->views[at] = p->views[--p->view_count];
    tell(w, "close", closed.chat, closed.number, true);
}

/** Scrolls up: the newest gap of the chat, or something that is none. */
static void scroll(world *w, int chat) {
    const cached_chat *c = cached_of(w, chat);
    if (c->there && c->gap_count && between(w, 0, 9)) {
        const int64_t newest = c->gap_count - 1;
        const cached_gap *g = &c->gaps[between(w, 0, 3) ? newest : between(w, 0, newest)];
        users_fill(w, chat, g->start, g->end);
    } else {
        const int64_t from = between(w, 1, 50);
        users_fill(w, chat, from, between(w, from, from + 100));
    }
}

/** Reads the chat, and mostly lets the server know. */
static void read_some(world *w, int chat) {
    const int64_t last = cached_of(w, chat)->there ? cached_of(w, chat)->last_synced : 0;
    const int64_t up_to = last - (between(w, 0, 2) ? 0 : between(w, 0, 20));
    if (up_to < 1) return;
    users_read(w, chat, up_to, between(w, 0, 7) > 0);
}

/** A chat: one that is shown, or any, or now and then one that nobody knows. */
static int some_chat(world *w) {
    const tab_page *p = w->page;
    if (between(w, 0, 60) == 0) return SERVER_CHATS_MAX - 1;
    if (p->view_count && between(w, 0, 2)) return p->views[between(w, 0, p->view_count - 1)].chat;
    return prng_skewed(&w->users.random, w->server.chat_count);
}

static void act_in(world *w, int chat) {
    const int64_t dice = between(w, 1, 100);
    const bool known = server_find(w, chat) != NULL;
    if (dice <= 30) users_open(w, chat);
    else if (dice <= 45) tell(w, "touch", chat, 0, false);
    else if (dice <= 60) users_sync(w, chat);
    else if (dice <= 88 && known) scroll(w, chat);
    else if (known) read_some(w, chat);
}

static void act(world *w) {
    const int64_t dice = between(w, 1, 100);
    if (dice <= 15 && w->page->view_count) close_view(w, (int)between(w, 0, w->page->view_count - 1));
    else if (dice <= 28) users_sync(w, -1);
    else if (dice <= 31) send_wrong(w);
    else if (dice <= 36) users_look(w);
    else act_in(w, some_chat(w));
}

static void act_and_go_on(world *w, const happening *h) {
    (void)h;
    if (w->users.stopped) return;
    if (tabs_focus_any(w)) act(w);
    world_after(w, prng_pause_ms(&w->users.random, w->swarm.user_pause), act_and_go_on, 0, 0, 0);
}

/* ---- the page's life ---- */

/** It reads what is stored, and hears of what changes from then on. */
void page_opened(world *w) {
    tab_page *p = w->page;
    *p = (tab_page){.online = w->network.browser_online, .opened_ms = w->time_ms};
    for (int chat = 0; chat < SERVER_CHATS_MAX; chat++) p->told[chat] = w->changes.last;
    p->told_of_outbox = w->changes.last;
}

void page_gone(world *w) {
    commands_forget(w);
    viewers_forget(w);
    w->page->view_count = 0;
}

void page_misses(world *w, int64_t changes, int64_t number) {
    tab_page *p = w->page;
    if (p->missed < changes) p->missed = changes;
    p->missed_at = number;
}

void users_start(world *w) {
    w->users.random = prng_for(w->seed, "users");
    world_after(w, prng_pause_ms(&w->users.random, w->swarm.user_pause), act_and_go_on, 0, 0, 0);
}

void users_stop(world *w) {
    w->users.stopped = true;
}
