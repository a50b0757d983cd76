#include "lru.h"

#include <string.h>

/* utlist's macros compare in place. */
#include <utlist.h>

#include "media.h"
#include "plant.h"

static int compare(const media_entry *a, const media_entry *b) {
    if (a->accessed_ms != b->accessed_ms) return a->accessed_ms < b->accessed_ms ? -1 : 1;
    return strcmp(a->id, b->id);
}

void lru_add(lru *order, media_entry *e, int list) {
    const media_entry *head = order->heads[list];
    const bool is_last = !head || compare(head->prev, e) < 0;
    if (!is_last) list += LRU_LISTS;
    e->list = (uint8_t)list;
    DL_APPEND(order->heads[list], e);
}

void lru_remove(lru *order, media_entry *e) {
    if (e->list == LRU_NONE) return;
    DL_DELETE(order->heads[e->list], e);
    e->list = LRU_NONE;
}

/** Merges two sorted lists into the first. */
static void merge(media_entry **into, media_entry **from, int list) {
    media_entry *at = *into;
    while (*from) {
        media_entry *e = *from;
        while (at && compare(at, e) < 0) at = at->next;
        DL_DELETE(*from, e);
        e->list = (uint8_t)list;
        if (at) DL_PREPEND_ELEM(*into, at, e);
        else DL_APPEND(*into, e);
    }
}

static void settle(lru *order, int list) {
    media_entry **waiting = &order->heads[list + LRU_LISTS];
    if (!*waiting) return;
    DL_SORT(*waiting, compare);
    merge(&order->heads[list], waiting, list);
}

void lru_settle(lru *order) {
    for (int list = 0; list < LRU_LISTS; list++) settle(order, list);
}

/** Of all lists, by time alone: a planted bug. */
static media_entry *oldest(lru *order) {
    media_entry *first = NULL;
    lru_settle(order);
    for (int list = 0; list < LRU_LISTS; list++) {
        media_entry *e = order->heads[list];
        if (e && (!first || compare(e, first) < 0)) first = e;
    }
    return first;
}

media_entry *lru_first(lru *order) {
    if (PLANTED(priority_ignored)) return oldest(order);
    for (int list = 0; list < LRU_LISTS; list++) {
        settle(order, list);
        if (order->heads[list]) return order->heads[list];
    }
    return NULL;
}

static bool goes_before(const media_entry *e, const media_entry *other) {
    if (e->list == LRU_NONE) return false;
    const int list = e->list % LRU_LISTS, other_list = other ? other->list % LRU_LISTS : LRU_NONE;
    return list != other_list ? list < other_list : compare(e, other) < 0;
}

media_entry *lru_first_of(const chat *c) {
    media_entry *e, *first = NULL;
    DL_FOREACH2(c->media, e, chat_next) {
        if (goes_before(e, first)) first = e;
    }
    return first;
}
