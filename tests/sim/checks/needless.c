#include <inttypes.h>

#include "../world.h"
#include "gen/schema.h"

/** What a transaction has done to what is stored, in bytes. */
typedef struct {
    int64_t put;     /* all that was written, be it there still or not */
    int64_t removed; /* what isn't there any more, but for victims */
    int64_t victims;
    int64_t largest; /* of the victims */
} turnover;

static int64_t bytes_of(const row *r) {
    if (!r) return 0;
    return r->entry ? entry_bytes(r->entry) : r->bytes;
}

static void count_media(world *w, const row_change *c, turnover *out) {
    const media_entry *e = c->before ? c->before->entry : NULL;
    const int64_t gone = bytes_of(c->before) - bytes_of(c->after);
    if (!e || gone <= 0) return;
    if (e->chat < 0 || e->file < 0 || w->usage.now[e->chat][e->file].excused) {
        out->removed += gone;
        return;
    }
    out->victims += gone;
    if (gone > out->largest) out->largest = gone;
}

static turnover count(world *w) {
    turnover all = {0};
    for (size_t i = 0; i < w->store.change_count; i++) {
        const row_change *c = &w->store.changes[i];
        if (c->store->kind == KIND_BLOBS) continue;
        all.put += bytes_of(c->after);
        if (c->store->kind == KIND_MEDIA) count_media(w, c, &all);
        else all.removed += bytes_of(c->before);
    }
    return all;
}

/** With a quota or an estimate the core may have learned of less than the limit that it was told of. */
void check_needless(world *w) {
    if (w->usage.asked || w->swarm.quota || w->swarm.estimates) return;
    const turnover all = count(w);
    const int64_t total = space_messages(w) + space_media(w), limit = w->space.told.bytes;
    if (!all.victims) return;
    if (total + all.removed + all.victims + all.put <= limit)
        violation(w, "victims", "%" PRId64 " bytes of media go, though there is room for all", all.victims);
    /* What one event has stored and another of the same transaction has taken away is not to be seen. */
    if (w->host->group.count > 1) return;
    if (total + all.removed + all.largest < limit * LIMIT_EVICT_TO_PERCENT / 100)
        violation(w, "victims", "%" PRId64 " bytes of media go, and %" PRId64 " of %" PRId64 " are left",
                  all.victims, total, limit);
}
