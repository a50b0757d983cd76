#include "swarm.h"

#include <inttypes.h>
#include <string.h>

#define SWARM_NAME(name) #name,
static const char *const names[] = {SWARM_FAULTS(SWARM_NAME)};

static const char *const layouts[] = {"rows", "blocks", "rows_first", "switches"};

static int one_of(prng *p, const int *choices, size_t count) {
    return choices[prng_between(p, 0, (int64_t)count - 1)];
}

#define PICK(p, ...) one_of(p, (const int[]){__VA_ARGS__}, sizeof(int[]){__VA_ARGS__} / sizeof(int))

/** Faults that are decided on at each step of the world must be rarer. */
static bool is_per_step(fault f) {
    return f == FAULT_STREAM_ENDS || f == FAULT_OUTAGE || f == FAULT_AWAY || f == FAULT_KILLED ||
           f == FAULT_CLOCK_FORWARD || f == FAULT_CLOCK_BACK || f == FAULT_DAMAGED_BLOCK;
}

static void pick_rates(swarm *s, prng *p) {
    const int share = PICK(p, 0, 1500, 4000, 7000);
    s->lies = prng_hits(p, 2000);
    for (fault f = 0; f < FAULTS; f++) {
        const bool lie = f >= FAULT_FIRST_LIE;
        const int rate = lie              ? PICK(p, 200, 1000, 4000)
                         : is_per_step(f) ? PICK(p, 5, 20, 80)
                                          : PICK(p, 30, 100, 400, 1500);
        const bool on = prng_hits(p, lie ? 4000 : share);
        s->rate[f] = on && (!lie || s->lies) ? rate : 0;
    }
}

/** Where what one tab has stored meets another's layout there must be several tabs. */
static void pick_layouts(swarm *s, prng *p) {
    s->padding = PICK(p, 0, 0, 0, 40, 400, 2000);
    s->layouts = prng_hits(p, 7000) ? TABS_BLOCKS : TABS_ROWS;
    if (prng_hits(p, 1500)) {
        s->layouts = prng_hits(p, 5000) ? TABS_ROWS_FIRST : TABS_SWITCH;
        if (s->rate[FAULT_KILLED] < 40) s->rate[FAULT_KILLED] = 40;
    }
}

bool swarm_blocks(const swarm *s, int64_t tab) {
    switch (s->layouts) {
    case TABS_ROWS: return false;
    case TABS_ROWS_FIRST: return tab > 0;
    case TABS_SWITCH: return tab % 2 == 1;
    default: return true;
    }
}

swarm swarm_pick(uint64_t seed) {
    prng p = prng_for(seed, "swarm");
    swarm s = {0};
    pick_rates(&s, &p);
    s.chats = PICK(&p, 1, 2, 3, 5, 8, 30);
    s.messages = PICK(&p, 0, 5, 40, 120, 300);
    if (s.chats > 8) s.messages /= 10;
    s.page_max = PICK(&p, 3, 8, 20, 60, 1000);
    s.chats_page_max = PICK(&p, 1, 3, 500);
    s.history_kept = PICK(&p, 3, 20, 500);
    s.burst_max = PICK(&p, 1, 10, 80, 300);
    s.server_pause = PICK(&p, 30, 300, 3000, 30000);
    s.user_pause = PICK(&p, 50, 500, 5000);
    s.latency = PICK(&p, 3, 30, 300);
    s.storage = PICK(&p, 0, 1, 20);
    s.old_database = prng_hits(&p, 1000);
    pick_layouts(&s, &p);
    s.author_pause = PICK(&p, 0, 100, 1000, 5000);
    s.author_burst = PICK(&p, 1, 3, 10);
    s.old_queue = prng_hits(&p, 1000);
    return s;
}

void swarm_heal(swarm *s) {
    memset(s->rate, 0, sizeof s->rate);
}

const char *swarm_fault_name(fault f) {
    return names[f];
}

void swarm_describe(const swarm *s, buffer *out) {
    buffer_print(out, "chats=%d messages=%" PRId64 " page_max=%" PRId64 " history=%d burst=%" PRId64,
                 s->chats, s->messages, s->page_max, s->history_kept, s->burst_max);
    buffer_print(out, " server_pause=%" PRId64 " user_pause=%" PRId64 " latency=%" PRId64 " storage=%" PRId64,
                 s->server_pause, s->user_pause, s->latency, s->storage);
    buffer_print(out, " author_pause=%" PRId64 " author_burst=%" PRId64, s->author_pause, s->author_burst);
    buffer_print(out, " layouts=%s padding=%" PRId64, layouts[s->layouts], s->padding);
    if (s->old_database) buffer_text(out, " old_database");
    if (s->old_queue) buffer_text(out, " old_queue");
    for (fault f = 0; f < FAULTS; f++) {
        if (s->rate[f]) buffer_print(out, " %s=%d", names[f], s->rate[f]);
    }
}
