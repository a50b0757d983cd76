#include "mail.h"

#include <string.h>

#include "plant.h"

/** The reply to the event, as the plan has it; empty where the answer comes later. */
static slice reply_since(const plan *p, size_t before) {
    if (p->replies.size == before) return (slice){0};
    slice reply = {p->replies.at + before, p->replies.size - before};
    if (reply.size && *reply.at == ',') reply.at++, reply.size--;
    return reply;
}

static void leave_answer(core *l, const char *command, slice reply) {
    char *key = arena_take(&l->memory, sizeof "answer:" + strlen(command));
    if (!key) {
        core_no_memory(l);
        return;
    }
    strcat(strcpy(key, "answer:"), command);
    text *out = plan_put(&l->plan, STORE_CACHE_STATS);
    text_raw(out, "{\"key\":");
    text_string(out, key);
    text_name(out, "reply");
    text_bytes(out, reply);
    text_raw(out, "}");
}

void mail_carried_out(core *l, const event *e, size_t replies_before) {
    const char *key = json_text(e->header, "mail");
    const char *command = json_text(e->header, "command");
    if (!key || !command) return;
    plan_delete(&l->plan, STORE_CACHE_STATS, key);
    const slice reply = reply_since(&l->plan, replies_before);
    if (reply.size && !PLANTED(replay_without_ids)) leave_answer(l, command, reply);
}
