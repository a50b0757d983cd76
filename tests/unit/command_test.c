#include <string.h>

#include "host.h"

/** A chat with messages up to 10, a hole from 4 to 6, read up to 5. */
#define ROW                                                                                                  \
    "{\"requestId\":\"" CHAT_1 "\",\"lastSyncedSequence\":10,\"lastSyncedAt\":1768553000000,"                \
    "\"knownGaps\":[{\"startSeq\":4,\"endSeq\":6,\"detectedAt\":1}],\"unreadCount\":5,\"lastReadSequence\":" \
    "5,"                                                                                                     \
    "\"serverRevision\":\"r10\"}"
#define OF_CHAT_1 "\"requestId\":\"" CHAT_1 "\""

typedef struct {
    const char *name;
    const char *header;
    const char *replies; /* NULL: none */
    bool writes;
} reply_case;

#define ARGUMENT(name) "[{\"command\":\"7\",\"code\":\"argument\",\"reason\":\"" name "\"}]"
#define DONE           "[{\"command\":\"7\"}]"

static const reply_case replies[] = {
    {"open", "{\"type\":\"open\",\"command\":\"7\"," OF_CHAT_1 "}", DONE, true},
    {"open without a command", "{\"type\":\"open\"," OF_CHAT_1 "}", NULL, true},
    {"open of no chat", "{\"type\":\"open\",\"command\":\"7\"}", ARGUMENT("requestId"), false},
    {"open of a chat that is no UUID", "{\"type\":\"open\",\"command\":\"7\",\"requestId\":\"1\"}",
     ARGUMENT("requestId"), false},
    {"open of no chat without a command", "{\"type\":\"open\",\"requestId\":7}", NULL, false},
    {"close", "{\"type\":\"close\",\"command\":\"7\"," OF_CHAT_1 "}", DONE, false},
    {"close of no chat", "{\"type\":\"close\",\"command\":\"7\"}", ARGUMENT("requestId"), false},
    {"touch", "{\"type\":\"touch\"," OF_CHAT_1 "}", NULL, true},
    {"touch of no chat", "{\"type\":\"touch\"}", NULL, false},
    {"sync of a chat that is no UUID", "{\"type\":\"sync\",\"command\":\"7\",\"requestId\":\"\"}",
     ARGUMENT("requestId"), false},
    {"sync of a chat that is a number", "{\"type\":\"sync\",\"command\":\"7\",\"requestId\":1}",
     ARGUMENT("requestId"), false},
    {"sync without a command", "{\"type\":\"sync\"}", NULL, false},
    {"fill of no chat", "{\"type\":\"fill\",\"command\":\"7\",\"startSeq\":1,\"endSeq\":2}",
     ARGUMENT("requestId"), false},
    {"fill without a command", "{\"type\":\"fill\"," OF_CHAT_1 ",\"startSeq\":4,\"endSeq\":6}", NULL, false},
    {"fill without a range", "{\"type\":\"fill\",\"command\":\"7\"," OF_CHAT_1 "}",
     ARGUMENT("startSeq, endSeq"), false},
    {"fill from zero", "{\"type\":\"fill\",\"command\":\"7\"," OF_CHAT_1 ",\"startSeq\":0,\"endSeq\":5}",
     ARGUMENT("startSeq, endSeq"), false},
    {"fill backwards", "{\"type\":\"fill\",\"command\":\"7\"," OF_CHAT_1 ",\"startSeq\":6,\"endSeq\":5}",
     ARGUMENT("startSeq, endSeq"), false},
    {"fill of what is known",
     "{\"type\":\"fill\",\"command\":\"7\"," OF_CHAT_1 ",\"startSeq\":7,\"endSeq\":9}", DONE, false},
    {"read without a sequence", "{\"type\":\"read\",\"command\":\"7\"," OF_CHAT_1 "}",
     ARGUMENT("upToSequence"), false},
    {"read up to a fraction", "{\"type\":\"read\",\"command\":\"7\"," OF_CHAT_1 ",\"upToSequence\":6.5}",
     ARGUMENT("upToSequence"), false},
    {"read up to a provisional message",
     "{\"type\":\"read\",\"command\":\"7\"," OF_CHAT_1 ",\"upToSequence\":4503599627370496}",
     ARGUMENT("upToSequence"), false},
    {"read of no chat", "{\"type\":\"read\",\"command\":\"7\",\"upToSequence\":6}", ARGUMENT("requestId"),
     false},
    {"read before", "{\"type\":\"read\",\"command\":\"7\"," OF_CHAT_1 ",\"upToSequence\":5}", DONE, false},
    {"read to the end", "{\"type\":\"read\",\"command\":\"7\"," OF_CHAT_1 ",\"upToSequence\":10}", DONE,
     true},
    {"read to the end without a command", "{\"type\":\"read\"," OF_CHAT_1 ",\"upToSequence\":10}", NULL,
     true},
};

static void check_reply(void **state) {
    const reply_case *one = *state;
    host h;
    host_hydrated(&h, ROW, "");
    assert_int_equal(host_do(&h, one->header, NULL), LARDER_DONE);
    assert_string_equal(host_part(&h, "replies"), one->replies ? one->replies : "[]");
    assert_int_equal(strcmp(host_part(&h, "writes"), "[]") != 0, one->writes);
    host_stop(&h);
}

/* ---- cut off from the server ---- */

typedef struct {
    const char *name;
    const char *header;
    const char *offline; /* what it is told without a network */
    const char *paused;  /* and without credentials */
} cut_off_case;

static const cut_off_case cut_offs[] = {
    {"open", "{\"type\":\"open\",\"command\":\"7\"," OF_CHAT_1 "}", "", ""},
    {"close", "{\"type\":\"close\",\"command\":\"7\"," OF_CHAT_1 "}", "", ""},
    {"read", "{\"type\":\"read\",\"command\":\"7\"," OF_CHAT_1 ",\"upToSequence\":10}", "", ""},
    {"sync of everything", "{\"type\":\"sync\",\"command\":\"7\"}", "offline", "auth"},
    {"sync of a chat", "{\"type\":\"sync\",\"command\":\"7\"," OF_CHAT_1 "}", "offline", "auth"},
    {"fill", "{\"type\":\"fill\",\"command\":\"7\"," OF_CHAT_1 ",\"startSeq\":1,\"endSeq\":9}", "offline",
     "auth"},
    {"fill of what is known",
     "{\"type\":\"fill\",\"command\":\"7\"," OF_CHAT_1 ",\"startSeq\":7,\"endSeq\":9}", "", ""},
};

static void assert_answered(const host *h, const char *code) {
    const cJSON *answers = cJSON_GetObjectItem(h->plan, "replies");
    assert_int_equal(cJSON_GetArraySize(answers), 1);
    assert_string_equal(host_errors(h), code);
    assert_string_equal(host_calls(h), "");
}

static void check_cut_off(void **state) {
    const cut_off_case *one = *state;
    host h;
    host_hydrated(&h, ROW, "");
    host_do(&h, "{\"type\":\"connectivity\",\"online\":false}", NULL);
    host_do(&h, one->header, NULL);
    assert_answered(&h, one->offline);
    host_do(&h, "{\"type\":\"connectivity\",\"online\":true}", NULL);
    host_reply(&h, "fetchChats", NULL, "\"status\":401", NULL);
    host_do(&h, one->header, NULL);
    assert_answered(&h, one->paused);
    host_stop(&h);
}

/* ---- the unread count ---- */

typedef struct {
    const char *name;
    const char *up_to;
    const char *rows; /* what is stored above it */
    const char *unread;
} unread_case;

#define MESSAGE(number, sender)                                                                              \
    "{\"id\":\"m" #number "\",\"requestId\":\"" CHAT_1 "\",\"sequenceNumber\":" #number                      \
    ",\"senderId\":" sender "}"

static const unread_case unread[] = {
    {"counted", "8", MESSAGE(11, "\"ann\"") "," MESSAGE(12, "\"ann\""), "2"},
    {"one's own are never unread", "8", MESSAGE(13, "\"me\"") "," MESSAGE(14, "\"ann\""), "1"},
    {"a sender who isn't known is another", "8", MESSAGE(15, "null") "," MESSAGE(30, "7"), "2"},
    {"rows that can't be read are not counted", "8", "nonsense," MESSAGE(16, "\"ann\""), "1"},
    {"what is missing counts", "5", MESSAGE(17, "\"ann\""), "4"},
    {"half of what is missing", "5.0", "", "3"},
    {"it never grows by reading", "7",
     MESSAGE(18, "1") "," MESSAGE(19, "1") "," MESSAGE(20, "1") "," MESSAGE(21, "1") "," MESSAGE(
         22, "1") "," MESSAGE(23, "1") "," MESSAGE(24, "1"),
     "5"},
};

static void check_unread(void **state) {
    const unread_case *one = *state;
    host h;
    text header = {0}, rows = {0}, expected = {0};
    host_start(&h, HOST_SEED);
    host_hydrate(&h, "{\"type\":\"hydrate\",\"userId\":\"me\"}",
                 "{\"chat_meta\":[{\"requestId\":\"" CHAT_1 "\",\"lastSyncedSequence\":10,\"unreadCount\":5,"
                 "\"lastReadSequence\":2,\"knownGaps\":[{\"startSeq\":4,\"endSeq\":8,\"detectedAt\":1}]}],"
                 "\"cache_stats\":[]}");
    text_format(&header, "{\"type\":\"read\",\"command\":\"7\"," OF_CHAT_1 ",\"upToSequence\":%s}",
                one->up_to);
    assert_int_equal(host_do(&h, text_z(&header), NULL), LARDER_READS);
    text_format(&rows, "[[%s]]", one->rows);
    assert_int_equal(host_do(&h, "{\"type\":\"rows\"}", text_z(&rows)), LARDER_DONE);
    text_format(&expected, "\"unreadCount\":%s,", one->unread);
    assert_non_null(strstr(host_part(&h, "writes"), text_z(&expected)));
    assert_string_equal(host_part(&h, "replies"), DONE);
    text_free(&header);
    text_free(&rows);
    text_free(&expected);
    host_stop(&h);
}

/* ---- opening ---- */

typedef struct {
    const char *name;
    const char *row; /* of chat 1; "" for a chat that isn't known */
    const char *list;
    const char *calls;
} open_case;

#define LISTED(last, rev) "{\"requestId\":\"" CHAT_1 "\",\"lastSequence\":" last ",\"revision\":\"" rev "\"}"
#define STORED(synced_at)                                                                                    \
    "{\"requestId\":\"" CHAT_1 "\",\"lastSyncedSequence\":10,\"lastSyncedAt\":" synced_at                    \
    ",\"serverRevision\":\"r10\"}"

static const open_case opens[] = {
    {"a chat that isn't known", "", "", "chat 1 newest 50"},
    {"a chat that was only listed", "", LISTED("10", "r10"), "chat 1 newest 50"},
    {"a chat that is where the server is", STORED("1768553000000"), "", ""},
    {"a chat that was not looked at for a week, though it didn't move", STORED("1767000000000"), "",
     "chat 1 after 10 since r10"},
};

static void check_open(void **state) {
    const open_case *one = *state;
    host h;
    text body = {0};
    host_hydrated(&h, one->row, "");
    text_format(&body, "{\"chats\":[%s],\"cursor\":\"c\"}", one->list);
    host_reply(&h, "fetchChats", NULL, "\"status\":200", text_z(&body));
    assert_string_equal(host_calls(&h), "");
    host_do(&h, "{\"type\":\"open\"," OF_CHAT_1 "}", NULL);
    assert_string_equal(host_calls(&h), one->calls);
    host_do(&h, "{\"type\":\"open\"," OF_CHAT_1 "}", NULL);
    assert_string_equal(host_calls(&h), "");
    text_free(&body);
    host_stop(&h);
}

static void opening_twice_asks_once(void **state) {
    (void)state;
    host h;
    host_hydrated(&h, "", "");
    host_do(&h, "{\"type\":\"open\"," OF_CHAT_1 "}", NULL);
    assert_string_equal(host_calls(&h), "chat 1 newest 50");
    host_do(&h, "{\"type\":\"open\"," OF_CHAT_1 "}", NULL);
    host_reply(&h, "fetchMessages", CHAT_1, "\"status\":200",
               "{\"messages\":[],\"covers\":null,\"lastSequence\":0,\"revision\":\"r0\"}");
    assert_string_equal(host_calls(&h), "");
    host_stop(&h);
}

int main(void) {
    const case_table tables[] = {
        TABLE(replies, check_reply),
        TABLE(cut_offs, check_cut_off),
        TABLE(unread, check_unread),
        TABLE(opens, check_open),
    };
    const struct CMUnitTest tests[] = {cmocka_unit_test(opening_twice_asks_once)};
    return run_tables("command", tables, COUNT(tables)) +
           cmocka_run_group_tests_name("command", tests, NULL, NULL);
}
