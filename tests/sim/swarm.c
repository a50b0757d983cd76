#include "swarm.h"

#include <inttypes.h>
#include <string.h>

#include "gallery.h"

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
           f == FAULT_CLOCK_FORWARD || f == FAULT_CLOCK_BACK || f == FAULT_DAMAGED_BLOCK ||
           f == FAULT_MEDIA_LOST || f == FAULT_TAB_FROZEN || f == FAULT_TAB_HIDDEN || f == FAULT_TAB_CLOSED;
}

/** Each is picked by a generator of its own, so that the rest of a seed's world stays as it was without. */
typedef enum { PART_WORLD, PART_MEDIA, PART_TABS } part;

static bool is_lie(fault f) {
    return f >= FAULT_FIRST_LIE && f < FAULT_FIRST_OF_TABS;
}

static part part_of(fault f) {
    if (f >= FAULT_FIRST_OF_TABS) return PART_TABS;
    return f >= FAULT_FIRST_OF_MEDIA && f < FAULT_FIRST_LIE ? PART_MEDIA : PART_WORLD;
}

static void pick_rates(swarm *s, prng *p, part of) {
    const int share = PICK(p, 0, 1500, 4000, 7000);
    if (of == PART_WORLD) s->lies = prng_hits(p, 2000);
    for (fault f = 0; f < FAULTS; f++) {
        if (part_of(f) != of) continue;
        const bool lie = is_lie(f);
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

/** About what the newest messages of all chats take, which always stay. */
static int64_t kept_bytes(const swarm *s) {
    const int64_t each = s->messages < 60 ? s->messages + 10 : 60;
    return s->chats * each * (s->layouts == TABS_BLOCKS ? 350 + s->padding / 2 : 700);
}

/** Room for a few files besides the newest messages, for many, or for all. */
static void pick_room(swarm *s, prng *p) {
    const int64_t share = PICK(p, 0, 0, 2, 6, 20);
    if (share) s->limit = PICK(p, 0, 1, 1, 2) * kept_bytes(s) + share * s->media_size + 1000;
    s->item_limit = PICK(p, 0, 0, 0, 1, 2) * s->media_size / 2;
    if (prng_hits(p, 1500)) s->quota = kept_bytes(s) + PICK(p, 1, 5, 20) * s->media_size + 20000;
    s->estimates = prng_hits(p, 2000);
}

static void pick_tabs(swarm *s, uint64_t seed) {
    prng p = prng_for(seed, "tabs");
    s->tabs = PICK(&p, 1, 1, 2, 2, 3, 4);
    if (s->tabs > 1) pick_rates(s, &p, PART_TABS);
}

static void pick_media(swarm *s, uint64_t seed) {
    prng p = prng_for(seed, "media");
    pick_rates(s, &p, PART_MEDIA);
    s->media_files = PICK(&p, 1, 3, 6, GALLERY_FILES_MAX);
    if (s->chats > 8) s->media_files = 1;
    s->media_size = PICK(&p, 200, 2000, 20000);
    s->viewer_pause = PICK(&p, 0, 100, 500, 3000);
    s->files_from = PICK(&p, 0, 0, 1, 1000);
    s->thumbnail_side = PICK(&p, 0, 320);
    pick_room(s, &p);
}

swarm swarm_pick(uint64_t seed) {
    prng p = prng_for(seed, "swarm");
    swarm s = {0};
    pick_rates(&s, &p, PART_WORLD);
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
    pick_media(&s, seed);
    pick_tabs(&s, seed);
    return s;
}

void swarm_heal(swarm *s) {
    memset(s->rate, 0, sizeof s->rate);
}

const char *swarm_fault_name(fault f) {
    return names[f];
}

void swarm_describe(const swarm *s, buffer *out) {
    buffer_print(out, "tabs=%d ", s->tabs);
    buffer_print(out, "chats=%d messages=%" PRId64 " page_max=%" PRId64 " history=%d burst=%" PRId64,
                 s->chats, s->messages, s->page_max, s->history_kept, s->burst_max);
    buffer_print(out, " server_pause=%" PRId64 " user_pause=%" PRId64 " latency=%" PRId64 " storage=%" PRId64,
                 s->server_pause, s->user_pause, s->latency, s->storage);
    buffer_print(out, " author_pause=%" PRId64 " author_burst=%" PRId64, s->author_pause, s->author_burst);
    buffer_print(out, " layouts=%s padding=%" PRId64, layouts[s->layouts], s->padding);
    buffer_print(out, " files=%d size=%" PRId64 " viewer_pause=%" PRId64, s->media_files, s->media_size,
                 s->viewer_pause);
    buffer_print(out, " limit=%" PRId64 " item=%" PRId64 " quota=%" PRId64 "%s", s->limit, s->item_limit,
                 s->quota, s->estimates ? " estimates" : "");
    buffer_print(out, " files_from=%" PRId64 " thumbnails=%d", s->files_from, s->thumbnail_side);
    if (s->old_database) buffer_text(out, " old_database");
    if (s->old_queue) buffer_text(out, " old_queue");
    for (fault f = 0; f < FAULTS; f++) {
        if (s->rate[f]) buffer_print(out, " %s=%d", names[f], s->rate[f]);
    }
}
