#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../world.h"
#include "gen/schema.h"

static int64_t number(const cJSON *params, const char *name) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(params, name);
    return cJSON_IsNumber(item) ? (int64_t)item->valuedouble : 0;
}

/** How many numbers of a range are known since an answer that has joined the transaction: they were sent. */
static int64_t sent_meanwhile(world *w, int chat, const cached_chat *stored, int64_t after, int64_t before) {
    const model_chat *m = model_of(w, chat);
    int64_t sent = 0;
    for (int64_t s = after + 1; host_took_several(w) && s < before && s < m->size; s++)
        sent += cached_knows(stored, s) && m->by_send[s];
    return sent;
}

/** A page of a gap is asked for only where all of it is missing. */
static void check_gap_call(world *w, const call *c, const cached_chat *stored, int64_t after,
                           int64_t before) {
    const int64_t sent = sent_meanwhile(w, c->chat, stored, after, before);
    w->gap_calls++;
    if (cached_unknown(stored, after + 1, before - 1) + sent == before - 1 - after) return;
    violation(w, "requests", "chat %d: asks for %" PRId64 " to %" PRId64 ", some of which is known", c->chat,
              after + 1, before - 1);
}

/** Whether no delta has spoken of what is above: it was sent from here, or is of a hole that this has left.
 */
static bool is_to_come(world *w, int chat, const cached_chat *stored, int64_t after) {
    const model_chat *m = model_of(w, chat);
    if (after > stored->last_synced) return false;
    for (int64_t s = after + 1; s <= stored->last_synced && s < m->size; s++) {
        if (cached_knows(stored, s) && m->by_delta[s]) return false;
    }
    return true;
}

/** A delta starts from what is stored, by its own transaction at the latest, not from what is only in memory.
 */
static void check_delta_call(world *w, const call *c, const cached_chat *stored, int64_t after) {
    const char *since = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(c->params, "sinceRevision"));
    if (!since) return;
    char revision[24];
    snprintf(revision, sizeof revision, "%" PRId64, stored->revision);
    if (stored->there && is_to_come(w, c->chat, stored, after) && strcmp(since, revision) == 0) return;
    violation(w, "requests",
              "chat %d: asks for what is after %" PRId64 " since revision %s, but %" PRId64
              " and revision %s are stored",
              c->chat, after, since, stored->last_synced, revision);
}

void check_call(world *w, const call *c) {
    if (c->kind == METHOD_STREAM) return;
    if (c->kind == METHOD_SEND || c->kind == METHOD_READ) {
        check_attempt(w, c);
        return;
    }
    if (c->kind > METHOD_READ) {
        if (c->kind == METHOD_MEDIA) check_download(w, c);
        return;
    }
    w->budget.calls++;
    if (network_calls(w) > LIMIT_CALLS_MAX) violation(w, "requests", "%d calls at once", network_calls(w));
    if (c->kind == METHOD_CHATS) w->list_calls++;
    if (c->kind != METHOD_MESSAGES || c->chat < 0) return;
    w->calls_for[c->chat]++;
    if (network_calls_for(w, c->chat) > 1) violation(w, "requests", "two calls for chat %d at once", c->chat);
    const int64_t after = number(c->params, "afterSequence"), before = number(c->params, "beforeSequence");
    if (before) w->budget.calls--;
    if (w->swarm.lies) return;
    cached_chat stored = {0};
    cached_load(w, c->chat, &stored);
    if (before) check_gap_call(w, c, &stored, after, before);
    else check_delta_call(w, c, &stored, after);
    free(stored.gaps);
}

static const int64_t period_ms = 20000;

/** How often there was a reason for calls until now. */
static int64_t occasions(const world *w) {
    const int64_t restarts = w->tabs.lives + w->clock_jumps;
    return 4 * w->inputs + 2 * w->server.feed_position + restarts * (w->server.chat_count + 8);
}

/** How many steps at most it takes to put everything into full blocks. */
static int64_t rewrites_needed(const world *w) {
    int64_t messages = 0;
    for (int chat = 0; chat < w->server.chat_count; chat++) messages += (int64_t)view_of(w, chat)->count;
    return 50 + 2 * w->server.chat_count + messages / 8;
}

static void check_rewrites(world *w) {
    if (w->budget.rewrites <= rewrites_needed(w)) return;
    violation(w, "requests", "blocks were written anew %" PRId64 " times in %" PRId64 " s, with nothing new",
              w->budget.rewrites, period_ms / 1000);
}

void check_pace(world *w) {
    call_budget *b = &w->budget;
    const int64_t period = w->time_ms / period_ms;
    if (b->period == period) return;
    check_rewrites(w);
    const int64_t allowed = 20 + 2 * w->server.chat_count + occasions(w) - b->occasions;
    if (b->period && b->calls > allowed) {
        violation(w, "requests", "%" PRId64 " calls in %" PRId64 " s in which there was reason for %" PRId64,
                  b->calls, period_ms / 1000, allowed);
    }
    *b = (call_budget){.period = period, .occasions = occasions(w)};
}
