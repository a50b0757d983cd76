#include "outgoing.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/schema.h"
#include "world.h"

int64_t outgoing_add(world *w, bool receipt, int chat) {
    outgoing_list *all = &w->outgoing;
    if (all->count + 2 > all->capacity) {
        all->capacity = all->capacity ? all->capacity * 2 : 64;
        all->at = checked(realloc(all->at, (size_t)all->capacity * sizeof *all->at));
    }
    all->at[++all->count] = (outgoing){.receipt = receipt, .chat = chat, .tab = w->tab->number};
    return all->count;
}

outgoing *outgoing_of(const world *w, int64_t number) {
    return number >= 1 && number <= w->outgoing.count ? &w->outgoing.at[number] : NULL;
}

void outgoing_free(world *w) {
    free(w->outgoing.at);
}

void outgoing_starts_anew(outgoing *o) {
    o->final = o->set_aside = o->unpaid = false;
    o->tries = 0;
}

/** The first call of a core may be the repetition of one that was interrupted. */
void outgoing_leaves(const world *w, outgoing *o) {
    o->tries += o->life == w->host->life;
    o->asked_ms = 0;
    o->life = w->host->life;
}

static bool is_final(int status) {
    return status >= 400 && status < 500 && status != 401 && status != 408 && status != 425 && status != 429;
}

/** Of what is no number of seconds nothing is expected. */
static int64_t wait_ms(const char *retry_after) {
    if (!retry_after || !*retry_after || retry_after[strspn(retry_after, "0123456789")]) return 0;
    const double ms = strtod(retry_after, NULL) * 1000;
    return ms < LIMIT_RETRY_AFTER_MAX_MS ? (int64_t)ms : LIMIT_RETRY_AFTER_MAX_MS;
}

void outgoing_ends(outgoing *o, int status, const char *retry_after) {
    if (is_final(status)) o->final = true;
    o->asked_ms = wait_ms(retry_after);
    if (status != 401) return;
    o->unpaid = true;
    if (o->tries > 0) o->tries--;
}

static const char start[] = "written ";

void outgoing_write_text(buffer *out, int64_t number, int draft) {
    buffer_print(out, "%s%" PRId64 " draft %d", start, number, draft);
}

bool outgoing_read_text(const char *content, int64_t *number, int *draft) {
    if (!content || strncmp(content, start, sizeof start - 1) != 0) return false;
    return sscanf(content + sizeof start - 1, "%" SCNd64 " draft %d", number, draft) == 2;
}
