#include "changes.h"

#include <stdio.h>
#include <stdlib.h>

#include "world.h"

void changes_note(world *w) {
    change_log *c = &w->changes;
    c->last++;
    for (int chat = 0; chat < w->server.chat_count; chat++) {
        if (w->touched[chat]) c->chats[chat] = c->last;
    }
    if (w->queue_touched) c->outbox = c->last;
}

int changes_applied(world *w, const char *command) {
    application *known = NULL;
    HASH_FIND_STR(w->changes.applications, command, known);
    if (!known) {
        known = checked(calloc(1, sizeof *known));
        snprintf(known->command, sizeof known->command, "%s", command);
        HASH_ADD_STR(w->changes.applications, command, known);
    }
    return ++known->count;
}

void changes_free(world *w) {
    application *each, *next;
    HASH_ITER(hh, w->changes.applications, each, next) {
        HASH_DEL(w->changes.applications, each);
        free(each);
    }
}
