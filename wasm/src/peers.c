#include "peers.h"

#include <stdlib.h>
#include <string.h>

#include <utlist.h>

#include "json.h"
#include "plant.h"
#include "tab.h"

static peer *find(const larder_tab *t, const char *instance) {
    peer *each;
    DL_FOREACH(t->peers, each) {
        if (strcmp(each->instance, instance) == 0) return each;
    }
    return NULL;
}

static void with_instance(larder_tab *t, const char *move, const char *instance) {
    text *out = tab_move(t, move);
    text_string_member(out, "instance", instance);
    text_raw(out, "}");
}

static peer *ensure(larder_tab *t, const char *instance) {
    peer *found = find(t, instance);
    if (found) return found;
    peer *made = calloc(1, sizeof *made);
    char *name = made ? tab_copy(t, instance) : NULL;
    if (!name) {
        free(made);
        t->out_of_memory = true;
        return NULL;
    }
    made->instance = name;
    made->told = true;
    DL_APPEND(t->peers, made);
    with_instance(t, "watch", instance);
    return made;
}

void peers_note(larder_tab *t, const char *instance) {
    ensure(t, instance);
}

void peers_event(larder_tab *t, const cJSON *message) {
    const char *from = json_text(message, "from");
    peer *p = from ? ensure(t, from) : NULL;
    if (!p) return;
    const int64_t run = json_integer(message, "run", 0), place = json_integer(message, "place", 0);
    if (p->run != run) {
        p->run = run;
        p->place = 0;
    }
    p->told = false;
    if (place != p->place + 1 && !(PLANTED(handover_gap_taken) && place > p->place)) return;
    p->place = place;
    tab_do(t, "accept");
}

static void drop(larder_tab *t, peer *p) {
    DL_DELETE(t->peers, p);
    free(p->instance);
    free(p);
}

void peers_gone(larder_tab *t, const char *instance) {
    peer *p = find(t, instance);
    if (!p) return;
    if (!PLANTED(orphan_kept)) with_instance(t, "orphan", instance);
    drop(t, p);
}

void peers_acknowledge(larder_tab *t) {
    peer *p;
    DL_FOREACH(t->peers, p) {
        if (p->told) continue;
        p->told = true;
        text *out = tab_message(t, "post", 0, "took");
        text_string_member(out, "to", p->instance);
        text_number_member(out, "run", p->run);
        text_number_member(out, "generation", t->generation);
        text_number_member(out, "place", p->place);
        text_raw(out, "}}");
    }
}

void peers_free(larder_tab *t) {
    while (t->peers) drop(t, t->peers);
}
