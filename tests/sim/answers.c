#include "answers.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lies.h"
#include "moment.h"
#include "world.h"

enum { CHANGES_MAX = 1000 };

/* ---- fetchMessages ---- */

void page_reserve(messages_page *page, int64_t more) {
    const size_t count = (size_t)(page->count + more);
    page->messages = checked(realloc(page->messages, (count + 1) * sizeof *page->messages));
}

page_message page_message_of(const world *w, int chat, int64_t sequence) {
    const server_message *m = server_message_of(w, chat, sequence);
    page_message made = {
        .chat = chat,
        .sequence = sequence,
        .version = m->edit_count,
        .sender = m->sender,
        .created_ms = m->created_ms,
        .updated_ms = m->edit_count ? server_changed_ms(m, m->edit_count) : 0,
        .written = m->written,
        .draft = m->draft,
        .key = server_key_of(w, m),
    };
    id_of_message(made.id, chat, sequence);
    return made;
}

static void add_message(world *w, messages_page *page, int chat, int64_t sequence) {
    page_reserve(page, 1);
    page->messages[page->count++] = page_message_of(w, chat, sequence);
}

static int ascending(const void *left, const void *right) {
    const int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return a < b ? -1 : a > b;
}

/** What was edited since, up to `after`, and what was deleted. */
static void add_changes(world *w, messages_page *page, const messages_question *asked, int64_t since) {
    const server_chat *c = server_find(w, asked->chat);
    int64_t *edited = checked(malloc((size_t)(c->log_count + 1) * sizeof *edited));
    size_t count = 0;
    page->tombstones = checked(malloc((size_t)(c->log_count + 1) * sizeof *page->tombstones));
    for (int i = 0; i < c->log_count; i++) {
        const server_change *change = &c->log[i];
        if (change->revision <= since) continue;
        if (change->deletion) page->tombstones[page->tombstone_count++] = change->sequence;
        else if (change->sequence <= asked->after && !c->messages[change->sequence].deleted)
            edited[count++] = change->sequence;
    }
    qsort(edited, count, sizeof *edited, ascending);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || edited[i] != edited[i - 1]) add_message(w, page, asked->chat, edited[i]);
    }
    free(edited);
}

/** The newest `limit` messages between the bounds, ascending, and the range that they are all of. */
static void add_newest(world *w, messages_page *page, const messages_question *asked) {
    const server_chat *c = server_find(w, asked->chat);
    const int64_t limit = asked->limit < w->swarm.page_max ? asked->limit : w->swarm.page_max;
    page->to = asked->before && asked->before <= c->last_sequence ? asked->before - 1 : c->last_sequence;
    page->from = asked->after + 1;
    int64_t found = 0, lowest = page->to + 1;
    for (int64_t s = page->to; s > asked->after; s--) {
        if (c->messages[s].deleted) continue;
        if (found++ == limit) {
            page->from = lowest;
            break;
        }
        lowest = s;
    }
    for (int64_t s = page->from; s <= page->to; s++) {
        if (!c->messages[s].deleted) add_message(w, page, asked->chat, s);
    }
    page->covers = page->from <= page->to;
}

static bool is_within_reach(const server_chat *c, const char *since, int64_t *revision) {
    char *end;
    *revision = strtoll(since, &end, 10);
    if (end == since || *end || *revision < c->forgotten || *revision > c->revision) return false;
    int changes = 0;
    for (int i = 0; i < c->log_count; i++) changes += c->log[i].revision > *revision;
    return changes <= CHANGES_MAX;
}

enum { LARGE_ONE_IN = 97, LARGE_BYTES = 60000, SMALL_ONE_IN = 5 };

/** Something that no core knows, to make messages of all sizes: up to `most` bytes, few of them very large.
 */
static void write_padding(buffer *out, const page_message *m, int64_t most) {
    const int64_t number = m->sequence * 31 + m->version * 7 + m->chat;
    int64_t size = number % SMALL_ONE_IN ? number * 131 % (most + 1) : 0;
    if (most > 0 && number % LARGE_ONE_IN == 0) size = LARGE_BYTES;
    if (!size) return;
    buffer_text(out, ",\"padding\":\"");
    for (int64_t i = 0; i < size; i++) buffer_bytes(out, "x", 1);
    buffer_text(out, "\"");
}

static void write_content(buffer *out, const page_message *m) {
    if (m->broken) {
        buffer_text(out, "17");
        return;
    }
    buffer_text(out, "\"");
    if (m->written) outgoing_write_text(out, m->written, m->draft);
    else buffer_print(out, "message %" PRId64, m->sequence);
    buffer_print(out, " version %d\"", m->version);
}

static void write_message(buffer *out, const page_message *m, int64_t padding) {
    char chat[ID_BYTES], moment[MOMENT_BYTES];
    id_of_chat(chat, m->chat);
    buffer_print(out, "{\"id\":\"%s\",\"requestId\":\"%s\",\"sequenceNumber\":%" PRId64, m->id, chat,
                 m->sequence);
    buffer_print(out, ",\"senderId\":\"user-%d\",\"content\":", m->sender);
    write_content(out, m);
    moment_write(moment, m->created_ms);
    buffer_print(out, ",\"createdAt\":\"%s\"", moment);
    if (m->updated_ms) {
        moment_write(moment, m->updated_ms);
        buffer_print(out, ",\"updatedAt\":\"%s\"", moment);
    }
    if (m->key) buffer_print(out, ",\"clientTempId\":\"%s\"", m->key);
    write_padding(out, m, padding);
    buffer_text(out, "}");
}

static void write_tombstones(buffer *out, const messages_page *page, int chat) {
    char id[ID_BYTES];
    buffer_text(out, ",\"tombstones\":[");
    for (int64_t i = 0; i < page->tombstone_count; i++) {
        id_of_message(id, chat, page->tombstones[i]);
        buffer_print(out, "%s{\"id\":\"%s\",\"sequenceNumber\":%" PRId64 "}", i ? "," : "", id,
                     page->tombstones[i]);
    }
    buffer_text(out, "]");
}

static void write_page(world *w, buffer *out, const messages_page *page, int chat) {
    const server_chat *c = server_find(w, chat);
    char id[ID_BYTES];
    id_of_chat(id, chat);
    buffer_print(out, "{\"requestId\":\"%s\",\"messages\":[", id);
    for (int64_t i = 0; i < page->count; i++) {
        if (i) buffer_text(out, ",");
        write_message(out, &page->messages[i], w->swarm.padding);
    }
    buffer_text(out, "],\"covers\":");
    if (page->covers) buffer_print(out, "{\"from\":%" PRId64 ",\"to\":%" PRId64 "}", page->from, page->to);
    else buffer_text(out, "null");
    write_tombstones(out, page, chat);
    if (page->reset) buffer_text(out, ",\"resetRequired\":true");
    buffer_print(out, ",\"lastSequence\":%" PRId64 ",\"revision\":\"%" PRId64 "\"", page->last_sequence,
                 page->revision);
    buffer_print(out, ",\"totalMessageCount\":%" PRId64 ",\"unreadCount\":%" PRId64, server_total(c),
                 server_unread(c));
    buffer_print(out, ",\"lastReadSequence\":%" PRId64 "}", c->last_read);
}

void answer_messages(world *w, const messages_question *asked, buffer *body, answer *out) {
    const server_chat *c = server_find(w, asked->chat);
    messages_page page = {.last_sequence = c->last_sequence, .revision = c->revision, .from = 1};
    int64_t since = -1;
    if (asked->since) page.reset = !is_within_reach(c, asked->since, &since);
    if (asked->since && !page.reset) add_changes(w, &page, asked, since);
    if (!page.reset) add_newest(w, &page, asked);
    *out = (answer){.chat = asked->chat,
                    .after = asked->after,
                    .before = asked->before,
                    .since = since,
                    .from = page.from,
                    .to = page.to,
                    .revision = page.revision,
                    .reset = page.reset};
    out->lie = lie_in_page(w, asked, &page);
    write_page(w, body, &page, asked->chat);
    out->lie = lie_in_body(w, asked->chat, body) || out->lie;
    free(page.messages);
    free(page.tombstones);
}

/* ---- sendMessage ---- */

void answer_sent(world *w, int chat, int64_t sequence, buffer *body, answer *out) {
    const page_message stored = page_message_of(w, chat, sequence);
    write_message(body, &stored, w->swarm.padding);
    *out = (answer){.chat = chat,
                    .since = -1,
                    .from = sequence,
                    .to = sequence,
                    .revision = server_find(w, chat)->revision,
                    .sent = true};
}

/* ---- fetchChats ---- */

static void write_chat(world *w, buffer *out, int chat) {
    const server_chat *c = server_find(w, chat);
    char id[ID_BYTES], moment[MOMENT_BYTES];
    id_of_chat(id, chat);
    buffer_print(out, "{\"requestId\":\"%s\",\"title\":\"Chat %d\",\"lastSequence\":%" PRId64, id, chat,
                 c->last_sequence);
    buffer_print(out, ",\"revision\":\"%" PRId64 "\",\"unreadCount\":%" PRId64, c->revision,
                 server_unread(c));
    buffer_print(out, ",\"lastReadSequence\":%" PRId64 ",\"totalMessageCount\":%" PRId64, c->last_read,
                 server_total(c));
    if (c->last_activity_ms) {
        moment_write(moment, c->last_activity_ms);
        buffer_print(out, ",\"lastActivityAt\":\"%s\"}", moment);
    } else {
        buffer_text(out, ",\"lastActivityAt\":null}");
    }
}

/** Whether chat `a` comes after `b` in the list: less active, or of a lower number. */
static bool comes_after(const world *w, int a, int64_t activity_ms, int b) {
    const server_chat *c = server_find(w, a);
    return c->last_activity_ms != activity_ms ? c->last_activity_ms < activity_ms : a < b;
}

/** The first chat of the list behind a place in it; -1: none. */
static int next_in_list(const world *w, int64_t activity_ms, int chat) {
    int first = -1;
    for (int i = 0; i < w->server.chat_count; i++) {
        if (!comes_after(w, i, activity_ms, chat)) continue;
        if (first < 0 || !comes_after(w, i, w->server.chats[first].last_activity_ms, first)) first = i;
    }
    return first;
}

/** The chat that changed first after a feed position; -1: none. */
static int next_in_feed(const world *w, int64_t position) {
    int first = -1;
    for (int i = 0; i < w->server.chat_count; i++) {
        const int64_t at = w->server.chats[i].feed_position;
        if (at > position && (first < 0 || at < w->server.chats[first].feed_position)) first = i;
    }
    return first;
}

static void answer_feed(world *w, int64_t position, int64_t limit, buffer *body) {
    for (int64_t count = 0; count < limit; count++) {
        const int chat = next_in_feed(w, position);
        if (chat < 0) break;
        position = w->server.chats[chat].feed_position;
        if (count) buffer_text(body, ",");
        write_chat(w, body, chat);
    }
    buffer_print(body, "],\"cursor\":\"F.%" PRId64 "\",\"hasMore\":%s}", position,
                 next_in_feed(w, position) < 0 ? "false" : "true");
}

static void answer_list(world *w, int64_t start, int64_t activity_ms, int chat, int64_t limit, buffer *body) {
    int last = chat;
    for (int64_t count = 0; count < limit; count++) {
        const int next = next_in_list(w, activity_ms, last);
        if (next < 0) break;
        last = next;
        activity_ms = w->server.chats[next].last_activity_ms;
        if (count) buffer_text(body, ",");
        write_chat(w, body, next);
    }
    if (next_in_list(w, activity_ms, last) >= 0) {
        buffer_print(body, "],\"cursor\":\"L.%" PRId64 ".%" PRId64 ".%d\",\"hasMore\":true}", start,
                     activity_ms, last);
    } else {
        buffer_print(body, "],\"cursor\":\"F.%" PRId64 "\",\"hasMore\":%s}", start,
                     next_in_feed(w, start) < 0 ? "false" : "true");
    }
}

int64_t cursor_feed_position(const char *cursor) {
    int64_t position;
    return cursor && sscanf(cursor, "F.%" SCNd64, &position) == 1 ? position : -1;
}

void answer_chats(world *w, const char *cursor, int64_t limit, buffer *body) {
    int64_t start = w->server.feed_position, activity_ms = INT64_MAX;
    int chat = w->server.chat_count;
    if (limit > w->swarm.chats_page_max) limit = w->swarm.chats_page_max;
    buffer_text(body, "{\"chats\":[");
    const int64_t position = cursor_feed_position(cursor);
    if (position >= 0) {
        answer_feed(w, position, limit, body);
    } else {
        if (cursor) sscanf(cursor, "L.%" SCNd64 ".%" SCNd64 ".%d", &start, &activity_ms, &chat);
        answer_list(w, start, activity_ms, chat, limit, body);
    }
    lie_in_list(w, cursor, body);
}
