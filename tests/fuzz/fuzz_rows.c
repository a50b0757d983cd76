/** Any bytes as stored rows: what is hydrated, and what a page's reads come back with. */
#include <stdlib.h>

#include "door.h"
#include "text.h"

#define CHAT "00000001-0000-4000-8000-000000000001"

static const char page[] =
    "{\"messages\":[{\"id\":\"00000002-0000-4000-8000-000000000001\",\"requestId\":\"" CHAT "\","
    "\"sequenceNumber\":1,\"content\":\"x\",\"createdAt\":\"2026-01-16T09:30:00Z\"}],"
    "\"covers\":{\"from\":1,\"to\":3},\"tombstones\":[],\"lastSequence\":3,\"revision\":\"2\"}";

static const char reply[] = "{\"type\":\"reply\",\"status\":200,\"attempt\":2,\"call\":{\"id\":1,"
                            "\"method\":\"fetchMessages\",\"params\":{\"requestId\":\"" CHAT "\"}}}";

static const char read[] =
    "{\"type\":\"read\",\"command\":\"c\",\"requestId\":\"" CHAT "\",\"upToSequence\":1}";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *rows = slice_copy((slice){(const char *)data, size});
    if (!rows) return 0;
    larder *core = larder_new(1);
    door_event(core, "{\"type\":\"hydrate\",\"userId\":\"u\"}", data, size, rows);
    door_event(core, reply, page, sizeof page - 1, rows);
    door_event(core, read, NULL, 0, rows);
    larder_free(core);
    free(rows);
    return 0;
}
