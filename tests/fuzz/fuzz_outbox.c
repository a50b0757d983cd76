/**
 * Any bytes where the outbox takes some: as a message's payload, as another one, as the answer to a message
 * or to a receipt, as the queue that was stored. The first byte says where.
 */

#include "door.h"
#include "text.h"

#define CHAT     "00000001-0000-4000-8000-000000000001"
#define ID       "00000003-0000-4000-8000-00000000000"
#define OF_CHAT  "\"requestId\":\"" CHAT "\""
#define SEND(id) "{\"type\":\"send\",\"command\":\"1\"," OF_CHAT ",\"id\":\"" ID id "\"}"
#define ANSWER(method, id)                                                                                   \
    "{\"type\":\"reply\",\"status\":200,\"call\":{\"id\":1,\"method\":\"" method "\",\"operation\":\"" ID id \
    "\",\"params\":{" OF_CHAT "}}}"

static const char read[] = "{\"type\":\"read\"," OF_CHAT ",\"upToSequence\":9,\"id\":\"" ID "2\"}";
static const char rows[] = "[[{\"id\":\"00000002-0000-4000-8000-000000000001\"," OF_CHAT
                           ",\"sequenceNumber\":1,\"createdAt\":\"2026-01-16T09:30:00Z\"}],[]]";
static const char *const headers[] = {
    SEND("3"),
    "{\"type\":\"edit\",\"command\":\"2\",\"id\":\"" ID "1\"}",
    ANSWER("sendMessage", "1"),
    ANSWER("markRead", "2"),
};
enum { HEADERS = sizeof headers / sizeof *headers };

static const char payload[] = "{\"content\":\"x\"}";

/** What is queued is used once more: shown, sent, changed, taken back. */
static void use(larder *core) {
    door_event(core, "{\"type\":\"connectivity\",\"online\":true}", NULL, 0, rows);
    door_event(core, "{\"type\":\"retryAll\"}", NULL, 0, rows);
    door_event(core, headers[0], payload, sizeof payload - 1, rows);
    door_event(core, "{\"type\":\"cancel\",\"id\":\"" ID "1\"}", NULL, 0, rows);
}

static void hydrate(larder *core, const uint8_t *queue, size_t size) {
    text body = {0};
    text_raw(&body, "{\"chat_meta\":[{" OF_CHAT ",\"lastSyncedSequence\":5,\"lastSyncedAt\":1}],"
                    "\"cache_stats\":[],\"offline_queue\":[");
    if (queue) text_bytes(&body, (slice){(const char *)queue, size});
    text_raw(&body, "]}");
    door_event(core, "{\"type\":\"hydrate\",\"userId\":\"u\"}", body.at, body.size, rows);
    text_free(&body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0) return 0;
    const size_t which = data[0] % (HEADERS + 1);
    larder *core = larder_new(1);
    hydrate(core, which == HEADERS ? data + 1 : NULL, size - 1);
    if (data[0] & 128) door_event(core, "{\"type\":\"connectivity\",\"online\":false}", NULL, 0, rows);
    door_event(core, SEND("1"), payload, sizeof payload - 1, rows);
    door_event(core, read, NULL, 0, rows);
    if (which < HEADERS) door_event(core, headers[which], data + 1, size - 1, rows);
    use(core);
    larder_free(core);
    return 0;
}
