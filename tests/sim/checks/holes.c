#include <inttypes.h>

#include "../world.h"

/** A number that counts as known: the row, or that there is none, must be as the answers said. */
static void check_number(world *w, int chat, int64_t sequence, const brief *b) {
    const server_message *m = server_message_of(w, chat, sequence);
    const int64_t told_at = model_of(w, chat)->known_at[sequence];
    const int64_t stored_at = cached_of(w, chat)->revision;
    const int64_t revision = told_at > stored_at ? told_at : stored_at;
    if (!told_at) {
        violation(w, "holes",
                  "chat %d: message %" PRId64
                  " counts as known, but no answer that was committed spoke of it",
                  chat, sequence);
    } else if (!b && !m->deleted) {
        violation(w, "holes", "chat %d: message %" PRId64 " counts as known and is missing", chat, sequence);
    } else if (b && m->deleted && m->deleted <= revision) {
        violation(w, "holes",
                  "chat %d: message %" PRId64 " was deleted at revision %" PRId64
                  " and is still there at revision %" PRId64,
                  chat, sequence, m->deleted, revision);
    } else if (b && b->version < server_version_at(m, revision)) {
        violation(w, "holes",
                  "chat %d: message %" PRId64 " is stored with version %d, at revision %" PRId64
                  " it had version %d",
                  chat, sequence, b->version, revision, server_version_at(m, revision));
    }
}

void check_holes(world *w, int chat) {
    const cached_chat *c = cached_of(w, chat);
    if (w->swarm.lies || !c->there) return;
    if (c->last_synced > server_find(w, chat)->last_sequence) {
        violation(w, "holes", "chat %d: lastSyncedSequence %" PRId64 " is past the server's %" PRId64, chat,
                  c->last_synced, server_find(w, chat)->last_sequence);
        return;
    }
    const chat_view *v = view_of(w, chat);
    size_t at = 0;
    int64_t gap = 0;
    for (int64_t s = 1; s <= c->last_synced; s++) {
        while (gap < c->gap_count && c->gaps[gap].end < s) gap++;
        if (gap < c->gap_count && c->gaps[gap].start <= s) continue;
        while (at < v->count && v->at[at].sequence < s) at++;
        const bool found = at < v->count && v->at[at].sequence == s;
        if (!found && view_is_damaged(v, s)) continue;
        check_number(w, chat, s, found ? &v->at[at] : NULL);
    }
}
