#include "asker.h"

#include <stdlib.h>

/* utlist's macros compare in place. */
#include <utlist.h>

#include "download.h"
#include "stats.h"

asker *asker_find(const core *l, const char *command) {
    return registry_find(l->media.askers, command);
}

static void free_asker(asker *a) {
    if (a) free(a->command);
    free(a);
}

static bool enter_table(core *l, asker *a) {
    asker *table = registry_add(l->media.askers, a, a->command);
    if (table) l->media.askers = table;
    return table;
}

void asker_add(core *l, download *d, const char *command) {
    asker *a = calloc(1, sizeof *a);
    if (a) a->command = slice_copy(slice_of(command));
    if (!a || !a->command || !enter_table(l, a)) {
        free_asker(a);
        core_no_memory(l);
        return;
    }
    a->download = d;
    DL_APPEND(d->askers, a);
}

void asker_forget(core *l, asker *a) {
    DL_DELETE(a->download->askers, a);
    l->media.askers = registry_remove(l->media.askers, a);
    free_asker(a);
}

/* ---- answers ---- */

void askers_refuse(core *l, download *d, error_code code, const char *reason) {
    while (d->askers) {
        plan_reply(&l->plan, d->askers->command, code, reason);
        stats_count_reads(l, 0, 1);
        asker_forget(l, d->askers);
    }
}

static text *begin_answer(core *l, const media_entry *e, const char *command, bool kept) {
    text *out = plan_reply_result(&l->plan, command);
    text_raw(out, "{");
    text_string_member(out, "id", e->id);
    text_raw(out, kept ? ",\"kept\":true" : ",\"kept\":false");
    return out;
}

static void finish_answer(const media_entry *e, text *out) {
    text_string_member(out, "mimeType", media_mime_type(e));
    text_raw(out, "}}");
}

void asker_answer_kept(core *l, const media_entry *e, const char *command) {
    text *out = begin_answer(l, e, command, true);
    text_string_member(out, "key", media_text_of(e, MEDIA_BLOB_KEY));
    finish_answer(e, out);
}

static void answer_held(core *l, const media_entry *e, const char *command, int64_t held) {
    text *out = begin_answer(l, e, command, false);
    text_number_member(out, "held", held);
    finish_answer(e, out);
}

void askers_serve(core *l, download *d, bool kept, int64_t held) {
    while (d->askers) {
        if (kept) asker_answer_kept(l, d->entry, d->askers->command);
        else answer_held(l, d->entry, d->askers->command, held);
        stats_count_reads(l, 0, 1);
        asker_forget(l, d->askers);
    }
}
