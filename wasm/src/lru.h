#ifndef LARDER_LRU_H
#define LARDER_LRU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "chat.h"

struct media_entry;

/**
 * The order in which media are evicted: originals by priority, then thumbnails whose original is gone by
 * priority; in each of these lists who was used longest ago goes first, then by id.
 *
 * An entry that was used just now goes to the end of its list, however long that is. One that comes back with
 * an older time waits beside the list; what waits is sorted and merged once a victim is looked for. So no
 * change walks a list, and the first victim is the head of the first of them.
 */
enum { LRU_LISTS = 2 * (MEDIA_PRIORITY_HIGH + 1), LRU_NONE = 2 * LRU_LISTS };

typedef struct {
    struct media_entry *heads[2 * LRU_LISTS]; /* the lists; behind them what waits beside each */
} lru;

/** Puts an entry that is on no list on one. Its time must not change while it is there. */
void lru_add(lru *order, struct media_entry *e, int list);
/** Takes an entry off its list; one that is on none is left alone. */
void lru_remove(lru *order, struct media_entry *e);

/** Merges what waits, on all lists. */
void lru_settle(lru *order);

/** The first victim; NULL where there is none. */
struct media_entry *lru_first(lru *order);
/** The first of one chat, for which its entries are looked through. */
struct media_entry *lru_first_of(const chat *c);

#endif
