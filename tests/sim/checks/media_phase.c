#include <inttypes.h>

#include "../world.h"
#include "gen/schema.h"

enum { GETS_MAX = 8, PREFETCHES_MAX = 4 };

static void settle_here(world *w) {
    check_settle(w, "after media were asked for");
}

/** Where it fits, and nothing that may stay is in its way. */
static bool fits(world *w, const media_file *file) {
    const int64_t others = space_messages(w) + space_media(w) - check_evictable_bytes(w);
    return !w->swarm.estimates && !w->space.quota && file->bytes.size <= space_item_limit(w) &&
           others + file->bytes.size <= w->space.told.bytes / 10 * 9;
}

/** It is here at once, or comes; what comes afterwards may make it go. */
static void get(world *w, int chat, int file) {
    const bool expected = gallery_gives(gallery_find(w, chat, file));
    const media_entry *e = entry_of(w, chat, file);
    w->usage.served = e && *e->blob && bytes_are_there(w, e->blob);
    tabs_focus_any(w);
    viewers_get(w, chat, file);
    settle_here(w);
    if (expected && !w->usage.served && !w->log.violated)
        violation(w, "liveness", "file %d of chat %d was asked for, and nobody got it", file, chat);
}

/** Where there is plenty of room. */
static bool has_plenty(world *w) {
    return space_messages(w) + space_media(w) < w->space.told.bytes / 2;
}

static void prefetch(world *w, int chat, int file) {
    const media_file *truth = gallery_find(w, chat, file);
    const bool expected = gallery_gives(truth) && fits(w, truth);
    viewers_prefetch(w, chat, file);
    settle_here(w);
    const media_entry *e = entry_of(w, chat, file);
    if (expected && has_plenty(w) && !w->log.violated && !(e && *e->blob))
        violation(w, "liveness", "file %d of chat %d was wanted for later, and is not here", file, chat);
}

static int some_chat(world *w) {
    return prng_skewed(&w->clock.random, w->server.chat_count);
}

static int some_file(world *w) {
    return (int)prng_between(&w->clock.random, 0, w->swarm.media_files - 1);
}

/** Nothing is half done. */
static void check_entries(world *w) {
    for (const row *r = store_of(&w->store, STORE_MEDIA_META)->rows; r && !w->log.violated; r = r->hh.next) {
        const media_entry *e = r->entry;
        const media_file *truth = gallery_find(w, e->chat, e->file);
        if (e->status == ENTRY_DOWNLOADING)
            violation(w, "liveness", "file %d of chat %d is being fetched for ever", e->file, e->chat);
        if (e->wanted && !*e->blob && gallery_gives(truth))
            violation(w, "liveness", "file %d of chat %d was wanted, and is never fetched", e->file, e->chat);
    }
    if (network_calls_of(w, METHOD_MEDIA)) violation(w, "liveness", "a file is fetched for ever");
}

/** The next tab finds what is left over. */
static void start_anew(world *w) {
    w->swarm.estimates = false;
    tabs_kill_all(w);
    check_settle(w, "after the tab was opened anew");
    if (!w->log.violated) check_no_stray_files(w, "after the tab was opened anew");
    if (!w->log.violated) check_all_bytes(w);
}

/** From now on there is room for everything. */
static void give_room(world *w) {
    w->space.quota = w->swarm.quota = 0;
    viewers_set_limits(w, LIMIT_CACHE_BYTES, LIMIT_CACHE_BYTES);
    settle_here(w);
}

void check_media_phase(world *w) {
    const bool any = w->swarm.viewer_pause > 0;
    w->healed = true;
    for (int i = 0; any && i < GETS_MAX && !w->log.violated; i++) get(w, some_chat(w), some_file(w));
    for (int i = 0; any && i < PREFETCHES_MAX && !w->log.violated; i++)
        prefetch(w, some_chat(w), some_file(w));
    if (!w->log.violated) check_touches_kept(w, "after all is calm");
    if (!w->log.violated) check_entries(w);
    if (!w->log.violated) give_room(w);
    if (!w->log.violated) start_anew(w);
}
