/**
 * Any bytes where media take some: as stored rows, as what is to be fetched, as the files that there are, as
 * what a check has found, as members of a reply. The first byte says where.
 */

#include "door.h"
#include "text.h"

#define CHAT    "00000001-0000-4000-8000-000000000001"
#define OF_CHAT "\"requestId\":\"" CHAT "\""
#define ROW(name, more)                                                                                      \
    "{\"id\":\"" CHAT ":" name "\"," OF_CHAT ",\"filename\":\"" name "\",\"lastAccessedAt\":1" more "}"

static const char rows[] = "[[],[]]";
static const char *const headers[] = {
    "{\"type\":\"mediaPrefetch\",\"command\":\"1\"," OF_CHAT "}",
    "{\"type\":\"mediaFiles\"}",
    "{\"type\":\"repair\",\"command\":\"2\"}",
};
enum { HEADERS = sizeof headers / sizeof *headers, HYDRATE = HEADERS, REPLY, PLACES };

static void event(larder *core, const char *header) {
    door_event(core, header, NULL, 0, rows);
}

static void hydrate(larder *core, const uint8_t *stored, size_t size) {
    text body = {0};
    text_raw(&body, "{\"chat_meta\":[],\"cache_stats\":[{\"key\":\"stats\"}],\"media_meta\":[");
    text_raw(&body, ROW("a", ",\"localBlobKey\":\"f-1\",\"fileSize\":7") "," ROW("b", ",\"wanted\":true"));
    if (stored) text_raw(&body, ",");
    if (stored) text_bytes(&body, (slice){(const char *)stored, size});
    text_raw(&body, "]}");
    door_event(core, "{\"type\":\"hydrate\",\"files\":true,\"filesFrom\":9,\"thumbnails\":64}", body.at,
               body.size, rows);
    text_free(&body);
}

/** The header may be no JSON at all. */
static void reply(larder *core, const uint8_t *members, size_t size) {
    text header = {0};
    text_raw(&header, "{\"type\":\"reply\",\"call\":{\"id\":1,\"method\":\"fetchMedia\",\"params\":{" OF_CHAT
                      ",\"filename\":\"b\",\"key\":\"00000000000000000000000000000001\"}},\"status\":200,");
    text_bytes(&header, (slice){(const char *)members, size});
    text_raw(&header, "}");
    text_bytes(&header, (slice){"", 1});
    if (!header.failed) door_event(core, header.at, NULL, 0, rows);
    text_free(&header);
}

/** What is there is used once more. */
static void use(larder *core) {
    event(core,
          "{\"type\":\"mediaGet\",\"command\":\"3\"," OF_CHAT ",\"filename\":\"a\",\"missing\":\"f-1\"}");
    event(core, "{\"type\":\"mediaTouch\",\"ids\":[\"" CHAT ":a\",\"" CHAT ":b\"]}");
    event(core, "{\"type\":\"mediaPin\"," OF_CHAT ",\"filename\":\"b\",\"pinned\":true}");
    event(core, "{\"type\":\"limits\",\"bytes\":5}");
    event(core, "{\"type\":\"mediaPriority\"," OF_CHAT ",\"priority\":\"high\"}");
    event(core, "{\"type\":\"connectivity\",\"online\":false}");
    event(core, "{\"type\":\"mediaDelete\"," OF_CHAT "}");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0) return 0;
    const size_t which = data[0] % PLACES;
    larder *core = larder_new(1);
    hydrate(core, which == HYDRATE ? data + 1 : NULL, size - 1);
    if (which < HEADERS) door_event(core, headers[which], data + 1, size - 1, rows);
    if (which == REPLY) reply(core, data + 1, size - 1);
    use(core);
    larder_free(core);
    return 0;
}
