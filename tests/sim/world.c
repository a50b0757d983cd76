#include "world.h"

#include <inttypes.h>
#include <stdlib.h>

#include "old_database.h"

void world_after(world *w, int64_t wait_ms, void (*act)(world *, const happening *), int64_t a, int64_t b,
                 int64_t c) {
    timeline_add(&w->timeline,
                 (happening){.time_ms = w->time_ms + wait_ms, .act = act, .a = a, .b = b, .c = c});
}

bool world_next(world *w) {
    happening next;
    if (w->log.violated || !timeline_take(&w->timeline, &next)) return false;
    if (next.time_ms > w->time_ms) w->time_ms = next.time_ms;
    const bool happens = tab_may_happen(w, &next);
    w->idled = next.idle || !happens;
    if (!next.idle) w->busy_ms = w->time_ms;
    if (happens) next.act(w, &next);
    if (w->idled) return !w->log.violated;
    w->step++;
    check_pace(w);
    return !w->log.violated;
}

/** The device sleeps, and wakes up in a world that went on. */
static void fall_asleep(world *w) {
    static const int64_t hour_ms = 3600000;
    prng *p = &w->clock.random;
    const int64_t hours = prng_between(p, 1, prng_hits(p, 5000) ? 48 : 24 * 150);
    log_event(w, "the device sleeps for %" PRId64 " hours", hours);
    network_sleep(w);
    for (int64_t i = prng_between(p, 0, 40); i > 0; i--) {
        w->time_ms += hours * hour_ms / 41;
        server_act(w);
    }
}

static void live(world *w, int64_t steps) {
    while (w->step < steps && world_next(w)) {
        if (w->idled) continue;
        if (prng_hits(&w->clock.random, w->swarm.rate[FAULT_AWAY])) fall_asleep(w);
        clock_step(w);
        network_step(w);
        tabs_step(w);
        damage_step(w);
        viewers_step(w);
        if (w->step % 50 == 0) checks_all(w);
    }
}

static void world_start(world *w) {
    w->swarm = swarm_pick(w->seed);
    w->time_ms = WORLD_START_MS;
    clock_start(w);
    store_start(&w->store);
    tab_focus(w, &w->tabs.at[0]);
    channel_start(w);
    network_start(w);
    stragglers_start(w);
    lies_start(w);
    gallery_start(w);
    transfers_start(w);
    space_start(w);
    server_start(w);
    if (w->swarm.old_database) old_database_make(w);
    if (w->swarm.old_queue) old_queue_make(w);
    users_start(w);
    author_start(w);
    viewers_start(w);
    damage_start(w);
    tabs_start(w);
}

world *world_run(const world_options *options) {
    world *w = checked(calloc(1, sizeof *w));
    w->seed = options->seed;
    w->log.verbose = options->verbose;
    world_start(w);
    live(w, options->steps);
    if (!w->log.violated) check_liveness(w);
    return w;
}

void world_free(world *w) {
    tabs_free(w);
    commands_free(w);
    changes_free(w);
    turns_free(w);
    channel_free(w);
    network_free(w);
    stragglers_free(w);
    store_free(&w->store);
    folder_free(w);
    lies_free(w);
    server_free(w);
    model_free(w);
    outgoing_free(w);
    cached_free(w);
    views_free(w);
    timeline_free(&w->timeline);
    free(w);
}
