#include <string.h>

#include "host.h"

#define ROW(id, members) "{\"requestId\":\"" id "\"" members "}"
#define SYNCED(last, rev)                                                                                    \
    ",\"lastSyncedSequence\":" last ",\"lastSyncedAt\":1768550000000,\"serverRevision\":\"" rev "\""
#define POSITION(cursor)    "{\"key\":\"sync\",\"chatsCursor\":\"" cursor "\"}"
#define CHAT(id, last, rev) "{\"requestId\":\"" id "\",\"lastSequence\":" last ",\"revision\":\"" rev "\"}"

typedef struct {
    const char *name;
    const char *stored; /* chat_meta rows */
    const char *open;   /* a chat that is open, or NULL */
    const char *body;
    const char *calls;  /* what is asked next */
    const char *cursor; /* what is written of it; NULL: nothing */
    const char *errors;
} page_case;

static const page_case pages[] = {
    {"an empty list", "", NULL, "{\"chats\":[],\"cursor\":\"c2\",\"hasMore\":false}", "", "c2", ""},
    {"the same cursor is not written again", "", NULL, "{\"chats\":[],\"cursor\":\"c1\"}", "", NULL, ""},
    {"no cursor", "", NULL, "{\"chats\":[],\"cursor\":null}", "", NULL, ""},
    {"more is fetched", "", NULL, "{\"chats\":[],\"cursor\":\"c2\",\"hasMore\":true}", "list from c2", "c2",
     ""},
    {"more without a new cursor is not fetched for ever", "", NULL,
     "{\"chats\":[],\"cursor\":\"c1\",\"hasMore\":true}", "", NULL, "cursor_repeated"},
    {"a new chat is not fetched", "", NULL, "{\"chats\":[" CHAT(CHAT_1, "5", "r5") "],\"cursor\":\"c2\"}", "",
     "c2", ""},
    {"a chat without messages", ROW(CHAT_1, SYNCED("0", "r0")), NULL,
     "{\"chats\":[" CHAT(CHAT_1, "0", "r0") "],\"cursor\":\"c2\"}", "", "c2", ""},
    {"a cached chat with a higher sequence is fetched", ROW(CHAT_1, SYNCED("4", "r5")), NULL,
     "{\"chats\":[" CHAT(CHAT_1, "5", "r5") "],\"cursor\":\"c2\"}", "chat 1 after 4 since r5", "c2", ""},
    {"a cached chat with another revision is fetched", ROW(CHAT_1, SYNCED("5", "r4")), NULL,
     "{\"chats\":[" CHAT(CHAT_1, "5", "r5") "],\"cursor\":\"c2\"}", "chat 1 after 5 since r4", "c2", ""},
    {"one that is where we are is not", ROW(CHAT_1, SYNCED("5", "r5")), NULL,
     "{\"chats\":[" CHAT(CHAT_1, "5", "r5") "],\"cursor\":\"c2\"}", "", "c2", ""},
    {"the open chat goes first", ROW(CHAT_1, SYNCED("4", "r4")) "," ROW(CHAT_2, SYNCED("7", "r7")), CHAT_2,
     "{\"chats\":[" CHAT(CHAT_1, "5", "r5") "," CHAT(CHAT_2, "9", "r9") "],\"cursor\":\"c2\"}",
     "chat 1 after 4 since r4", "c2", ""},
    {"a bad record costs itself", ROW(CHAT_2, SYNCED("4", "r4")), NULL,
     "{\"chats\":[{\"requestId\":\"7\"},nonsense," CHAT(CHAT_2, "5", "r5") "],\"cursor\":\"c2\"}",
     "chat 2 after 4 since r4", "c2", "field_format record_syntax"},
    {"a page that is none is asked again", "", NULL, "<html>", "", NULL, "body_syntax"},
    {"a page that can't be walked is asked again", "", NULL, "{\"chats\":[{}{}]}", "", NULL, "body_syntax"},
    {"a page without chats", "", NULL, "{\"cursor\":\"c2\"}", "", NULL, "field_missing"},
    {"a cursor that is too long", "", NULL, "{\"chats\":[],\"cursor\":5}", "", NULL, "field_type"},
};

static const char *written_cursor(const host *h) {
    const cJSON *write;
    cJSON_ArrayForEach(write, cJSON_GetObjectItem(h->plan, "writes")) {
        if (strcmp(cJSON_GetObjectItem(write, "store")->valuestring, "cache_stats") != 0) continue;
        const cJSON *row = cJSON_GetArrayItem(cJSON_GetObjectItem(write, "rows"), 0);
        return cJSON_GetStringValue(cJSON_GetObjectItem(row, "chatsCursor"));
    }
    return NULL;
}

static void open_chat(host *h, const char *request_id) {
    text header = {0};
    text_format(&header, "{\"type\":\"open\",\"requestId\":\"%s\"}", request_id);
    host_do(h, text_z(&header), NULL);
    text_free(&header);
}

static void check_page(void **state) {
    const page_case *one = *state;
    host h;
    host_hydrated(&h, one->stored, POSITION("c1"));
    if (one->open) open_chat(&h, one->open);
    assert_int_equal(host_reply(&h, "fetchChats", NULL, "\"status\":200", one->body), LARDER_DONE);
    assert_string_equal(host_calls(&h), one->calls);
    assert_string_equal(host_errors(&h), one->errors);
    const char *cursor = written_cursor(&h);
    assert_string_equal(cursor ? cursor : "-", one->cursor ? one->cursor : "-");
    host_stop(&h);
}

static void the_record_is_kept_as_it_came(void **state) {
    (void)state;
    static const char record[] =
        "{ \"requestId\":\"" CHAT_1 "\",\"lastSequence\":5.0,\"revision\":\"\\u0041\","
        "\"unreadCount\":3,\"lastReadSequence\":2,\"totalMessageCount\":4,\"x\":[1 ]}";
    host h;
    text body = {0};
    host_hydrated(&h, "", "");
    text_format(&body, "{\"chats\":[%s],\"cursor\":\"c2\"}", record);
    host_reply(&h, "fetchChats", NULL, "\"status\":200", text_z(&body));
    text plan = {0};
    text_bytes(&plan, (slice){larder_plan(h.core), larder_plan_size(h.core)});
    assert_non_null(strstr(text_z(&plan), record));
    assert_non_null(strstr(text_z(&plan), "\"unreadCount\":3,\"lastReadSequence\":2,\"lastReadAt\":null"));
    assert_non_null(strstr(text_z(&plan), "\"totalMessageCount\":4,\"knownGaps\":[]"));
    text_free(&plan);
    text_free(&body);
    host_stop(&h);
}

int main(void) {
    const case_table tables[] = {TABLE(pages, check_page)};
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_record_is_kept_as_it_came)};
    return run_tables("listing", tables, COUNT(tables)) +
           cmocka_run_group_tests_name("listing", tests, NULL, NULL);
}
