#include <inttypes.h>
#include <string.h>

#include "../world.h"

/** A wrong server's message may be anything, but not take the place of a newer one or of another chat's. */
static void check_replaced(world *w, const row *before, const row *after) {
    if (strcmp(before->request_id, after->request_id) != 0) {
        violation(w, "truth", "message %s was in chat %s, and chat %s took it", before->key,
                  before->request_id, after->request_id);
    } else if (after->version < before->version) {
        violation(w, "truth", "message %s had version %d and is replaced by version %d", before->key,
                  before->version, after->version);
    }
}

/** Whether the server had the message just so. */
static void check_had(world *w, const row *r) {
    int chat;
    int64_t sequence;
    if (!id_read_message(r->key, &chat, &sequence) || !server_message_of(w, chat, sequence) ||
        id_read_chat(r->request_id) != chat || r->sequence != sequence) {
        violation(w, "truth", "the server never had the message %s of chat %s with sequence %" PRId64, r->key,
                  r->request_id, r->sequence);
        return;
    }
    int *newest = &model_of(w, chat)->newest[sequence];
    if (r->version < 0 || r->version > server_message_of(w, chat, sequence)->edit_count) {
        violation(w, "truth", "the server never had version %d of message %s", r->version, r->key);
    } else if (r->version < *newest) {
        violation(w, "truth", "message %s is stored with version %d after it had version %d", r->key,
                  r->version, *newest);
    }
    *newest = r->version;
}

/** A row that lies where it never was by a lie of the server's may go. */
static void check_lost(world *w, const row *r) {
    int chat;
    int64_t sequence;
    if (!id_read_message(r->key, &chat, &sequence)) return;
    if (r->sequence != sequence || id_read_chat(r->request_id) != chat) return;
    const server_message *m = server_message_of(w, chat, sequence);
    if (!m || m->deleted) return;
    violation(w, "truth", "message %" PRId64 " of chat %d is dropped, but the server has it", sequence, chat);
}

void check_truth(world *w, const row_change *change) {
    if (change->before && change->after) check_replaced(w, change->before, change->after);
    if (change->after && !w->swarm.lies) check_had(w, change->after);
    if (!change->after && !store_get(change->store, change->before->key)) check_lost(w, change->before);
}
