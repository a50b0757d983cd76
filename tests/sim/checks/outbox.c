#include <inttypes.h>
#include <string.h>

#include "../world.h"
#include "gen/schema.h"

static void wrong(world *w, int64_t number, const char *what) {
    violation(w, "outbox", "operation %" PRId64 " %s", number, what);
}

/* ---- an operation and its message ---- */

static const row *message_of(world *w, int64_t number) {
    char id[ID_BYTES];
    id_of_operation(id, number);
    return store_get(store_of(&w->store, STORE_MESSAGES), id);
}

/** What another program has queued has no place in line until a core has seen it. */
static bool is_foreign(const queued *q) {
    return q->sequence < 0;
}

/** Both are there, or none of them. */
static void check_pair(world *w, int64_t number) {
    const queued *q = queued_of(w, number);
    const row *r = message_of(w, number);
    if (q && (q->receipt || is_foreign(q))) return;
    if (!q && r) wrong(w, number, "is shown and does not wait");
    if (!q) return;
    if (!r) {
        wrong(w, number, "waits and is not shown");
        return;
    }
    const brief *b = &r->message;
    const bool failed = q->status == QUEUED_FAILED;
    if (b->sequence != q->sequence || id_read_chat(b->request_id) != q->chat)
        wrong(w, number, "is shown in another place than it has in line");
    if (b->written != number || b->draft != q->draft) wrong(w, number, "is shown with another text");
    if (b->status != (failed ? SHOWN_FAILED : SHOWN_PENDING))
        wrong(w, number, "is shown with another status");
}

static void check_row(world *w, const queued *q) {
    const outgoing *o = outgoing_of(w, q->number);
    const int64_t number = q->number;
    if (!o || o->receipt != q->receipt || o->chat != q->chat) {
        wrong(w, number, "was never handed in, or otherwise");
        return;
    }
    if (q->status == QUEUED_OTHER) wrong(w, number, "has no status that one may have that waits");
    if (q->tries < 0 || q->tries > q->tries_max) wrong(w, number, "was tried more often than is allowed");
    if (q->receipt) return;
    if (q->sequence < LIMIT_PROVISIONAL_SEQUENCE_MIN) wrong(w, number, "has no provisional number");
    if (q->written != number || q->draft < 1 || q->draft > o->drafts)
        wrong(w, number, "has a text that was never written");
}

/* ---- what became of one ---- */

/** Whether its author has asked for that, by a command that this transaction answers. */
static bool is_asked(const world *w, command_kind kind, int64_t number) {
    const event_list *group = &w->host->group;
    for (size_t i = 0; i < group->count; i++) {
        const page_command *c = command_named(w, group->at[i]->command);
        if (c && c->kind == kind && c->number == number) return true;
    }
    return false;
}

static bool is_asked_again(const world *w, int64_t number) {
    return is_asked(w, COMMAND_RETRY, number) || is_asked(w, COMMAND_RETRY_ALL, 0) ||
           is_asked(w, COMMAND_EDIT, number);
}

/** A receipt that is read further than before goes again. */
static bool is_raised(const queued *before, const queued *now) {
    return now->receipt && now->up_to > before->up_to;
}

bool check_is_told(world *w, int chat, int64_t up_to) {
    const server_chat *truth = server_find(w, chat);
    if (w->swarm.lies || (truth && truth->last_read >= up_to)) return true;
    for (const row *r = store_of(&w->store, STORE_OFFLINE_QUEUE)->rows; r; r = r->hh.next) {
        if (r->queued->receipt && r->queued->chat == chat && r->queued->up_to >= up_to) return true;
    }
    return false;
}

/** One that is sent is shown by the server's record in the same moment, with the id that a page knows. */
static void check_replaced(world *w, const queued *before) {
    const server_message *m = check_find_sent(w, before->number);
    const chat_view *v = view_of(w, before->chat);
    const brief *shown = NULL;
    for (size_t i = 0; i < v->count; i++) {
        if (v->at[i].written == before->number) shown = &v->at[i];
    }
    const int64_t sequence = m - server_find(w, before->chat)->messages;
    if (m->deleted || w->swarm.lies || (!shown && v->hole_count)) return;
    if (!shown && check_is_evicted(w, before->chat, sequence)) return;
    if (!shown) wrong(w, before->number, "is dropped, and what the server has is not shown");
    else if (shown->temp != before->number) wrong(w, before->number, "is sent and has lost its tempId");
}

static void check_told(world *w, const queued *before) {
    if (!check_is_told(w, before->chat, before->up_to))
        wrong(w, before->number, "is dropped, but the server was not told");
}

static void note_cancelled(world *w, const queued *before) {
    outgoing_list *all = &w->outgoing;
    outgoing_of(w, before->number)->cancelled = true;
    if (!before->receipt) return;
    all->read_to[before->chat] = 0;
    if (all->untold_to[before->chat] < before->up_to) all->untold_to[before->chat] = before->up_to;
}

static void check_gone(world *w, const queued *before) {
    if (is_asked(w, COMMAND_CANCEL, before->number)) note_cancelled(w, before);
    else if (before->receipt) check_told(w, before);
    else if (!check_find_sent(w, before->number)) wrong(w, before->number, "is lost");
    else check_replaced(w, before);
}

/** For good only after a refusal, or when all tries are used up, or with a server that can't be understood.
 */
static void check_failed(world *w, const queued *now) {
    const outgoing *o = outgoing_of(w, now->number);
    if (!now->has_error) wrong(w, now->number, "failed without a reason");
    if (o->final || o->set_aside || w->swarm.lies || now->tries >= now->tries_max) return;
    wrong(w, now->number, "failed for good, though it may be tried again");
}

/** A try counts when it begins; a row that says so is on the disk before anything else is. */
static void check_try(world *w, const queued *before, const queued *now) {
    const bool goes_on = before && before->status == QUEUED_SYNCING && before->tries == now->tries;
    if (now->tries < 1 || now->attempted_ms < 0)
        wrong(w, now->number, "is tried, and the try is not counted");
    if (!goes_on && !w->host->strict) wrong(w, now->number, "is tried in a transaction that is not strict");
}

/** A try that counts no more was none: for want of credentials, or its author wants it to be as new. */
static void check_tries(world *w, const queued *before, const queued *now) {
    const outgoing *o = outgoing_of(w, now->number);
    if (now->tries >= before->tries || o->unpaid || is_asked_again(w, now->number)) return;
    if (!is_raised(before, now)) wrong(w, now->number, "forgets tries");
}

static void check_wait(world *w, const queued *before, const queued *now) {
    const int64_t asked_ms = outgoing_of(w, now->number)->asked_ms;
    if (before->status != QUEUED_SYNCING || now->status != QUEUED_PENDING || now->tries != before->tries)
        return;
    if (now->next_try_ms < now->attempted_ms + asked_ms)
        wrong(w, now->number, "is to be tried again before the server wants it");
}

/** One that is under way when its author asks for another try goes on as it is. */
static bool starts_anew(const queued *before, const queued *now) {
    const bool revives = before->status == QUEUED_FAILED && now->status != QUEUED_FAILED;
    return revives || now->tries < before->tries;
}

static void check_change(world *w, const queued *before, const queued *now) {
    const bool again = is_asked_again(w, now->number) || is_raised(before, now);
    if (before->status == QUEUED_FAILED && now->status != QUEUED_FAILED) {
        if (!again) wrong(w, now->number, "failed for good and is tried again by itself");
    }
    if (before->draft != now->draft && !is_asked(w, COMMAND_EDIT, now->number))
        wrong(w, now->number, "has another text than before");
    if (now->up_to < before->up_to) wrong(w, now->number, "is read less far than before");
    check_tries(w, before, now);
    if (!again) check_wait(w, before, now);
    if (now->status == QUEUED_FAILED && before->status != QUEUED_FAILED) check_failed(w, now);
    if (again && starts_anew(before, now)) outgoing_starts_anew(outgoing_of(w, now->number));
}

static void check_new(world *w, const queued *now) {
    if (!now->receipt && !w->host->strict)
        wrong(w, now->number, "is kept by a transaction that is not strict");
}

/* ---- a transaction ---- */

/** An event of its own that could not be stored, and so was never heard of. */
static void note_set_aside(world *w) {
    const event_list *group = &w->host->group;
    for (size_t i = 0; i < group->count; i++) {
        outgoing *o = outgoing_of(w, group->at[i]->operation);
        if (o && group->at[i]->attempt > 2) o->set_aside = true;
    }
}

static void check_operation(world *w, const row_change *change, const char *key) {
    const row *was = store_before(&w->store, change->store, key), *is = store_get(change->store, key);
    const queued *before = was ? was->queued : NULL, *now = is ? is->queued : NULL;
    w->queue_touched = true;
    if (now) check_row(w, now);
    if (w->log.violated) return;
    if (now && before) check_change(w, before, now);
    else if (now) check_new(w, now);
    else check_gone(w, before ? before : change->after ? change->after->queued : change->before->queued);
    if (now && now->status == QUEUED_SYNCING) check_try(w, before, now);
}

void check_queue(world *w) {
    note_set_aside(w);
    check_line(w);
    for (size_t i = 0; i < w->store.change_count && !w->log.violated; i++) {
        const row_change *change = &w->store.changes[i];
        const char *key = change->after ? change->after->key : change->before->key;
        if (change->store->kind == KIND_OPERATIONS) check_operation(w, change, key);
        if (id_read_operation(key)) check_pair(w, id_read_operation(key));
    }
}

/* ---- the whole of it ---- */

void check_acknowledged(world *w, int64_t number) {
    outgoing *o = outgoing_of(w, number);
    o->acknowledged = true;
    if (queued_of(w, number) || o->cancelled || check_find_sent(w, number)) return;
    wrong(w, number, "was acknowledged and is nowhere");
}

void check_unsent(world *w, int chat) {
    const cached_chat *c = cached_of(w, chat);
    int64_t last_ms = -1;
    const int64_t count = queued_messages(w, chat, &last_ms);
    if (c->unsent == (count ? count : -1) && c->unsent_ms == last_ms) return;
    violation(w, "outbox",
              "chat %d: %" PRId64 " messages wait, the last of %" PRId64 ", and its row says %" PRId64
              ", the last of %" PRId64,
              chat, count, last_ms, c->unsent, c->unsent_ms);
}

void check_whole_queue(world *w) {
    for (int64_t number = 1; number <= w->outgoing.count && !w->log.violated; number++) check_pair(w, number);
}
