#include <inttypes.h>
#include <string.h>

#include "../world.h"
#include "gen/schema.h"

/** Whether it is a message of the outbox as it was written. */
static void check_written(world *w, int in, const brief *b) {
    const outgoing *o = outgoing_of(w, id_read_operation(b->id));
    if (o && !o->receipt && o->chat == in && b->written == id_read_operation(b->id) && b->draft <= o->drafts)
        return;
    violation(w, "truth", "nobody has written the message %s of chat %s", b->id, b->request_id);
}

static bool has_other_text(const brief *b, const server_message *m) {
    return b->written != m->written || b->draft != m->draft;
}

/** Whether the server had the message just so. */
static void check_had(world *w, int in, const brief *b) {
    int chat;
    int64_t sequence;
    if (b->sequence >= LIMIT_PROVISIONAL_SEQUENCE_MIN) {
        check_written(w, in, b);
        return;
    }
    if (!id_read_message(b->id, &chat, &sequence) || !server_message_of(w, chat, sequence) || in != chat ||
        id_read_chat(b->request_id) != chat || b->sequence != sequence) {
        violation(w, "truth", "the server never had the message %s of chat %s with sequence %" PRId64, b->id,
                  b->request_id, b->sequence);
        return;
    }
    int *newest = &model_of(w, chat)->newest[sequence];
    if (b->version < 0 || b->version > server_message_of(w, chat, sequence)->edit_count) {
        violation(w, "truth", "the server never had version %d of message %s", b->version, b->id);
    } else if (has_other_text(b, server_message_of(w, chat, sequence))) {
        violation(w, "truth", "the server never had this text of message %s", b->id);
    } else if (b->version < *newest) {
        violation(w, "truth", "message %s is stored with version %d after it had version %d", b->id,
                  b->version, *newest);
    }
    *newest = b->version;
}

bool check_is_evicted(const world *w, int chat, int64_t sequence) {
    const cached_chat *c = cached_of(w, chat);
    return sequence <= c->evicted_below && !cached_knows(c, sequence);
}

/**
 * A message that lies where it never was by a lie of the server's may go; so may one whose id a lie has put
 * under another number as well, when its place is known to be a hole, and one that was sent from here, whose
 * number a lie may have given away before.
 */
static void check_lost(world *w, int in, const brief *b) {
    int chat;
    int64_t sequence;
    if (!id_read_message(b->id, &chat, &sequence)) return;
    if (b->sequence != sequence || in != chat) return;
    const server_message *m = server_message_of(w, chat, sequence);
    if (!m || m->deleted || check_is_evicted(w, chat, sequence)) return;
    if (w->swarm.lies && (m->written || !cached_knows(cached_of(w, chat), sequence))) return;
    violation(w, "truth", "message %" PRId64 " of chat %d is dropped, but the server has it", sequence, chat);
}

/**
 * A wrong server's message may be anything, but not take the place of a newer one. (Of an id that it gave to
 * two messages in blocks, or under two numbers, only one can be left.)
 */
static void check_stays(world *w, int chat, const brief *before, const chat_view *now) {
    const brief *after = view_find(now, before->id, before->sequence);
    const bool elsewhere = after && after->sequence != before->sequence;
    const bool merges = w->swarm.lies && (w->swarm.layouts == TABS_SWITCH || elsewhere);
    if (!after && !view_is_damaged(now, before->sequence)) check_lost(w, chat, before);
    if (after && after->version < before->version && !merges)
        violation(w, "truth", "message %s had version %d and is replaced by version %d", before->id,
                  before->version, after->version);
}

bool check_truth(world *w, int chat) {
    chat_view now = {0};
    char id[ID_BYTES];
    id_of_chat(id, chat);
    view_read(&now, &w->store, id);
    const chat_view *was = view_of(w, chat);
    for (size_t i = 0; i < was->count; i++) check_stays(w, chat, &was->at[i], &now);
    for (size_t i = 0; i < now.count && !w->swarm.lies; i++) {
        const brief *before = view_at(was, now.at[i].sequence);
        const bool same = before && before->version == now.at[i].version &&
                          strcmp(before->id, now.at[i].id) == 0 && before->draft == now.at[i].draft &&
                          strcmp(before->request_id, now.at[i].request_id) == 0;
        if (!same) check_had(w, chat, &now.at[i]);
    }
    const bool changed = !view_same(was, &now);
    view_free(&w->views[chat]);
    w->views[chat] = now;
    return changed;
}

void check_owner(world *w, const row_change *change) {
    const row *before = change->before, *after = change->after;
    if (!before || !after || strcmp(before->request_id, after->request_id) == 0) return;
    violation(w, "truth", "message %s was in chat %s, and chat %s took it", before->key, before->request_id,
              after->request_id);
}
