#include "model.h"

#include <stdlib.h>

#include "world.h"

static void grow(model_chat *m, int64_t size) {
    m->known_at = checked(realloc(m->known_at, (size_t)size * sizeof *m->known_at));
    m->missed_ms = checked(realloc(m->missed_ms, (size_t)size * sizeof *m->missed_ms));
    m->newest = checked(realloc(m->newest, (size_t)size * sizeof *m->newest));
    for (int64_t s = m->size; s < size; s++) {
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

static void learn(world *w, const answer *a) {
    model_chat *m = model_of(w, a->chat);
    if (a->reset) {
        m->resets++;
        for (int64_t s = 0; s < m->size; s++) m->known_at[s] = 0;
        return;
    }
    for (int64_t s = a->from; s <= a->to; s++) {
        if (m->known_at[s] < a->revision) m->known_at[s] = a->revision;
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
    }
}
