#include "network.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "accept.h"
#include "host_events.h"
#include "world.h"

static bool hits(world *w, fault f) {
    return prng_hits(&w->network.random, w->swarm.rate[f]);
}

static int64_t latency_ms(world *w) {
    const int64_t mean_ms = hits(w, FAULT_SLOW) ? 4000 : w->swarm.latency;
    return prng_pause_ms(&w->network.random, mean_ms);
}

/* ---- calls ---- */

static call *find(const world *w, int64_t serial) {
    call *c = w->network.calls;
    while (c && c->serial != serial) c = c->next;
    return c;
}

static void release(call *c) {
    free(c->plan);
    cJSON_Delete(c->params);
    buffer_free(&c->body);
    free(c);
}

static void take_out(world *w, const call *c) {
    call **at = &w->network.calls;
    while (*at != c) at = &(*at)->next;
    *at = c->next;
}

static bool is_operation(const call *c) {
    return c->kind == METHOD_SEND || c->kind == METHOD_READ;
}

static const char *text_param(const call *c, const char *name) {
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(c->params, name));
}

static bool is_here(const world *w, const call *c) {
    return c->tab == w->tab->number;
}

int network_calls(const world *w) {
    int count = 0;
    for (const call *c = w->network.calls; c; c = c->next)
        count += is_here(w, c) && (c->kind == METHOD_CHATS || c->kind == METHOD_MESSAGES);
    return count;
}

int network_calls_for(const world *w, int chat) {
    int count = 0;
    for (const call *c = w->network.calls; c; c = c->next)
        count += is_here(w, c) && c->kind == METHOD_MESSAGES && c->chat == chat;
    return count;
}

int network_operations(const world *w) {
    return network_calls_of(w, METHOD_SEND) + network_calls_of(w, METHOD_READ);
}

int network_calls_of(const world *w, call_kind kind) {
    int count = 0;
    for (const call *c = w->network.calls; c; c = c->next) count += is_here(w, c) && c->kind == kind;
    return count;
}

bool network_carries(const world *w, int64_t number) {
    const call *c = w->network.calls;
    while (c && !(is_here(w, c) && c->number == number)) c = c->next;
    return c != NULL;
}

static int64_t param(const call *c, const char *name) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(c->params, name);
    return cJSON_IsNumber(item) ? (int64_t)item->valuedouble : 0;
}

/** Whether it was started by who leads now, not by one that was superseded and does not know. */
static bool is_current(const world *w, const call *c) {
    return c->generation == turn_generation(w);
}

static void note_end(const world *w, const call *c) {
    outgoing *o = outgoing_of(w, c->number);
    if (!o || !is_current(w, c)) return;
    outgoing_ends(o, c->answered ? c->status : 0, c->answered ? c->retry_after : NULL);
    if (c->answered && c->status >= 400 && check_find_sent(w, c->number)) o->contradicted = true;
}

/** A request of the outbox may still arrive, or once more. */
static void leave_behind(world *w, const call *c) {
    if (is_operation(c)) straggler_leaves(w, c->kind == METHOD_READ, c->params);
}

/** A call that the tab carries out by itself. */
static bool is_local(const call *c) {
    return c->kind == METHOD_THUMBNAIL || c->kind == METHOD_ESTIMATE;
}

/** Its header, and the bytes of a file. */
static host_event *reply_event(world *w, call *c, const char *outcome) {
    buffer header = {0};
    host_event *event = host_event_new(NULL);
    buffer_print(&header, "{\"type\":\"reply\",\"call\":%s,%s", c->plan, outcome);
    if (c->answered && c->status == 200) transfer_succeeds(w, c, &header, event);
    else transfer_fails(w, c, &header);
    buffer_text(&header, "}");
    event->header = header.at;
    event->operation = c->number;
    event->of_media = c->kind == METHOD_MEDIA || c->kind == METHOD_THUMBNAIL;
    return event;
}

/** Hands the end of a call to the host. */
static void end_call(world *w, call *c, const char *outcome) {
    host_event *event = reply_event(w, c, outcome);
    take_out(w, c);
    log_event(w, "call %" PRId64 " ends: %s, %zu bytes", c->serial, outcome,
              event->held ? (size_t)event->bytes.size : c->body.size);
    if (c->kind == METHOD_MESSAGES) event->page_of = id_read_chat(text_param(c, "requestId"));
    event->body = c->body;
    c->body = (buffer){0};
    if (is_operation(c)) note_end(w, c);
    if ((c->kind == METHOD_MESSAGES || c->kind == METHOD_SEND) && c->answered && c->status == 200) {
        event->answer = checked(malloc(sizeof *event->answer));
        *event->answer = c->answer;
    }
    if (transfer_may_repeat(event) && hits(w, FAULT_MEDIA_LATE)) host_push(w, event_copy(event));
    release(c);
    host_push(w, event);
}

static void fail_call(world *w, call *c, const char *failure) {
    buffer outcome = {0};
    buffer_clear(&c->body);
    c->answered = false;
    buffer_print(&outcome, "\"failure\":\"%s\",\"reason\":\"%s\"", failure, failure);
    end_call(w, c, outcome.at);
    buffer_free(&outcome);
}

/** Something is to happen to the call where it was started. */
static void call_after(world *w, const call *c, int64_t wait_ms, void (*act)(world *, const happening *)) {
    timeline_add(&w->timeline,
                 (happening){.time_ms = w->time_ms + wait_ms, .act = act, .a = c->serial, .tab = c->tab});
}

static void fail_now(world *w, const happening *h) {
    call *c = find(w, h->a);
    if (c) fail_call(w, c, "network");
}

static void time_out(world *w, const happening *h) {
    call *c = find(w, h->a);
    if (c) fail_call(w, c, "timeout");
}

/** Nothing more comes of the call, and the device notices at once or when its patience ends. */
static void lose(world *w, call *c) {
    const bool patient = c->kind != METHOD_STREAM && !is_local(c) && hits(w, FAULT_SILENCE);
    if (!patient) call_after(w, c, latency_ms(w), fail_now);
}

/* ---- the answer ---- */

static const char *const absurd_waits[] = {
    "0", "1", "7", "300", "86400", "99999999999999999999", "Fri, 16 Jan 2026 09:30:00 GMT", "soon", "-5",
};

/** What else a server may say to an operation in place of these two. */
static int status_of_operation(world *w, int status) {
    static const int refusals[] = {403, 404, 409, 413}, failures[] = {500, 520, 408, 425};
    const int64_t choice = prng_between(&w->network.random, 0, 3);
    return status == 403 ? refusals[choice] : status == 500 ? failures[choice] : status;
}

static int status_of(world *w, call *c) {
    static const struct {
        fault fault;
        int status;
    } failures[] = {
        {FAULT_STATUS_429, 429}, {FAULT_STATUS_500, 500}, {FAULT_STATUS_503, 503}, {FAULT_STATUS_403, 403}};
    if (hits(w, FAULT_STATUS_401)) w->network.logged_out = true;
    if (w->network.logged_out) return 401;
    for (size_t i = 0; i < sizeof failures / sizeof *failures; i++) {
        if (!hits(w, failures[i].fault)) continue;
        const int64_t count = sizeof absurd_waits / sizeof *absurd_waits;
        const int64_t choice = prng_between(&w->network.random, -count, count - 1);
        c->retry_after = choice < 0 ? NULL : absurd_waits[choice];
        if (is_operation(c)) return status_of_operation(w, failures[i].status);
        if (failures[i].status == 403 && !transfer_is(c)) w->refused = true;
        return failures[i].status;
    }
    return c->kind == METHOD_MESSAGES && c->chat < 0 ? 404 : 200;
}

/** A body that came damaged has status 200 as well, but the model must not learn from it. */
static void damage(world *w, call *c) {
    const bool cut = hits(w, FAULT_CUT);
    if (!cut && !hits(w, FAULT_HTML)) return;
    c->status = -200;
    w->damaged = true;
    if (cut) {
        c->body.size = (size_t)prng_between(&w->network.random, 0, (int64_t)c->body.size - 1);
        return;
    }
    buffer_clear(&c->body);
    buffer_text(&c->body, "<!doctype html><title>Please log in to this network</title>");
}

static void handle(world *w, call *c) {
    buffer_clear(&c->body);
    c->status = is_local(c) ? 200 : status_of(w, c);
    c->answered = true;
    if (c->status == 200) transfer_answer(w, c);
    if (c->status != 200) return;
    if (c->kind == METHOD_CHATS) {
        answer_chats(w, text_param(c, "cursor"), param(c, "limit"), &c->body);
    } else if (c->kind == METHOD_MESSAGES) {
        const messages_question asked = {c->chat, param(c, "afterSequence"), param(c, "beforeSequence"),
                                         param(c, "limit"), text_param(c, "sinceRevision")};
        answer_messages(w, &asked, &c->body, &c->answer);
    } else if (c->kind == METHOD_SEND) {
        c->status = accept_message(w, c->params, !is_current(w, c), &c->body, &c->answer);
    } else if (c->kind == METHOD_READ) {
        c->status = accept_read(w, c->params, &c->body);
    }
    if (c->body.size && c->status == 200) damage(w, c);
}

static void reply(world *w, const happening *h) {
    call *c = find(w, h->a);
    if (!c || !c->answered) return;
    if (transfer_breaks(w, c) || (!is_local(c) && (w->network.down || hits(w, FAULT_REPLY_LOST)))) {
        c->answered = false;
        lose(w, c);
        return;
    }
    if (!c->status) {
        fail_call(w, c, "thumbnail");
        return;
    }
    buffer outcome = {0};
    buffer_print(&outcome, "\"status\":%d", abs(c->status));
    if (c->status >= 300) buffer_text(&outcome, ",\"reason\":\"as the weather has it\"");
    if (c->retry_after) buffer_print(&outcome, ",\"retryAfter\":\"%s\"", c->retry_after);
    end_call(w, c, outcome.at);
    buffer_free(&outcome);
}

static void push_signal(world *w, int chat, int64_t revision) {
    buffer header = {0};
    char id[ID_BYTES];
    buffer_text(&header, "{\"type\":\"signal\"");
    if (chat >= 0) {
        id_of_chat(id, chat);
        buffer_print(&header, ",\"requestId\":\"%s\",\"revision\":\"%" PRId64 "\"", id, revision);
    }
    buffer_text(&header, "}");
    host_push(w, host_event_new(header.at));
}

static void establish(world *w, call *c) {
    c->established = true;
    c->last_ms = w->time_ms;
    log_event(w, "stream %" PRId64 " is established", c->serial);
    tab *t = tab_find(w, c->tab);
    if (t) tab_focus(w, t);
    push_signal(w, -1, 0);
}

static void arrive(world *w, const happening *h) {
    call *c = find(w, h->a);
    if (!c) return;
    leave_behind(w, c);
    if (!is_local(c) && (w->network.down || hits(w, FAULT_REQUEST_LOST))) {
        lose(w, c);
        return;
    }
    handle(w, c);
    if (c->kind == METHOD_STREAM && c->status == 200) {
        if (!c->established) establish(w, c);
        return;
    }
    log_event(w, "call %" PRId64 " is answered: %d", c->serial, c->status);
    if (c->kind != METHOD_STREAM && !is_local(c) && hits(w, FAULT_REPEATED))
        world_after(w, latency_ms(w), arrive, c->serial, 0, 0);
    call_after(w, c, latency_ms(w), reply);
}

static call_kind kind_of(const char *method) {
    static const struct {
        const char *name;
        call_kind kind;
    } methods[] = {{"fetchChats", METHOD_CHATS},        {"subscribe", METHOD_STREAM},
                   {"sendMessage", METHOD_SEND},        {"markRead", METHOD_READ},
                   {"fetchMedia", METHOD_MEDIA},        {"makeThumbnail", METHOD_THUMBNAIL},
                   {"estimateStorage", METHOD_ESTIMATE}};
    for (size_t i = 0; method && i < sizeof methods / sizeof *methods; i++) {
        if (strcmp(method, methods[i].name) == 0) return methods[i].kind;
    }
    return METHOD_MESSAGES;
}

static int64_t id_of(const cJSON *plan) {
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(plan, "id");
    return cJSON_IsNumber(id) ? (int64_t)id->valuedouble : 0;
}

void network_call(world *w, const cJSON *plan) {
    if (transfer_tell(w, plan)) return;
    call *c = checked(calloc(1, sizeof *c));
    c->serial = ++w->network.serials;
    c->tab = w->tab->number;
    c->generation = w->host->generation;
    c->id = id_of(plan);
    c->file = -1;
    c->plan = checked(cJSON_PrintUnformatted(plan));
    c->kind = kind_of(cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(plan, "method")));
    c->params = checked(cJSON_Duplicate(cJSON_GetObjectItemCaseSensitive(plan, "params"), true));
    c->chat = id_read_chat(text_param(c, "requestId"));
    c->number = id_read_operation(cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(plan, "operation")));
    if (!server_find(w, c->chat)) c->chat = -1;
    c->next = w->network.calls;
    w->network.calls = c;
    log_event(w, "call %" PRId64 ": %s", c->serial, c->plan);
    const cJSON *timeout = cJSON_GetObjectItemCaseSensitive(plan, "timeoutMs");
    if (timeout) call_after(w, c, (int64_t)timeout->valuedouble, time_out);
    world_after(w, latency_ms(w), arrive, c->serial, 0, 0);
    transfer_leaves(w, c);
    if (is_current(w, c)) check_call(w, c);
}

void network_abort(world *w, int64_t id) {
    call *c = w->network.calls;
    while (c && !(is_here(w, c) && c->id == id)) c = c->next;
    log_event(w, "call %" PRId64 " is aborted", c ? c->serial : 0);
    if (!c) return;
    take_out(w, c);
    transfer_aborted(w, c);
    release(c);
}

void network_abort_all(world *w) {
    call **at = &w->network.calls;
    while (*at) {
        call *c = *at;
        if (!is_here(w, c)) {
            at = &c->next;
            continue;
        }
        if (!c->answered) leave_behind(w, c);
        transfer_aborted(w, c);
        *at = c->next;
        release(c);
    }
}

/* ---- the stream ---- */

static void deliver_signal(world *w, const happening *h) {
    const call *c = find(w, h->a);
    if (!c || w->network.down) return;
    log_event(w, "signal: chat %d at revision %" PRId64, (int)h->b, h->c);
    push_signal(w, (int)h->b, h->c);
}

static bool is_stream(const call *c) {
    return c->kind == METHOD_STREAM && c->established;
}

static void publish_on(world *w, call *c, int chat) {
    if (hits(w, FAULT_SIGNAL_LOST)) {
        w->signal_lost = true;
        return;
    }
    const int64_t at_ms = w->time_ms + latency_ms(w);
    if (at_ms > c->last_ms) c->last_ms = at_ms;
    timeline_add(&w->timeline, (happening){.time_ms = c->last_ms,
                                           .act = deliver_signal,
                                           .a = c->serial,
                                           .b = chat,
                                           .c = w->server.chats[chat].revision,
                                           .tab = c->tab});
}

void network_publish(world *w, int chat) {
    for (call *c = w->network.calls; c; c = c->next) {
        if (is_stream(c)) publish_on(w, c, chat);
    }
}

void network_burst(world *w, int chat, int count) {
    log_event(w, "%d signals of chat %d", count, chat);
    for (int i = 0; i < count; i++) push_signal(w, chat, w->server.chats[chat].revision);
}

static void stream_ends(world *w, const happening *h) {
    call *c = find(w, h->a);
    if (!c) return;
    if (prng_hits(&w->network.random, 5000)) end_call(w, c, "\"status\":200");
    else fail_call(w, c, "network");
}

/** Where it is frozen it hears of that later. */
static void end_streams(world *w) {
    for (call *c = w->network.calls; c; c = c->next) {
        if (is_stream(c)) call_after(w, c, 0, stream_ends);
    }
}

/* ---- outages ---- */

static void hear_of_browser(world *w, const happening *h) {
    (void)h;
    host_tell_connectivity(w);
}

static void tell_browser(world *w, bool online) {
    if (w->network.browser_online == online) return;
    w->network.browser_online = online;
    for (int i = 0; i < TABS_MAX; i++) {
        if (!w->tabs.at[i].alive) continue;
        tab_focus(w, &w->tabs.at[i]);
        if (w->tab->frozen) tab_after(w, 0, hear_of_browser, 0, 0, 0);
        else host_tell_connectivity(w);
    }
}

static void come_back(world *w, const happening *h) {
    (void)h;
    w->network.down = false;
    log_event(w, "the network is back");
    tell_browser(w, true);
}

static void go_down(world *w) {
    prng *p = &w->network.random;
    w->network.down = true;
    const int64_t outage_ms = prng_between(p, 500, prng_hits(p, 3000) ? 600000 : 20000);
    log_event(w, "the network is down for %" PRId64 " ms", outage_ms);
    end_streams(w);
    if (prng_hits(p, 5000)) tell_browser(w, false);
    world_after(w, outage_ms, come_back, 0, 0, 0);
}

void network_sleep(world *w) {
    for (call *c = w->network.calls; c; c = c->next) {
        c->answered = false;
        call_after(w, c, latency_ms(w), fail_now);
    }
}

void network_step(world *w) {
    if (!w->network.down && hits(w, FAULT_OUTAGE)) go_down(w);
    if (hits(w, FAULT_STREAM_ENDS)) end_streams(w);
}

void network_start(world *w) {
    w->network.random = prng_for(w->seed, "network");
    w->network.browser_online = true;
}

void network_heal(world *w) {
    w->network.down = false;
    tell_browser(w, true);
}

void network_free(world *w) {
    while (w->network.calls) {
        call *next = w->network.calls->next;
        release(w->network.calls);
        w->network.calls = next;
    }
}
