#include "model.h"

#include <stdlib.h>

#include "world.h"

static void grow(model_chat *m, int64_t size) {
    m->known_at = checked(realloc(m->known_at, (size_t)size * sizeof *m->known_at));
    m->missed_ms = checked(realloc(m->missed_ms, (size_t)size * sizeof *m->missed_ms));
    m->newest = checked(realloc(m->newest, (size_t)size * sizeof *m->newest));
    m->by_send = checked(realloc(m->by_send, (size_t)size * sizeof *m->by_send));
    m->by_delta = checked(realloc(m->by_delta, (size_t)size * sizeof *m->by_delta));
    for (int64_t s = m->size; s < size; s++) {
        m->by_send[s] = m->by_delta[s] = false;
        m->known_at[s] = 0;
        m->missed_ms[s] = -1;
        m->newest[s] = -1;
    }
    m->size = size;
}

model_chat *model_of(world *w, int chat) {
    model_chat *m = &w->model.chats[chat];
    const int64_t needed = server_find(w, chat)->last_sequence + 1;
    if (m->size < needed) grow(m, 2 * needed);
    return m;
}

/** A message that was sent is shown as it is; if a page has told of it before, the answer may be ignored. */
static void learn_of_sent(model_chat *m, const answer *a) {
    if (m->known_at[a->from]) return;
    m->known_at[a->from] = a->revision;
    m->by_send[a->from] = true;
}

/** What was sent is known by no revision that could have been forgotten. */
static void forget(model_chat *m) {
    m->resets++;
    for (int64_t s = 0; s < m->size; s++) {
        if (!m->by_send[s]) m->known_at[s] = 0;
    }
}

static void learn(world *w, const answer *a) {
    model_chat *m = model_of(w, a->chat);
    if (a->sent) {
        learn_of_sent(m, a);
        return;
    }
    if (a->reset) {
        forget(m);
        return;
    }
    for (int64_t s = a->from; s <= a->to; s++) {
        if (m->known_at[s] < a->revision) m->known_at[s] = a->revision;
        m->by_send[s] = false;
        m->by_delta[s] = m->by_delta[s] || !a->before;
    }
    /* Edits and deletions since a revision bring forward what was known at that revision. */
    for (int64_t s = 1; a->since >= 0 && s <= a->after && s < m->size; s++) {
        const bool follows = m->known_at[s] && m->known_at[s] >= a->since;
        if (follows && m->known_at[s] < a->revision) m->known_at[s] = a->revision;
    }
}

void model_committed(world *w, const event_list *group) {
    for (size_t i = 0; i < group->count; i++) {
        const host_event *event = group->at[i];
        if (event->attempt > 2) {
            w->set_aside = true;
            log_event(w, "host: an event was set aside: %.80s", event->header);
        } else if (event->answer && !event->answer->lie) {
            learn(w, event->answer);
        }
    }
}

void model_free(world *w) {
    for (int i = 0; i < SERVER_CHATS_MAX; i++) {
        free(w->model.chats[i].known_at);
        free(w->model.chats[i].missed_ms);
        free(w->model.chats[i].newest);
        free(w->model.chats[i].by_send);
        free(w->model.chats[i].by_delta);
    }
}
