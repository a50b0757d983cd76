#include "stragglers.h"

#include <inttypes.h>
#include <stdlib.h>

#include "accept.h"
#include "world.h"

static const int64_t delay_ms = 15000;

void stragglers_start(world *w) {
    w->stragglers.random = prng_for(w->seed, "stragglers");
}

static void take_out(straggler **at) {
    straggler *s = *at;
    *at = s->next;
    cJSON_Delete(s->params);
    free(s);
}

static void arrive(world *w, const happening *h) {
    straggler **at = &w->stragglers.first;
    while (*at && (*at)->serial != h->a) at = &(*at)->next;
    if (!*at) return;
    buffer ignored = {0};
    answer unheard;
    const straggler *s = *at;
    const int status = s->receipt ? accept_read(w, s->params, &ignored)
                                  : accept_message(w, s->params, true, &ignored, &unheard);
    log_event(w, "straggler %" PRId64 " has arrived: %d", h->a, status);
    buffer_free(&ignored);
    take_out(at);
}

void straggler_leaves(world *w, bool receipt, const cJSON *params) {
    stragglers *all = &w->stragglers;
    if (!prng_hits(&all->random, w->swarm.rate[FAULT_STRAGGLER])) return;
    straggler *s = checked(calloc(1, sizeof *s));
    s->serial = ++all->serials;
    s->receipt = receipt;
    s->params = checked(cJSON_Duplicate(params, true));
    s->next = all->first;
    all->first = s;
    world_after(w, prng_pause_ms(&all->random, delay_ms), arrive, s->serial, 0, 0);
}

void stragglers_free(world *w) {
    while (w->stragglers.first) take_out(&w->stragglers.first);
}
