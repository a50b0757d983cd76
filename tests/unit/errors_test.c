#include <string.h>

#include "failing_memory.h"
#include "gen/schema.h"
#include "host.h"

/**
 * Every error code has something that provokes it: the core's own through its door, the others in the tests
 * of the TypeScript around it.
 */

/** What only the code around the core tells of. */
static const error_code not_the_cores[] = {
    ERROR_CODE_ENVIRONMENT,  ERROR_CODE_CLOSED,          ERROR_CODE_NEWER_VERSION,
    ERROR_CODE_OPEN_BLOCKED, ERROR_CODE_OPEN_TIMEOUT,    ERROR_CODE_STORAGE,
    ERROR_CODE_CORE,         ERROR_CODE_ABORTED,         ERROR_CODE_UNKNOWN_CHAT,
    ERROR_CODE_NOT_DURABLE,  ERROR_CODE_STORAGE_STALLED, ERROR_CODE_DATA_LOST,
    ERROR_CODE_UNREADABLE,
};

typedef struct {
    error_code code;
    const char *header;
    const char *body;
    const char *rows; /* answers the reads, where there are any */
} provocation;

#define OF_CHAT_1 "\"requestId\":\"" CHAT_1 "\""
#define PAGE                                                                                                 \
    "{\"type\":\"reply\",\"call\":{\"id\":99,\"method\":\"fetchMessages\",\"params\":{" OF_CHAT_1 "}},"
#define MESSAGE(id, sequence)                                                                                \
    "{\"id\":\"00000000-0000-4000-8000-00000000000" id "\"," OF_CHAT_1 ",\"sequenceNumber\":" sequence       \
    ",\"content\":\"text\",\"createdAt\":\"2026-01-16T09:00:00Z\"}"
#define MESSAGES(records) "{\"messages\":[" records "],\"covers\":{\"from\":1,\"to\":20},\"lastSequence\":20}"
#define WITH(members)     MESSAGES("{" OF_CHAT_1 "," members "}")
#define ID_1              "\"id\":\"00000000-0000-4000-8000-000000000001\""

static const provocation provocations[] = {
    {ERROR_CODE_ARGUMENT, "{\"type\":\"open\",\"command\":\"1\"}"},
    {ERROR_CODE_SET_ASIDE, "{\"type\":\"touch\"," OF_CHAT_1 ",\"attempt\":3}"},
    {ERROR_CODE_BAD_EVENT, "{}"},
    {ERROR_CODE_FIELD_MISSING, PAGE "\"status\":200}", WITH("\"sequenceNumber\":1")},
    {ERROR_CODE_FIELD_TYPE, PAGE "\"status\":200}", WITH("\"id\":1")},
    {ERROR_CODE_FIELD_RANGE, PAGE "\"status\":200}", WITH(ID_1 ",\"sequenceNumber\":0")},
    {ERROR_CODE_FIELD_LENGTH, PAGE "\"status\":200}", WITH(ID_1 ",\"sequenceNumber\":1,\"content\":\"\"")},
    {ERROR_CODE_FIELD_FORMAT, PAGE "\"status\":200}", WITH("\"id\":\"1\"")},
    {ERROR_CODE_FIELD_ENUM, PAGE "\"status\":200}",
     WITH(ID_1
          ",\"sequenceNumber\":1,\"content\":\"x\",\"createdAt\":\"2026-01-16T09:00:00Z\",\"status\":\"x\"")},
    {ERROR_CODE_RECORD_UTF8, PAGE "\"status\":200}", MESSAGES("\"\xFF\"")},
    {ERROR_CODE_RECORD_SYNTAX, PAGE "\"status\":200}", MESSAGES("{\"id\"}")},
    {ERROR_CODE_RECORD_DEPTH, PAGE "\"status\":200}",
     MESSAGES("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]")},
    {ERROR_CODE_REQUEST_MISMATCH, PAGE "\"status\":200}",
     MESSAGES("{" ID_1 ",\"requestId\":\"" CHAT_2 "\",\"sequenceNumber\":1,\"content\":\"text\","
              "\"createdAt\":\"2026-01-16T09:00:00Z\"}")},
    {ERROR_CODE_SEQUENCE_CONFLICT, PAGE "\"status\":200}", MESSAGES(MESSAGE("1", "3") "," MESSAGE("2", "3"))},
    {ERROR_CODE_ID_CONFLICT, PAGE "\"status\":200,\"attempt\":2}", MESSAGES(MESSAGE("1", "3")),
     "[[],[{" ID_1 ",\"requestId\":\"" CHAT_2 "\",\"sequenceNumber\":1}]]"},
    {ERROR_CODE_BODY_SYNTAX, PAGE "\"status\":200}", "<!doctype html>"},
    {ERROR_CODE_COVERS_MISMATCH, PAGE "\"status\":200}",
     "{\"messages\":[],\"covers\":{\"from\":1,\"to\":30},\"lastSequence\":20}"},
    {ERROR_CODE_PAGE_ORDER, PAGE "\"status\":200}", MESSAGES(MESSAGE("1", "4") "," MESSAGE("2", "3"))},
    {ERROR_CODE_CURSOR_REPEATED,
     "{\"type\":\"reply\",\"call\":{\"id\":99,\"method\":\"fetchChats\",\"params\":{}},\"status\":200}",
     "{\"chats\":[],\"hasMore\":true}"},
    {ERROR_CODE_OFFLINE, "{\"type\":\"sync\",\"command\":\"1\"}"},
    {ERROR_CODE_NETWORK, PAGE "\"failure\":\"network\"}"},
    {ERROR_CODE_TIMEOUT, PAGE "\"failure\":\"timeout\"}"},
    {ERROR_CODE_RATE_LIMITED, PAGE "\"status\":429}"},
    {ERROR_CODE_SERVER, PAGE "\"status\":500}"},
    {ERROR_CODE_REJECTED, PAGE "\"status\":403}"},
    {ERROR_CODE_AUTH, PAGE "\"status\":401}"},
    {ERROR_CODE_UNKNOWN_OPERATION, "{\"type\":\"cancel\",\"command\":\"1\",\"id\":\"o0\"}"},
    {ERROR_CODE_OPERATION_UNDER_WAY, "{\"type\":\"cancel\",\"command\":\"1\",\"id\":\"o1\"}"},
    {ERROR_CODE_OPERATION_ATTEMPTED, "{\"type\":\"edit\",\"command\":\"1\",\"id\":\"o2\"}"},
    {ERROR_CODE_UNKNOWN_MEDIA, "{\"type\":\"mediaPin\",\"command\":\"1\"," OF_CHAT_1 ",\"filename\":\"x\"}"},
};

#define QUEUED(id, status)                                                                                   \
    "{\"id\":\"" id "\",\"type\":\"send_message\"," OF_CHAT_1                                                \
    ",\"payload\":{\"content\":\"x\",\"tempId\":\"" id "\"},\"status\":\"" status                            \
    "\",\"createdAt\":1768553000000,\"mayHaveArrived\":true}"

/** A core that knows chat 1 up to 10, has begun to send a message, and is offline. */
static void start(host *h) {
    host_hydrated_queue(h, "{" OF_CHAT_1 ",\"lastSyncedSequence\":10}", "",
                        QUEUED("o1", "pending") "," QUEUED("o2", "pending"));
    host_do(h, "{\"type\":\"connectivity\",\"online\":false}", NULL);
}

static void check_provocation(void **state) {
    const provocation *one = *state;
    host h;
    start(&h);
    if (host_do(&h, one->header, one->body) == LARDER_READS &&
        !strstr(host_errors(&h), error_code_names[one->code]))
        host_do(&h, "{\"type\":\"rows\"}", one->rows ? one->rows : "[]");
    assert_non_null(strstr(host_errors(&h), error_code_names[one->code]));
    host_stop(&h);
}

static void no_memory(void **state) {
    (void)state;
    host h;
    start(&h);
    memory_fail_at(1, MEMORY_FAILS_ONCE);
    assert_int_equal(host_do(&h, "{\"type\":\"sync\",\"command\":\"1\"}", NULL), LARDER_NO_MEMORY);
    memory_fail_at(0, MEMORY_FAILS_ONCE);
    host_stop(&h);
}

/** Only an answer to a call of the core's own can be behind what it knows. */
static void sequence_regressed(void **state) {
    (void)state;
    host h;
    host_hydrated(&h, "{" OF_CHAT_1 ",\"lastSyncedSequence\":10}", "");
    host_do(&h, "{\"type\":\"sync\",\"command\":\"1\"," OF_CHAT_1 "}", NULL);
    host_reply(&h, "fetchMessages", CHAT_1, "\"status\":200", "{\"messages\":[],\"lastSequence\":9}");
    assert_non_null(strstr(host_errors(&h), "sequence_regressed"));
    host_stop(&h);
}

/** Once may be chance. */
static void media_damaged(void **state) {
    (void)state;
    static const char cut_short[] =
        "\"status\":200,\"held\":1,\"size\":1,\"expectedSize\":2,\"place\":\"database\"";
    host h;
    host_hydrated(&h, "", "");
    host_do(&h, "{\"type\":\"mediaGet\",\"command\":\"1\"," OF_CHAT_1 ",\"filename\":\"a\"}", NULL);
    host_reply(&h, "fetchMedia", CHAT_1, cut_short, NULL);
    assert_string_equal(host_errors(&h), "");
    host_reply(&h, "fetchMedia", CHAT_1, cut_short, NULL);
    assert_string_equal(host_errors(&h), "media_damaged");
    host_stop(&h);
}

static bool is_provoked(error_code code) {
    bool found = code == ERROR_CODE_NO_MEMORY || code == ERROR_CODE_SEQUENCE_REGRESSED ||
                 code == ERROR_CODE_MEDIA_DAMAGED;
    for (size_t i = 0; i < COUNT(provocations); i++) found = found || provocations[i].code == code;
    return found;
}

static bool is_not_the_cores(error_code code) {
    bool found = false;
    for (size_t i = 0; i < COUNT(not_the_cores); i++) found = found || not_the_cores[i] == code;
    return found;
}

static void no_code_is_left_out(void **state) {
    (void)state;
    for (int code = ERROR_CODE_NONE + 1; error_code_names[code]; code++) {
        if (is_provoked((error_code)code) == is_not_the_cores((error_code)code)) {
            fail_msg("`%s`: add what provokes it, or list it as not the core's", error_code_names[code]);
        }
    }
}

int main(void) {
    struct CMUnitTest tests[COUNT(provocations) + 4] = {
        cmocka_unit_test(no_code_is_left_out),
        cmocka_unit_test(no_memory),
        cmocka_unit_test(sequence_regressed),
        cmocka_unit_test(media_damaged),
    };
    for (size_t i = 0; i < COUNT(provocations); i++) {
        const provocation *one = &provocations[i];
        tests[4 + i] = (struct CMUnitTest){error_code_names[one->code], check_provocation, NULL, NULL,
                                           (void *)(uintptr_t)one};
    }
    return cmocka_run_group_tests_name("errors", tests, NULL, NULL);
}
