#include "lies.h"

#include <stdlib.h>
#include <string.h>

#include "world.h"

void lies_start(world *w) {
    w->liar.random = prng_for(w->seed, "lies");
    w->liar.bodies = checked(calloc(SERVER_CHATS_MAX, LIAR_BODIES * sizeof *w->liar.bodies));
}

void lies_free(world *w) {
    for (int i = 0; i < SERVER_CHATS_MAX * LIAR_BODIES; i++) buffer_free(&w->liar.bodies[i]);
    free(w->liar.bodies);
}

static bool hits(world *w, fault f) {
    return prng_hits(&w->liar.random, w->swarm.rate[f]);
}

static int64_t between(world *w, int64_t least, int64_t most) {
    return prng_between(&w->liar.random, least, most);
}

static page_message *some(world *w, messages_page *page) {
    return page->count ? &page->messages[between(w, 0, page->count - 1)] : NULL;
}

static void insert(world *w, messages_page *page, page_message m) {
    page_reserve(page, 1);
    const int64_t at = between(w, 0, page->count);
    memmove(page->messages + at + 1, page->messages + at,
            (size_t)(page->count - at) * sizeof *page->messages);
    page->messages[at] = m;
    page->count++;
}

static bool is_there(const world *w, int chat, int64_t sequence) {
    const server_message *m = server_message_of(w, chat, sequence);
    return m && !m->deleted;
}

/** Honest messages from below what was asked. */
static void overlap(world *w, const messages_question *asked, messages_page *page) {
    if (!page->covers || page->from > asked->after + 1) return;
    const int64_t least = page->from > 6 ? page->from - 6 : 1;
    for (int64_t s = page->from - 1; s >= least; s--) {
        if (is_there(w, asked->chat, s)) insert(w, page, page_message_of(w, asked->chat, s));
    }
    page->from = least;
}

/** Whether a message that can be believed lies above. */
static bool has_above(const messages_question *asked, const messages_page *page, int64_t sequence) {
    for (int64_t i = 0; i < page->count; i++) {
        const page_message *m = &page->messages[i];
        const bool in_question = !asked->before || m->sequence < asked->before;
        if (m->sequence > sequence && in_question && !m->broken && m->chat == asked->chat) return true;
    }
    return false;
}

/**
 * Upside down, missing, or shifted so that a message of the page lies outside: it comes after the other lies,
 * since one that can't be found out is believed.
 */
static void wrong_covers(world *w, const messages_question *asked, messages_page *page) {
    if (!page->covers) return;
    const int64_t shift = between(w, 1, 5);
    const int64_t from = page->from;
    switch (between(w, 0, 3)) {
    case 0: page->covers = false; break;
    case 1: page->from += shift, page->to += shift; break;
    case 2:
        if (from > shift && has_above(asked, page, page->to - shift)) page->from -= shift, page->to -= shift;
        break;
    default: page->from = page->to + 1, page->to = from;
    }
}

static void twin(world *w, messages_page *page) {
    const page_message *of = some(w, page);
    if (!of) return;
    page_message made = *of;
    id_of_fake(made.id, ++w->server.fakes);
    insert(w, page, made);
}

/** A number of the page at which there is no message; 0: none. */
static int64_t free_number(const world *w, const messages_question *asked, const messages_page *page) {
    for (int64_t s = page->from; page->covers && s <= page->to; s++) {
        if (!is_there(w, asked->chat, s)) return s;
    }
    return 0;
}

/** A message of another chat: under this chat's name (`steals`) or under its own. */
static void foreign(world *w, const messages_question *asked, messages_page *page, bool steals) {
    const int other = (int)between(w, 0, w->server.chat_count - 1);
    const int64_t last = server_find(w, other)->last_sequence;
    if (other == asked->chat || last == 0) return;
    page_message made = page_message_of(w, other, between(w, 1, last));
    const int64_t number = free_number(w, asked, page);
    if (steals) {
        made.chat = asked->chat;
        made.sequence = number ? number : ++page->last_sequence;
        if (!number && page->covers) page->to = page->last_sequence;
    }
    insert(w, page, made);
}

static void disorder(world *w, messages_page *page) {
    const page_message *twice = some(w, page);
    if (twice) insert(w, page, *twice);
    for (int64_t i = page->count - 1; i > 0; i--) {
        const int64_t j = between(w, 0, i);
        const page_message swapped = page->messages[i];
        page->messages[i] = page->messages[j];
        page->messages[j] = swapped;
    }
}

bool lie_in_page(world *w, const messages_question *asked, messages_page *page) {
    bool lied = false, covers = false;
    if (!w->swarm.lies || page->reset) return false;
    for (fault f = FAULT_FIRST_LIE; f < FAULTS; f++) {
        if (f == FAULT_LIE_REPEAT || f == FAULT_LIE_CURSOR || !hits(w, f)) continue;
        page_message *m = some(w, page);
        lied = true;
        if (f == FAULT_LIE_OVERLAP) overlap(w, asked, page);
        if (f == FAULT_LIE_COVERS) covers = true;
        if (f == FAULT_LIE_TWIN) twin(w, page);
        if (f == FAULT_LIE_ID) foreign(w, asked, page, true);
        if (f == FAULT_LIE_STRANGER) foreign(w, asked, page, false);
        if (f == FAULT_LIE_ORDER) disorder(w, page);
        if (f == FAULT_LIE_LAST && page->last_sequence > 3) page->last_sequence -= between(w, 1, 3);
        if (f == FAULT_LIE_RECORD && m) m->broken = true;
        if (f == FAULT_LIE_SEQUENCE && m && m->sequence > 1) m->sequence -= between(w, 1, m->sequence - 1);
        log_event(w, "server: lies about chat %d: %s", asked->chat, swarm_fault_name(f));
    }
    if (covers) wrong_covers(w, asked, page);
    return lied;
}

bool lie_in_body(world *w, int chat, buffer *body) {
    if (!w->swarm.lies) return false;
    buffer *kept = &w->liar.bodies[chat * LIAR_BODIES + prng_skewed(&w->liar.random, LIAR_BODIES)];
    if (!kept->size || !hits(w, FAULT_LIE_REPEAT)) {
        buffer_clear(kept);
        buffer_bytes(kept, body->at, body->size);
        return false;
    }
    buffer_clear(body);
    buffer_bytes(body, kept->at, kept->size);
    log_event(w, "server: answers for chat %d what it answered before", chat);
    return true;
}

static void replace_tail(buffer *body, const char *from, const char *tail) {
    char *at = strstr(body->at, from);
    if (!at) return;
    body->size = (size_t)(at - body->at);
    buffer_text(body, tail);
}

void lie_in_list(world *w, const char *cursor, buffer *body) {
    if (!w->swarm.lies) return;
    char *broken = strstr(body->at, "\"lastSequence\"");
    if (broken && hits(w, FAULT_LIE_RECORD)) broken[1] = 'x';
    if (!hits(w, FAULT_LIE_CURSOR)) return;
    replace_tail(body, "\"cursor\":", "\"cursor\":");
    if (cursor) buffer_print(body, "\"%s\",\"hasMore\":true}", cursor);
    else buffer_text(body, "null,\"hasMore\":true}");
    log_event(w, "server: lies about the list's cursor");
}
