#include <inttypes.h>
#include <string.h>

#include "../world.h"
#include "gen/schema.h"

static void wrong(world *w, const call *c, const char *what) {
    violation(w, "attempts", "operation %" PRId64 " %s", c->number, what);
}

static const cJSON *member(const cJSON *object, const char *name) {
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

static const char *text_of(const cJSON *object, const char *name) {
    const char *found = cJSON_GetStringValue(member(object, name));
    return found ? found : "";
}

/** A call whose operation is done already, as another answer said, keeps no other waiting. */
static bool is_beside(world *w, const call *c, const call *other) {
    return other != c && other->tab == c->tab && other->kind == c->kind && queued_of(w, other->number) &&
           strcmp(text_of(other->params, "requestId"), text_of(c->params, "requestId")) == 0;
}

static void check_together(world *w, const call *c) {
    if (network_operations(w) > LIMIT_OPERATION_CALLS_MAX)
        violation(w, "attempts", "%d calls of the outbox at once", network_operations(w));
    if (network_calls_of(w, METHOD_READ) > LIMIT_RECEIPT_CALLS_MAX)
        violation(w, "attempts", "%d receipts at once", network_calls_of(w, METHOD_READ));
    for (const call *other = w->network.calls; other; other = other->next) {
        if (is_beside(w, c, other)) wrong(w, c, "leaves beside another of its chat");
    }
}

/** What the payload says the call says, and no other message with it. */
static void check_payload(world *w, const call *c, const cJSON *payload) {
    for (const cJSON *each = payload->child; each; each = each->next) {
        if (strcmp(each->string, "tempId") == 0) continue;
        if (!cJSON_Compare(each, member(c->params, each->string), true))
            wrong(w, c, "is sent otherwise than it is stored");
    }
}

static void check_params(world *w, const call *c) {
    char id[ID_BYTES];
    id_of_operation(id, c->number);
    const row *r = store_get(store_of(&w->store, STORE_OFFLINE_QUEUE), id);
    cJSON *stored = checked(cJSON_Parse(r->text));
    if (strcmp(text_of(c->params, "requestId"), text_of(stored, "requestId")) != 0)
        wrong(w, c, "is sent to another chat");
    if (c->kind == METHOD_SEND && strcmp(text_of(c->params, "clientTempId"), id) != 0)
        wrong(w, c, "is sent with another key than its own");
    check_payload(w, c, member(stored, "payload"));
    cJSON_Delete(stored);
}

/** What was written earlier, and has not failed for good, goes first. */
static void check_turn(world *w, const call *c, const queued *q) {
    for (const row *r = store_of(&w->store, STORE_OFFLINE_QUEUE)->rows; r; r = r->hh.next) {
        const queued *other = r->queued;
        const bool waits = !other->receipt && other->chat == q->chat && other->status != QUEUED_FAILED;
        if (waits && other->sequence < q->sequence)
            violation(w, "order", "operation %" PRId64 " leaves before %" PRId64, c->number, other->number);
    }
}

void check_attempt(world *w, const call *c) {
    const queued *q = queued_of(w, c->number);
    outgoing *o = outgoing_of(w, c->number);
    check_together(w, c);
    if (!q && o && check_find_sent(w, c->number))
        return; /* its transaction has heard that it arrived before */
    if (!q || !o) {
        wrong(w, c, "leaves and is not stored");
        return;
    }
    if (w->store.change_count) wrong(w, c, "leaves before its transaction has committed");
    if (q->receipt != (c->kind == METHOD_READ)) wrong(w, c, "leaves as one of another kind");
    if (q->status != QUEUED_SYNCING || q->tries < 1) wrong(w, c, "leaves, and its try is not stored");
    outgoing_leaves(w, o);
    if (o->tries > q->tries_max) wrong(w, c, "is tried without end");
    check_params(w, c);
    if (!q->receipt) check_turn(w, c, q);
}

/* ---- nothing is held up ---- */

/** The first of the chat's messages that is to go; NULL: none waits. */
static const queued *first_of(world *w, int chat) {
    const queued *first = NULL;
    for (const row *r = store_of(&w->store, STORE_OFFLINE_QUEUE)->rows; r; r = r->hh.next) {
        const queued *q = r->queued;
        if (q->receipt || q->chat != chat || q->status == QUEUED_FAILED) continue;
        if (!first || q->sequence < first->sequence) first = q;
    }
    return first;
}

/** It may take a moment: a try waits for the end of a transaction that is not strict. */
static const int64_t patience_ms = 1000;

static void check_first(world *w, int chat, bool may_go) {
    const queued *q = may_go ? first_of(w, chat) : NULL;
    int64_t *held_ms = &w->outgoing.held_ms[chat];
    if (!q || q->next_try_ms >= 0 || network_carries(w, q->number)) *held_ms = 0;
    else if (!*held_ms) *held_ms = w->time_ms;
    else if (w->time_ms > *held_ms + patience_ms)
        violation(w, "attempts", "nothing keeps operation %" PRId64 " from being sent, and it is not",
                  q->number);
}

void check_rest(world *w) {
    const bool may_go = w->host->core && w->host->online && !w->host->logged_out &&
                        network_operations(w) < LIMIT_OPERATION_CALLS_MAX;
    for (int chat = 0; chat < SERVER_CHATS_MAX; chat++) check_first(w, chat, may_go);
}
