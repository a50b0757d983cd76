#include "accept.h"

#include <inttypes.h>

#include "world.h"

static const char *text_of(const cJSON *params, const char *name) {
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(params, name));
}

static const server_key *take(world *w, int chat, const char *key, server_message sent) {
    const int64_t sequence = server_take(w, chat, key, sent);
    log_event(w, "server: chat %d gets message %" PRId64 " of the outbox, draft %d, as %" PRId64, chat,
              sent.written, sent.draft, sequence);
    check_accepted(w, chat, sequence);
    return server_find_key(w, key);
}

int accept_message(world *w, const cJSON *params, bool straggled, buffer *body, answer *out) {
    const int chat = id_read_chat(text_of(params, "requestId"));
    const char *key = text_of(params, "clientTempId");
    server_message sent = {.straggled = straggled};
    if (!key || !outgoing_read_text(text_of(params, "content"), &sent.written, &sent.draft)) return 400;
    if (!server_find(w, chat)) return 404;
    const server_key *known = server_find_key(w, key);
    if (!known) known = take(w, chat, key, sent);
    if (known->chat != chat) return 409;
    if (server_message_of(w, chat, known->sequence)->deleted) return 410;
    answer_sent(w, chat, known->sequence, body, out);
    return 200;
}

int accept_read(world *w, const cJSON *params, buffer *body) {
    const int chat = id_read_chat(text_of(params, "requestId"));
    const cJSON *up_to = cJSON_GetObjectItemCaseSensitive(params, "upToSequence");
    if (!cJSON_IsNumber(up_to)) return 400;
    if (!server_find(w, chat)) return 404;
    server_read(w, chat, (int64_t)up_to->valuedouble);
    buffer_print(body, "{\"unreadCount\":%" PRId64, server_unread(server_find(w, chat)));
    buffer_print(body, ",\"lastReadSequence\":%" PRId64 "}", server_find(w, chat)->last_read);
    return 200;
}
