#include "plan.h"

#include "failing_memory.h"
#include "support.h"

#define EMPTY_PARTS "\"writes\":[],\"reads\":[],\"calls\":[],\"signals\":[],\"replies\":[]}"

/** What the plan says, put together; frees it. */
static void assert_plan(plan *p, int64_t deadline_ms, const char *expected) {
    assert_true(plan_finish(p, deadline_ms, false));
    assert_string_equal(text_z(&p->whole), expected);
    plan_free(p);
}

static void empty(void **state) {
    (void)state;
    plan p = {0};
    assert_false(plan_has_reads(&p));
    assert_plan(&p, 0, "{\"durability\":\"relaxed\",\"deadline\":null," EMPTY_PARTS);
}

static void deadline_and_durability(void **state) {
    (void)state;
    plan p = {.durability = DURABILITY_STRICT};
    assert_plan(&p, 1768555800250, "{\"durability\":\"strict\",\"deadline\":1768555800250," EMPTY_PARTS);
}

static void writes_keep_their_order_in_groups(void **state) {
    (void)state;
    plan p = {0};
    text_raw(plan_put(&p, STORE_MESSAGES), "{\"n\":1}");
    text_raw(plan_put(&p, STORE_MESSAGES), "{\"n\":2}");
    plan_delete(&p, STORE_MESSAGES, "a\"b");
    plan_delete(&p, STORE_MESSAGES, "c");
    plan_delete(&p, STORE_CHAT_META, "d");
    text_raw(plan_put(&p, STORE_MESSAGES), "{}");
    assert_plan(&p, 0,
                "{\"durability\":\"relaxed\",\"deadline\":null,\"writes\":["
                "{\"op\":\"put\",\"store\":\"messages\",\"rows\":[{\"n\":1},{\"n\":2}]},"
                "{\"op\":\"delete\",\"store\":\"messages\",\"keys\":[\"a\\u0022b\",\"c\"]},"
                "{\"op\":\"delete\",\"store\":\"chat_meta\",\"keys\":[\"d\"]},"
                "{\"op\":\"put\",\"store\":\"messages\",\"rows\":[{}]}],"
                "\"reads\":[],\"calls\":[],\"signals\":[],\"replies\":[]}");
}

static void reads(void **state) {
    (void)state;
    plan p = {0};
    plan_read_rows(&p, "r", 3, 9, 0);
    text *keys = plan_read_keys(&p, STORE_MESSAGES);
    text_string(keys, "a");
    text_comma(keys);
    text_string(keys, "b");
    plan_read_close(&p);
    plan_read_tally(&p, STORE_MESSAGES);
    assert_true(plan_has_reads(&p));
    assert_plan(
        &p, 0,
        "{\"durability\":\"relaxed\",\"deadline\":null,\"writes\":[],\"reads\":["
        "{\"store\":\"messages\",\"index\":\"by_request_sequence\",\"from\":[\"r\",3],\"to\":[\"r\",9]},"
        "{\"store\":\"messages\",\"keys\":[\"a\",\"b\"]},"
        "{\"store\":\"messages\",\"tally\":true}],"
        "\"calls\":[],\"signals\":[],\"replies\":[]}");
}

static void signals_calls_and_replies(void **state) {
    (void)state;
    plan p = {0};
    text_raw(plan_call(&p), "}");
    text_raw(plan_call(&p), "}");
    text_raw(plan_signal(&p, SIGNAL_TYPE_CHATS), "}");
    plan_error(&p, ERROR_CODE_NETWORK, NULL, NULL, NULL);
    plan_error(&p, ERROR_CODE_REJECTED, "r", "fetchMessages", "No \"access\".");
    plan_reply(&p, "1", ERROR_CODE_NONE, NULL);
    plan_reply(&p, "2", ERROR_CODE_OFFLINE, "");
    plan_reply(&p, "3", ERROR_CODE_ARGUMENT, "requestId");
    assert_plan(&p, 0,
                "{\"durability\":\"relaxed\",\"deadline\":null,\"writes\":[],\"reads\":[],\"calls\":[{},{}],"
                "\"signals\":[{\"type\":\"chats\"},{\"type\":\"error\",\"code\":\"network\"},"
                "{\"type\":\"error\",\"code\":\"rejected\",\"requestId\":\"r\",\"path\":\"fetchMessages\","
                "\"reason\":\"No \\u0022access\\u0022.\"}],"
                "\"replies\":[{\"command\":\"1\"},{\"command\":\"2\",\"code\":\"offline\"},"
                "{\"command\":\"3\",\"code\":\"argument\",\"reason\":\"requestId\"}]}");
}

static void of_media(void **state) {
    (void)state;
    plan p = {0};
    text_raw(plan_put_blob(&p, STORE_MEDIA_BLOBS), "{\"key\":\"b-1\",\"held\":7}");
    plan_delete(&p, STORE_MEDIA_BLOBS, "b-2");
    text_raw(plan_call_unanswered(&p, CALL_METHOD_ABORT_CALL), "\"call\":3}}");
    assert_plan(&p, 0,
                "{\"durability\":\"relaxed\",\"deadline\":null,\"writes\":["
                "{\"op\":\"putBlob\",\"store\":\"media_blobs\",\"rows\":[{\"key\":\"b-1\",\"held\":7}]},"
                "{\"op\":\"delete\",\"store\":\"media_blobs\",\"keys\":[\"b-2\"]}],\"reads\":[],"
                "\"calls\":[{\"id\":0,\"method\":\"abortCall\",\"params\":{\"call\":3}}],"
                "\"signals\":[],\"replies\":[]}");
}

static void cleared_it_is_empty_again(void **state) {
    (void)state;
    plan p = {0};
    text_raw(plan_put(&p, STORE_MESSAGES), "{}");
    plan_reply(&p, "1", ERROR_CODE_NONE, NULL);
    plan_read_tally(&p, STORE_MESSAGES);
    p.durability = DURABILITY_STRICT;
    plan_clear(&p);
    assert_plan(&p, 0, "{\"durability\":\"relaxed\",\"deadline\":null," EMPTY_PARTS);
}

static void without_memory_it_does_not_finish(void **state) {
    (void)state;
    for (size_t nth = 1;; nth++) {
        plan p = {0};
        memory_fail_at(nth, MEMORY_FAILS_ONCE);
        memory_watch(true);
        text_raw(plan_put(&p, STORE_MESSAGES), "{}");
        plan_read_tally(&p, STORE_MESSAGES);
        text_raw(plan_call(&p), "}");
        text_raw(plan_signal(&p, SIGNAL_TYPE_CHATS), "}");
        plan_reply(&p, "1", ERROR_CODE_NONE, NULL);
        const bool finished = plan_finish(&p, 0, false);
        plan_free(&p);
        memory_watch(false);
        if (!memory_has_failed()) break;
        assert_false(finished);
    }
    memory_fail_at(0, MEMORY_FAILS_ONCE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty),
        cmocka_unit_test(deadline_and_durability),
        cmocka_unit_test(writes_keep_their_order_in_groups),
        cmocka_unit_test(reads),
        cmocka_unit_test(signals_calls_and_replies),
        cmocka_unit_test(of_media),
        cmocka_unit_test(cleared_it_is_empty_again),
        cmocka_unit_test(without_memory_it_does_not_finish),
    };
    return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
