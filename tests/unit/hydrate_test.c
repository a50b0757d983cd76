#include <string.h>

#include "host.h"

typedef struct {
    const char *name;
    const char *body;
    const char *calls; /* what the new core asks first, besides its stream */
    const char *errors;
} body_case;

static const body_case bodies[] = {
    {"nothing stored", "{\"chat_meta\":[],\"cache_stats\":[]}", "list", ""},
    {"a cursor", "{\"chat_meta\":[],\"cache_stats\":[{\"key\":\"sync\",\"chatsCursor\":\"c7\"}]}",
     "list from c7", ""},
    {"statistics are another row",
     "{\"chat_meta\":[],\"cache_stats\":[{\"key\":\"stats\",\"chatsCursor\":\"x\"}]}", "list", ""},
    {"an upgrade mark of zero",
     "{\"chat_meta\":[],\"cache_stats\":[{\"key\":\"sync\",\"chatsCursor\":null,\"upgradedFrom\":0}]}",
     "list", ""},
    {"a position that can't be read",
     "{\"chat_meta\":[],\"cache_stats\":[{\"key\":\"sync\",\"chatsCursor\":5}]}", "list", "field_type"},
    {"a row that can't be read",
     "{\"chat_meta\":[5,{\"requestId\":\"" CHAT_1
     "\"}],\"cache_stats\":[{\"key\":\"stats\",\"chatCount\":1}]}",
     "list", "field_type"},
    {"no stores", "{}", "list", "field_missing"},
    {"no JSON", "", "list", "body_syntax"},
};

static void check_body(void **state) {
    const body_case *one = *state;
    host h;
    text expected = {0};
    host_start(&h, HOST_SEED);
    assert_int_equal(host_do(&h, "{\"type\":\"hydrate\"}", one->body), LARDER_DONE);
    text_format(&expected, "stream; %s", one->calls);
    assert_string_equal(host_calls(&h), text_z(&expected));
    assert_string_equal(host_errors(&h), one->errors);
    assert_string_equal(host_part(&h, "writes"), "[]");
    text_free(&expected);
    host_stop(&h);
}

/* ---- after an upgrade ---- */

typedef struct {
    const char *name;
    const char *row;   /* of chat 1 as the older version left it */
    const char *tally; /* what is counted of its messages */
    const char *last;
    const char *gaps;
    const char *count;
    const char *bytes; /* NULL: the row doesn't say */
} upgrade_case;

#define TALLY(count, first, last)                                                                            \
    "{\"requestId\":\"" CHAT_1 "\",\"count\":" count ",\"firstSequence\":" first ",\"lastSequence\":" last   \
    ",\"bytes\":7000}"
#define GAP(start, end) "{\"startSeq\":" start ",\"endSeq\":" end ",\"detectedAt\":1768554000000}"
#define STALE(start, end)                                                                                    \
    "{\"startSeq\":" start ",\"endSeq\":" end ",\"detectedAt\":1768554000000,\"stale\":true}"

static const upgrade_case upgrades[] = {
    {"all of the history", "{\"requestId\":\"" CHAT_1 "\"}", TALLY("9", "1", "9"), "9", STALE("1", "9"), "9",
     "7000"},
    {"the end of the history", "{\"requestId\":\"" CHAT_1 "\"}", TALLY("5", "20", "30"), "30",
     GAP("1", "19") "," STALE("20", "30"), "5", "7000"},
    {"no row of the chat", "", TALLY("9", "1", "9"), "9", STALE("1", "9"), "9", "7000"},
    {"positions that say something else",
     "{\"requestId\":\"" CHAT_1 "\",\"lastSyncedSequence\":99,\"serverRevision\":\"r\",\"messageCount\":50,"
     "\"knownGaps\":[{\"startSeq\":3,\"endSeq\":60,\"detectedAt\":5}]}",
     TALLY("9", "1", "9"), "9", STALE("1", "9"), "9", "7000"},
    {"no messages", "{\"requestId\":\"" CHAT_1 "\",\"lastSyncedSequence\":99,\"serverRevision\":\"r\"}", "",
     "0", "", "0"},
    {"only messages that were not sent yet", "{\"requestId\":\"" CHAT_1 "\"}", TALLY("2", "0", "0"), "0", "",
     "2", "7000"},
    {"a tally that makes no sense", "{\"requestId\":\"" CHAT_1 "\"}", TALLY("2", "9", "1"), "0", "", "2",
     "7000"},
    {"a tally that can't be read", "{\"requestId\":\"" CHAT_1 "\"}", "nonsense,{\"requestId\":\"x\"},[]", "0",
     "", "0"},
};

static void check_upgrade(void **state) {
    const upgrade_case *one = *state;
    host h;
    text body = {0}, rows = {0}, expected = {0};
    host_start(&h, HOST_SEED);
    text_format(&body, "{\"chat_meta\":[%s],\"cache_stats\":[{\"key\":\"sync\",\"upgradedFrom\":2}]}",
                one->row);
    assert_int_equal(host_do(&h, "{\"type\":\"hydrate\"}", text_z(&body)), LARDER_READS);
    assert_string_equal(
        host_part(&h, "reads"),
        "[{\"store\":\"messages\",\"tally\":true},{\"store\":\"message_blocks\",\"tally\":true}]");
    text_format(&rows, "[[%s],[]]", one->tally);
    assert_int_equal(host_do(&h, "{\"type\":\"rows\"}", text_z(&rows)), LARDER_DONE);
    text_format(&expected,
                "[{\"op\":\"put\",\"store\":\"chat_meta\",\"rows\":[{\"requestId\":\"" CHAT_1
                "\",\"lastSyncedSequence\":%s,\"lastSyncedAt\":0,\"totalMessageCount\":0,\"knownGaps\":[%s],"
                "\"unreadCount\":0,\"lastReadSequence\":0,\"lastReadAt\":null,\"messageCount\":%s,"
                "\"mediaSize\":0,\"lastAccessedAt\":0,\"serverRevision\":null,\"chat\":null%s%s}]},"
                "{\"op\":\"put\",\"store\":\"cache_stats\",\"rows\":[{\"key\":\"sync\",\"chatsCursor\":null},"
                "{\"key\":\"stats\"",
                one->last, one->gaps, one->count, one->bytes ? ",\"messageBytes\":" : "",
                one->bytes ? one->bytes : "");
    assert_memory_equal(host_part(&h, "writes"), text_z(&expected), expected.size);
    assert_string_equal(host_calls(&h), "stream; list");
    text_free(&body);
    text_free(&rows);
    text_free(&expected);
    host_stop(&h);
}

int main(void) {
    const case_table tables[] = {TABLE(bodies, check_body), TABLE(upgrades, check_upgrade)};
    return run_tables("hydrate", tables, COUNT(tables));
}
