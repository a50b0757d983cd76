#include "host_hydrate.h"

#include <inttypes.h>
#include <string.h>

#include "gen/schema.h"
#include "host_events.h"
#include "world.h"

enum { HYDRATE_ROWS = 16 }; /* of media, in each part */

/** What is the device's, or set by the page, of media. */
static void media_header(const world *w, buffer *header) {
    const swarm *s = &w->swarm;
    buffer_print(header, ",\"limits\":{\"bytes\":%" PRId64, w->space.wanted.bytes);
    if (w->space.wanted.item_bytes)
        buffer_print(header, ",\"itemBytes\":%" PRId64, w->space.wanted.item_bytes);
    buffer_print(header, "},\"thumbnails\":%d", s->thumbnail_side);
    if (s->files_from) buffer_print(header, ",\"files\":true,\"filesFrom\":%" PRId64, s->files_from);
}

static char *hydrate_header(const world *w, bool more) {
    const host *h = w->host;
    buffer header = {0};
    bool first = true;
    buffer_print(&header, "{\"type\":\"hydrate\",\"userId\":\"user-0\",\"layout\":\"%s\",\"setAside\":[",
                 h->blocks ? "blocks" : "rows");
    for (int chat = 0; chat < SERVER_CHATS_MAX; chat++) {
        char id[ID_BYTES];
        if (!h->set_aside[chat]) continue;
        id_of_chat(id, chat);
        buffer_print(&header, "%s\"%s\"", first ? "" : ",", id);
        first = false;
    }
    buffer_print(&header, "],\"generation\":%" PRId64, h->generation);
    if (h->told || h->generation > 1) buffer_text(&header, ",\"again\":true");
    media_header(w, &header);
    buffer_text(&header, more ? ",\"more\":true}" : "}");
    return header.at;
}

/** What tabs leave for each other is not the core's. */
static bool is_of_tabs(const row *r) {
    static const char *const starts[] = {"leader", "mail:", "answer:"};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        if (strncmp(r->key, starts[i], strlen(starts[i])) == 0) return true;
    }
    return false;
}

/** The rows of a store that are few; in later parts there are none of them. */
static void write_store(world *w, buffer *body, const char *name, bool first) {
    const row *rows = first ? store_of(&w->store, name)->rows : NULL;
    bool any = false;
    buffer_print(body, "\"%s\":[", name);
    for (const row *r = rows; r; r = r->hh.next) {
        if (is_of_tabs(r)) continue;
        if (any) buffer_text(body, ",");
        buffer_bytes(body, r->text, r->size);
        any = true;
    }
    buffer_text(body, "],");
}

/** A part of the rows: so many media from `*media` on, which is moved on, and in the first part all others.
 */
static host_event *hydrate_part(world *w, bool first, const row **media) {
    buffer body = {0};
    buffer_text(&body, "{");
    write_store(w, &body, STORE_CHAT_META, first);
    write_store(w, &body, STORE_CACHE_STATS, first);
    write_store(w, &body, STORE_OFFLINE_QUEUE, first);
    buffer_print(&body, "\"%s\":[", STORE_MEDIA_META);
    for (int i = 0; *media && i < HYDRATE_ROWS; i++, *media = (*media)->hh.next) {
        if (i) buffer_text(&body, ",");
        buffer_bytes(&body, (*media)->text, (*media)->size);
    }
    buffer_text(&body, "]}");
    host_event *event = host_event_new(hydrate_header(w, *media != NULL));
    event->body = body;
    return event;
}

event_list host_hydrate(world *w) {
    event_list parts = {0};
    const row *media = store_of(&w->store, STORE_MEDIA_META)->rows;
    do events_append(&parts, hydrate_part(w, !parts.count, &media));
    while (media);
    return parts;
}
