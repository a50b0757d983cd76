#include "turns.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "gen/schema.h"
#include "world.h"

bool turn_is_free(const world *w) {
    return !w->turns.holder;
}

bool turn_take(world *w, int64_t life) {
    if (w->turns.holder && w->turns.holder != life) return false;
    w->turns.holder = life;
    return true;
}

void turn_wait(world *w, void (*act)(world *, const happening *), int64_t a, int64_t b, int64_t c) {
    turns *t = &w->turns;
    if (t->count == t->capacity) {
        t->capacity = t->capacity ? t->capacity * 2 : 8;
        t->waiting = checked(realloc(t->waiting, t->capacity * sizeof *t->waiting));
    }
    t->waiting[t->count++] = (happening){.act = act, .a = a, .b = b, .c = c, .tab = w->tab->number};
}

/** Whoever comes too late waits again. */
void turn_release(world *w, int64_t life) {
    turns *t = &w->turns;
    if (!life || t->holder != life) return;
    t->holder = 0;
    for (size_t i = 0; i < t->count; i++) {
        t->waiting[i].time_ms = w->time_ms;
        timeline_add(&w->timeline, t->waiting[i]);
    }
    t->count = 0;
}

void turns_free(world *w) {
    free(w->turns.waiting);
}

/* ---- generations ---- */

static const char member[] = "\"generation\":";

int64_t turn_generation(const world *w) {
    const object_store *stats = store_of((database *)&w->store, STORE_CACHE_STATS);
    const row *r = store_get(stats, "leader");
    const char *at = r ? strstr(r->text, member) : NULL;
    return at ? strtoll(at + sizeof member - 1, NULL, 10) : 0;
}

int64_t turn_claim(world *w) {
    const int64_t generation = turn_generation(w) + 1;
    buffer json = {0};
    buffer_print(&json, "{\"key\":\"leader\",%s%" PRId64 "}", member, generation);
    cJSON *value = checked(cJSON_Parse(json.at));
    store_put(&w->store, store_of(&w->store, STORE_CACHE_STATS), value, true);
    store_commit(&w->store);
    cJSON_Delete(value);
    buffer_free(&json);
    if (w->tabs.claimed_by && w->tabs.claimed_by != w->tab->number) w->tabs.totals.takeovers++;
    w->tabs.claimed_by = w->tab->number;
    return generation;
}
