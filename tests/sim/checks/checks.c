#include "checks.h"

#include <string.h>

#include "../world.h"

static void check_chat(world *w, int chat) {
    if (!cached_of(w, chat)->by_core) return;
    check_blocks(w, chat);
    check_counts(w, chat);
    check_positions(w, chat);
    check_gaps(w, chat);
    check_holes(w, chat);
    check_unread(w, chat);
    check_unsent(w, chat);
    check_shown_once(w, chat);
    check_chat_bytes(w, chat);
}

static void note_chat(world *w, const char *request_id) {
    const int chat = id_read_chat(request_id);
    if (chat >= 0 && chat < SERVER_CHATS_MAX) w->touched[chat] = true;
}

/** What of the chat was lost with a damaged block is known no more: commands given before can't be judged. */
static void note_damage(world *w, const row *r) {
    const int chat = id_read_chat(r->request_id);
    if (!r->block || !r->block->damaged || !server_find(w, chat)) return;
    model_of(w, chat)->resets++;
    w->cached[chat].miscounted = true;
}

static bool is_any_block(const database *s) {
    for (size_t i = 0; i < s->change_count; i++) {
        if (s->changes[i].store->kind == KIND_BLOCKS) return true;
    }
    return false;
}

static void look_at(world *w, const row_change *change) {
    const row *any = change->after ? change->after : change->before;
    if (any->queued || any->entry || any->blob) return;
    if (change->store->kind != KIND_PLAIN) {
        check_owner(w, change);
        check_block_changes(w, change);
        if (change->before) note_chat(w, change->before->request_id);
        if (change->before) note_damage(w, change->before);
        if (change->after) note_chat(w, change->after->request_id);
    } else if (id_read_chat(any->key) >= 0) {
        const int chat = id_read_chat(any->key);
        note_chat(w, any->key);
        cached_read(w, chat);
        w->cached[chat].by_core = true;
        w->list_touched = true;
    }
}

void checks_forget_touched(world *w) {
    memset(w->touched, 0, sizeof w->touched);
    w->list_touched = w->queue_touched = false;
}

static void check_media(world *w) {
    check_bytes(w);
    check_victims(w);
    check_needless(w);
    check_touches_written(w);
    check_stats(w);
    check_limit(w);
}

void checks_committed(world *w) {
    checks_forget_touched(w);
    for (size_t i = 0; i < w->store.change_count; i++) look_at(w, &w->store.changes[i]);
    bool changed = false;
    for (int chat = 0; chat < w->server.chat_count; chat++) {
        if (!w->touched[chat]) continue;
        changed = check_truth(w, chat) || changed;
        check_chat(w, chat);
        check_evicted(w, chat);
    }
    w->budget.rewrites += !changed && is_any_block(&w->store);
    check_listing(w);
    check_queue(w);
    check_media(w);
}

void checks_all(world *w) {
    if (w->store.change_count) return;
    check_recount(w);
    check_whole_queue(w);
    check_all_bytes(w);
    for (int chat = 0; chat < w->server.chat_count; chat++) check_chat(w, chat);
}
