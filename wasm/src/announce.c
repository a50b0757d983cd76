#include "announce.h"

#include "plant.h"

static void announce_chat(core *l, chat *c) {
    const chat_state state = chat_state_of(c, (chat_context){l->now_ms, l->sync.list_complete});
    const bool written = (c->dirty || c->rows_moved) && !PLANTED(change_untold);
    if ((int)state == c->announced && !written) return;
    c->announced = (int)state;
    text *out = plan_signal(&l->plan, SIGNAL_TYPE_CHAT);
    text_name(out, "requestId");
    text_string(out, c->request_id);
    text_name(out, "state");
    text_string(out, chat_state_names[state]);
    text_name(out, "written");
    text_raw(out, c->dirty || c->rows_moved ? "true}" : "false}");
}

static void announce_connection(core *l) {
    const connection now =
        l->sync.browser_online && l->sync.reachable ? CONNECTION_ONLINE : CONNECTION_OFFLINE;
    if ((int)now == l->sync.announced) return;
    l->sync.announced = (int)now;
    text *out = plan_signal(&l->plan, SIGNAL_TYPE_CONNECTION);
    text_name(out, "state");
    text_string(out, connection_names[now]);
    text_raw(out, "}");
}

/** Every chat's state depends on whether the list is complete. */
static void touch_announced(core *l) {
    if (l->sync.complete_announced == l->sync.list_complete) return;
    l->sync.complete_announced = l->sync.list_complete;
    for (chat *c = l->chats.table; c; c = c->hh.next) chat_touch(&l->chats, c);
}

void announce_changes(core *l) {
    bool listed = false;
    touch_announced(l);
    while (l->chats.touched) {
        chat *c = l->chats.touched;
        l->chats.touched = c->next_touched;
        announce_chat(l, c);
        listed = listed || c->dirty;
        c->touched = c->dirty = c->rows_moved = false;
    }
    if (listed) text_raw(plan_signal(&l->plan, SIGNAL_TYPE_CHATS), "}");
    if (l->outbox.moved) text_raw(plan_signal(&l->plan, SIGNAL_TYPE_OUTBOX), "}");
    l->outbox.moved = false;
    announce_connection(l);
}

void announce_again(core *l) {
    l->sync.announced = l->retention.level_told = -1;
    l->outbox.moved = true;
    for (chat *c = l->chats.table; c; c = c->hh.next) chat_touch(&l->chats, c);
}
