#include <inttypes.h>
#include <string.h>

#include "../world.h"

static void check_caught_up(world *w, const page_command *c) {
    for (int chat = 0; chat < w->server.chat_count; chat++) {
        const int64_t stored = cached_of(w, chat)->revision;
        const bool was_reset = stored < 0 && host_took_several(w);
        if (c->revisions[chat] <= stored || was_reset) continue;
        violation(w, "replies",
                  "%s is answered, but chat %d is stored at revision %" PRId64 ", and was at %" PRId64
                  " when it was asked for",
                  c->name, chat, stored, c->revisions[chat]);
    }
}

static void check_filled(world *w, const page_command *c) {
    const int64_t unknown = cached_unknown(cached_of(w, c->chat), c->from, c->to);
    const bool reset = model_of(w, c->chat)->resets != c->resets;
    if (reset || unknown < c->unknown || c->unknown == 0) return;
    violation(w, "replies",
              "%s is answered, but of chat %d, %" PRId64 " to %" PRId64 ", %" PRId64
              " are missing, as many as before",
              c->name, c->chat, c->from, c->to, unknown);
}

/** What was read here before needs no receipt, and one may have been cancelled in the same transaction. */
static void check_told(world *w, const page_command *c) {
    const outgoing *o = outgoing_of(w, c->number);
    if (!o || o->cancelled || w->outgoing.untold_to[c->chat] >= c->from) return;
    if (!check_is_told(w, c->chat, c->from))
        violation(w, "replies", "%s is answered, and there is no receipt", c->name);
    else if (w->outgoing.read_to[c->chat] < c->from) w->outgoing.read_to[c->chat] = c->from;
}

static void check_read(world *w, const page_command *c) {
    check_told(w, c);
    if (cached_of(w, c->chat)->last_read >= c->from) return;
    violation(w, "replies", "%s is answered, but chat %d is read up to %" PRId64 " and not %" PRId64, c->name,
              c->chat, cached_of(w, c->chat)->last_read, c->from);
}

/** The message as it is kept, without what the page knows itself. */
static void check_sent(world *w, const page_command *c, const cJSON *result) {
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(result, "tempId");
    outgoing *o = outgoing_of(w, c->number);
    if (o->draft < c->from) o->draft = (int)c->from;
    check_acknowledged(w, c->number);
    if (id_read_operation(cJSON_GetStringValue(id)) != c->number || cJSON_HasObjectItem(result, "content"))
        violation(w, "replies", "%s is not answered with its message", c->name);
}

static void check_edited(world *w, const page_command *c) {
    const queued *q = queued_of(w, c->number);
    outgoing *o = outgoing_of(w, c->number);
    if (o->draft < c->from) o->draft = (int)c->from;
    if (!q || o->crossed || q->draft >= c->from) return;
    violation(w, "replies", "%s is answered, but the text is an older one", c->name);
}

static void check_cancelled(world *w, const page_command *c) {
    if (queued_of(w, c->number)) violation(w, "replies", "%s is answered, but the operation waits", c->name);
}

/** Of messages a server that lies may say anything. */
static void check_fetched(world *w, const page_command *c) {
    if (w->swarm.lies) return;
    if (c->kind == COMMAND_FILL) check_filled(w, c);
    else if (c->kind == COMMAND_READ) check_read(w, c);
    else check_caught_up(w, c);
}

void check_reply(world *w, const page_command *c, const char *code, const cJSON *result) {
    if (c->kind == COMMAND_MEDIA_GET) check_got(w, c, code, result);
    if (strcmp(code, "fine") != 0) return;
    switch (c->kind) {
    case COMMAND_SYNC_ALL:
    case COMMAND_SYNC:
    case COMMAND_FILL:
    case COMMAND_READ: check_fetched(w, c); break;
    case COMMAND_SEND: check_sent(w, c, result); break;
    case COMMAND_EDIT: check_edited(w, c); break;
    case COMMAND_CANCEL: check_cancelled(w, c); break;
    case COMMAND_MEDIA_EVICT: check_freed(w, c, result); break;
    case COMMAND_MEDIA_GET:
    case COMMAND_MEDIA:
    case COMMAND_RETRY:
    case COMMAND_RETRY_ALL: break;
    case COMMAND_WRONG: violation(w, "replies", "%s is wrong and was carried out", c->name); break;
    }
}
