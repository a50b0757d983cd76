#include <inttypes.h>

#include "../world.h"
#include "gen/schema.h"

/** Whoever was used later has the later time in its row, whatever the clock did. */
void check_order_of(world *w, const media_entry *e) {
    const int64_t order = w->usage.files[e->chat][e->file].written;
    for (const row *r = store_of(&w->store, STORE_MEDIA_META)->rows; r && order; r = r->hh.next) {
        const media_entry *other = r->entry;
        const int64_t others = w->usage.files[other->chat][other->file].written;
        if (!others || others == order || (others < order) == (other->accessed_ms < e->accessed_ms)) continue;
        violation(w, "touches",
                  "file %d of chat %d was used %s file %d of chat %d, and its row says otherwise", e->file,
                  e->chat, others < order ? "after" : "before", other->file, other->chat);
    }
}

void check_touches_kept(world *w, const char *when) {
    for (const row *r = store_of(&w->store, STORE_MEDIA_META)->rows; r; r = r->hh.next) {
        const file_usage *f = &w->usage.files[r->entry->chat][r->entry->file];
        if (f->used != f->written && !f->vague)
            violation(w, "touches", "%s the last use of file %d of chat %d is not stored", when,
                      r->entry->file, r->entry->chat);
    }
}
