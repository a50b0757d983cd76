/**
 * Any bytes as a server's answer: the first byte says to which question, and what is stored already. The
 * answer is applied twice, the second time with more reads, as after an abort.
 */
#include "door.h"

#define CHAT "00000001-0000-4000-8000-000000000001"
#define ROW(n)                                                                                               \
    "{\"id\":\"00000002-0000-4000-8000-00000000000" #n "\",\"requestId\":\"" CHAT                            \
    "\",\"sequenceNumber\":" #n                                                                              \
    ",\"content\":\"x\",\"createdAt\":\"2026-01-16T09:30:00Z\",\"updatedAt\":null,\"_syncVersion\":1}"

static const char stored[] = "{\"chat_meta\":[{\"requestId\":\"" CHAT
                             "\",\"lastSyncedSequence\":5,\"lastSyncedAt\":1,\"messageCount\":3,"
                             "\"knownGaps\":[{\"startSeq\":2,\"endSeq\":2,\"detectedAt\":1}],"
                             "\"serverRevision\":\"1\"}],\"cache_stats\":[]}";

static const char rows[] = "[[" ROW(1) "," ROW(3) "],[" ROW(4) "]]";

#define REPLY(method, params, attempt)                                                                       \
    "{\"type\":\"reply\",\"status\":200,\"attempt\":" attempt ",\"call\":{\"id\":1,\"method\":\"" method     \
    "\",\"params\":{" params "}}}"
#define QUESTIONS(attempt)                                                                                   \
    REPLY("fetchMessages", "\"requestId\":\"" CHAT "\",\"limit\":50", attempt),                              \
        REPLY("fetchMessages", "\"requestId\":\"" CHAT "\",\"afterSequence\":5,\"sinceRevision\":\"1\"",     \
              attempt),                                                                                      \
        REPLY("fetchMessages", "\"requestId\":\"" CHAT "\",\"afterSequence\":1,\"beforeSequence\":3",        \
              attempt),                                                                                      \
        REPLY("fetchChats", "\"limit\":200", attempt)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char *const questions[2][4] = {{QUESTIONS("1")}, {QUESTIONS("2")}};
    if (size == 0) return 0;
    const size_t which = data[0] % 4;
    larder *core = larder_new(1);
    if (data[0] & 8) door_event(core, "{\"type\":\"hydrate\"}", stored, sizeof stored - 1, "[[]]");
    for (int i = 0; i < 2; i++) door_event(core, questions[i][which], data + 1, size - 1, rows);
    larder_free(core);
    return 0;
}
