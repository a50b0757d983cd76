#include "listing.h"

#include <string.h>

#include "page.h"
#include "plant.h"
#include "sync.h"

static void take_counts(chat *c, const record *read) {
    const chat_counts counts = {
        .unread = record_integer(read, SERVER_CHAT_UNREAD_COUNT, -1),
        .last_read = record_integer(read, SERVER_CHAT_LAST_READ_SEQUENCE, -1),
        .total = record_integer(read, SERVER_CHAT_TOTAL_MESSAGE_COUNT, -1),
    };
    if (counts.last_read >= c->last_read_sequence)
        c->counted_to = record_integer(read, SERVER_CHAT_LAST_SEQUENCE, 0);
    chat_take_counts(c, counts, 0);
}

static bool has_moved(const chat *c, const record *read) {
    const char *revision = record_text(read, SERVER_CHAT_REVISION);
    if (record_integer(read, SERVER_CHAT_LAST_SEQUENCE, 0) > c->last_synced_sequence) return true;
    return !c->revision || strcmp(c->revision, revision) != 0;
}

static bool take_chat(core *l, const record *read) {
    chat *c = chat_ensure(&l->chats, record_text(read, SERVER_CHAT_REQUEST_ID));
    if (!c || !chat_set_listed(c, read->bytes)) return core_no_memory(l);
    take_counts(c, read);
    c->moved = has_moved(c, read);
    if (c->moved && (c->last_synced_ms || c->open_count || c->call)) {
        sync_heard(l, c, record_text(read, SERVER_CHAT_REVISION));
    }
    if (!PLANTED(cursor_without_chats)) chat_mark_dirty(&l->chats, c);
    return true;
}

static void report(core *l, const problem *wrong, size_t index) {
    char path[PROBLEM_PATH_BYTES];
    problem_path(path, "chats", index, wrong->path);
    plan_error(&l->plan, (error_code)wrong->code, NULL, path, NULL);
}

static bool take_chats(core *l, page_list list) {
    for (size_t i = 0; i < list.count; i++) {
        record read;
        problem wrong;
        if (record_read(list.at[i], &server_chat_record, &l->memory, &read, &wrong)) {
            if (!take_chat(l, &read)) return false;
        } else if (wrong.code == ERROR_CODE_NO_MEMORY) {
            return core_no_memory(l);
        } else {
            report(l, &wrong, i);
        }
    }
    return true;
}

static bool differs(const char *cursor, const char *before) {
    return cursor && (!before || strcmp(before, cursor) != 0);
}

/** Whether the question started from our cursor, and not from one whose transaction was aborted. */
static bool is_our_cursor(const core *l, const char *asked) {
    return !differs(asked, l->chats_cursor) && !differs(l->chats_cursor, asked);
}

bool listing_apply(core *l, const char *asked, slice body, bool *has_more, problem *wrong) {
    page p;
    *has_more = false;
    if (!page_read(body, &chats_page_record, &l->memory, &p, wrong)) return false;
    if (!take_chats(l, p.lists[CHATS_PAGE_CHATS])) return true;
    const char *cursor = record_text(&p.fields, CHATS_PAGE_CURSOR);
    const bool moved = differs(cursor, l->chats_cursor) && is_our_cursor(l, asked);
    if (moved && !chat_replace(&l->chats_cursor, cursor)) core_no_memory(l);
    l->position_dirty = l->position_dirty || moved;
    /* A server that says "more" and gives no new cursor would be asked for ever. */
    const bool more = record_true(&p.fields, CHATS_PAGE_HAS_MORE);
    *has_more = more && differs(cursor, asked);
    if (more && !*has_more) plan_error(&l->plan, ERROR_CODE_CURSOR_REPEATED, NULL, "cursor", NULL);
    return true;
}
