#include "view.h"

#include <stdlib.h>
#include <string.h>

#include "gen/schema.h"
#include "world.h"

/* ---- merging ---- */

static void append(chat_view *v, const brief *message) {
    if (v->count == v->capacity) {
        v->capacity = v->capacity ? v->capacity * 2 : 64;
        v->at = checked(realloc(v->at, v->capacity * sizeof *v->at));
    }
    v->at[v->count++] = *message;
}

static void append_hole(chat_view *v, const row *r) {
    v->holes = checked(realloc(v->holes, (v->hole_count + 1) * sizeof *v->holes));
    v->holes[v->hole_count++] = (view_hole){r->sequence, r->block->last_sequence};
}

/** Whether a row with this id, under any number, is the chat's. */
static bool is_copy(const object_store *rows, const char *request_id, const brief *message) {
    const row *r = store_get(rows, message->id);
    return r && r->sequence && strcmp(r->request_id, request_id) == 0;
}

static void append_block(chat_view *v, const object_store *rows, const char *request_id, const block *b) {
    const row_index *index = store_index(rows, request_id);
    for (size_t i = 0; i < b->message_count; i++) {
        const brief *message = &b->messages[i];
        if (index && store_at(index, message->sequence)) continue;
        if (is_copy(rows, request_id, message)) v->copies++;
        else append(v, message);
    }
}

static int by_sequence(const void *left, const void *right) {
    const int64_t a = ((const brief *)left)->sequence, b = ((const brief *)right)->sequence;
    return a < b ? -1 : a > b;
}

void view_read(chat_view *out, database *s, const char *request_id) {
    const object_store *rows = store_of(s, STORE_MESSAGES);
    const row_index *index = store_index(rows, request_id);
    const row_index *blocks = store_index(store_of(s, STORE_MESSAGE_BLOCKS), request_id);
    out->count = out->copies = out->hole_count = 0;
    for (size_t i = 0; blocks && i < blocks->count; i++) {
        const row *r = blocks->at[i];
        if (r->block->damaged) append_hole(out, r);
        else append_block(out, rows, request_id, r->block);
    }
    const bool mixed = out->count > 0;
    for (size_t i = 0; index && i < index->count; i++) append(out, &index->at[i]->message);
    if (mixed) qsort(out->at, out->count, sizeof *out->at, by_sequence);
}

void view_free(chat_view *v) {
    free(v->at);
    free(v->holes);
    *v = (chat_view){0};
}

/* ---- looking ---- */

size_t view_settled(const chat_view *v) {
    size_t count = v->count;
    while (count > 0 && v->at[count - 1].sequence >= LIMIT_PROVISIONAL_SEQUENCE_MIN) count--;
    return count;
}

const brief *view_at(const chat_view *v, int64_t sequence) {
    const brief wanted = {.sequence = sequence};
    return v->count ? bsearch(&wanted, v->at, v->count, sizeof *v->at, by_sequence) : NULL;
}

const brief *view_find(const chat_view *v, const char *id, int64_t sequence) {
    const brief *there = view_at(v, sequence);
    if (there && strcmp(there->id, id) == 0) return there;
    for (size_t i = 0; i < v->count; i++) {
        if (strcmp(v->at[i].id, id) == 0) return &v->at[i];
    }
    return NULL;
}

bool view_same(const chat_view *a, const chat_view *b) {
    bool same = a->count == b->count;
    for (size_t i = 0; same && i < a->count; i++) {
        const brief *one = &a->at[i], *other = &b->at[i];
        same = one->sequence == other->sequence && one->version == other->version &&
               strcmp(one->id, other->id) == 0;
    }
    return same;
}

bool view_is_damaged(const chat_view *v, int64_t sequence) {
    for (size_t i = 0; i < v->hole_count; i++) {
        if (sequence >= v->holes[i].first && sequence <= v->holes[i].last) return true;
    }
    return false;
}

/* ---- of the world ---- */

const chat_view *view_of(const world *w, int chat) {
    return &w->views[chat];
}

void view_refresh(world *w, int chat) {
    char id[ID_BYTES];
    id_of_chat(id, chat);
    view_read(&w->views[chat], &w->store, id);
}

void views_free(world *w) {
    for (int i = 0; i < SERVER_CHATS_MAX; i++) view_free(&w->views[i]);
}
