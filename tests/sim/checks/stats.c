#include <inttypes.h>

#include "../world.h"
#include "gen/schema.h"

/* ---- per chat ---- */

static int64_t media_of(world *w, int chat) {
    int64_t bytes = 0;
    for (const row *r = store_of(&w->store, STORE_MEDIA_META)->rows; r; r = r->hh.next)
        bytes += r->entry->chat == chat ? entry_bytes(r->entry) : 0;
    return bytes;
}

static void differs(world *w, int chat, const char *what, int64_t said, int64_t counted) {
    if (said == counted || (said < 0 && !counted)) return;
    violation(w, "stats", "chat %d: %s is %" PRId64 ", and there are %" PRId64, chat, what, said, counted);
}

void check_chat_bytes(world *w, int chat) {
    const cached_chat *c = cached_of(w, chat);
    if (!c->by_core || w->sizes_unsaid) return;
    differs(w, chat, "messageBytes", c->message_bytes, space_messages_of(w, chat));
    differs(w, chat, "mediaSize", c->media_bytes, media_of(w, chat));
}

/* ---- the row ---- */

typedef struct {
    const char *name;
    double counted;
} statistic;

static int64_t count_originals(world *w) {
    int64_t count = 0;
    for (const row *r = store_of(&w->store, STORE_MEDIA_META)->rows; r; r = r->hh.next)
        count += *r->entry->blob != 0;
    return count;
}

static int64_t count_messages(const world *w) {
    int64_t count = 0;
    for (int chat = 0; chat < SERVER_CHATS_MAX; chat++)
        count += cached_of(w, chat)->there ? cached_of(w, chat)->message_count : 0;
    return count;
}

static double number(const cJSON *from, const char *name) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(from, name);
    return cJSON_IsNumber(item) ? item->valuedouble : 0;
}

/** How often something was found can only be told by those who found it without the core. */
static void check_reads(world *w, const cJSON *said) {
    const double hits = number(said, "cacheHits"), misses = number(said, "cacheMisses");
    const double rate = hits + misses > 0 ? 100 * hits / (hits + misses) : 0;
    const double off = number(said, "hitRate") - rate;
    if (hits < (double)w->usage.hits || misses < 0)
        violation(w, "stats", "cacheHits is %.0f, and %" PRId64 " were told", hits, w->usage.hits);
    if (off > 0.01 || off < -0.01)
        violation(w, "stats", "hitRate is %f at %.0f hits and %.0f misses", number(said, "hitRate"), hits,
                  misses);
}

static void check_row(world *w, const cJSON *said) {
    const double messages = (double)space_messages(w), media = (double)space_media(w);
    const statistic all[] = {
        {"totalSize", messages + media},
        {"messagesSize", messages},
        {"mediaSize", media},
        {"mediaCount", (double)count_originals(w)},
        {"chatCount", HASH_COUNT(store_of(&w->store, STORE_CHAT_META)->rows)},
        {"messageCount", (double)count_messages(w)},
        {"pendingOperations", HASH_COUNT(store_of(&w->store, STORE_OFFLINE_QUEUE)->rows)},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (number(said, all[i].name) == all[i].counted) continue;
        violation(w, "stats", "%s is %.0f, and there are %.0f", all[i].name, number(said, all[i].name),
                  all[i].counted);
    }
    check_reads(w, said);
}

void check_stats(world *w) {
    const row *r = store_get(store_of(&w->store, STORE_CACHE_STATS), "stats");
    cJSON *value = checked(cJSON_Parse(r ? r->text : "{}"));
    if (!w->sizes_unsaid) check_row(w, value);
    cJSON_Delete(value);
}
