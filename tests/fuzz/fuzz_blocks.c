/**
 * Any bytes as a stored block: when a page edits and deletes inside it, when it is read for unread messages,
 * and when a page calls it damaged. The first byte says what its row claims.
 */
#include <stdbool.h>
#include <stdio.h>

#include "door.h"

#define CHAT    "00000001-0000-4000-8000-000000000001"
#define IN_CHAT "\"requestId\":\"" CHAT "\""

static const char stored[] = "{\"chat_meta\":[{" IN_CHAT ",\"lastSyncedSequence\":9,\"lastSyncedAt\":1,"
                             "\"messageCount\":9,\"unreadCount\":9,\"serverRevision\":\"1\","
                             "\"unsealed\":{\"from\":1,\"to\":9,\"blocks\":16,\"rows\":true}}],"
                             "\"cache_stats\":[{\"key\":\"sync\",\"sealed\":true,\"blocks\":true}]}";

static const char page[] =
    "{\"messages\":[{\"id\":\"00000002-0000-4000-8000-000000000002\"," IN_CHAT ",\"sequenceNumber\":2,"
    "\"content\":\"x\",\"createdAt\":\"2026-01-16T09:30:00Z\"}],\"tombstones\":[{\"id\":"
    "\"00000002-0000-4000-8000-000000000003\",\"sequenceNumber\":3}],\"lastSequence\":9,\"revision\":\"2\"}";

static const char reply[] =
    "{\"type\":\"reply\",\"status\":200,\"call\":{\"id\":1,\"method\":\"fetchMessages\","
    "\"params\":{" IN_CHAT ",\"afterSequence\":9,\"sinceRevision\":\"1\"}}}";

static const char rows[] =
    "[[{\"id\":\"00000002-0000-4000-8000-000000000001\"," IN_CHAT ",\"sequenceNumber\":1}]]";

static const char *const events[] = {
    reply,
    "{\"type\":\"read\",\"command\":\"c\"," IN_CHAT ",\"upToSequence\":1}",
    "{\"type\":\"damaged\"," IN_CHAT ",\"firstSequence\":1,\"lastSequence\":9}",
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char header[160];
    if (size == 0) return 0;
    snprintf(header, sizeof header,
             "{\"type\":\"block\"," IN_CHAT ",\"firstSequence\":%d,\"lastSequence\":%d,"
             "\"count\":%d}",
             1 + (data[0] & 3), 1 + (data[0] & 3) + (data[0] >> 2 & 7), 1 + (data[0] >> 5));
    const door_frame block = {header, data + 1, size - 1};
    for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
        larder *core = larder_new(1);
        door_event(core, "{\"type\":\"hydrate\",\"userId\":\"u\",\"layout\":\"blocks\"}", stored,
                   sizeof stored - 1, "[]");
        door_event(core, "{\"type\":\"connectivity\",\"online\":false}", NULL, 0, "[]");
        const bool is_reply = events[i] == reply;
        door_event_with_block(core,
                              (door_frame){events[i], is_reply ? page : NULL, is_reply ? sizeof page - 1 : 0},
                              rows, block);
        larder_free(core);
    }
    return 0;
}
