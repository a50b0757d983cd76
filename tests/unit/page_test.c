#include "page.h"

#include <string.h>

#include "failing_memory.h"
#include "gen/schema.h"
#include "support.h"

typedef struct {
    const char *name;
    const char *body;
    error_code code;
    const char *path;
} frame_case;

static const frame_case frames[] = {
    {"least", "{\"messages\":[],\"lastSequence\":0}", ERROR_CODE_NONE, ""},
    {"white space around it", "\n {\"messages\" : [] , \"lastSequence\" : 0 } \n", ERROR_CODE_NONE, ""},
    {"unknown members", "{\"messages\":[],\"lastSequence\":0,\"next\":{\"a\":[1]}}", ERROR_CODE_NONE, ""},
    {"bad records are not the frame's", "{\"messages\":[nonsense,{\"a\":01}],\"lastSequence\":0}",
     ERROR_CODE_NONE, ""},
    {"covers null", "{\"messages\":[],\"lastSequence\":0,\"covers\":null}", ERROR_CODE_NONE, ""},
    {"nothing", "", ERROR_CODE_BODY_SYNTAX, ""},
    {"HTML", "<!doctype html><title>Sign in</title>", ERROR_CODE_BODY_SYNTAX, ""},
    {"a text", "\"ok\"", ERROR_CODE_BODY_SYNTAX, ""},
    {"a list", "[]", ERROR_CODE_BODY_SYNTAX, ""},
    {"cut short", "{\"messages\":[],\"lastSequence\":0", ERROR_CODE_BODY_SYNTAX, ""},
    {"cut in a record", "{\"messages\":[{\"id\":\"0000", ERROR_CODE_BODY_SYNTAX, ""},
    {"cut between records", "{\"messages\":[{},", ERROR_CODE_BODY_SYNTAX, ""},
    {"two bodies", "{\"messages\":[],\"lastSequence\":0}{}", ERROR_CODE_BODY_SYNTAX, ""},
    {"no comma between members", "{\"messages\":[] \"lastSequence\":0}", ERROR_CODE_BODY_SYNTAX, ""},
    {"no comma between records", "{\"messages\":[{}{}],\"lastSequence\":0}", ERROR_CODE_BODY_SYNTAX, ""},
    {"a member without a value", "{\"messages\":[],\"lastSequence\":}", ERROR_CODE_BODY_SYNTAX, ""},
    {"a member that is no JSON", "{\"messages\":[],\"lastSequence\":01}", ERROR_CODE_BODY_SYNTAX, ""},
    {"a member that is not UTF-8", "{\"messages\":[],\"lastSequence\":0,\"revision\":\"\xFF\"}",
     ERROR_CODE_BODY_SYNTAX, ""},
    {"a member that is too deep",
     "{\"messages\":[],\"lastSequence\":0,\"covers\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]"
     "]]]]"
     "]]]]]]}",
     ERROR_CODE_BODY_SYNTAX, ""},
    {"no messages", "{\"lastSequence\":0}", ERROR_CODE_FIELD_MISSING, "messages"},
    {"messages null", "{\"messages\":null,\"lastSequence\":0}", ERROR_CODE_FIELD_TYPE, "messages"},
    {"messages an object", "{\"messages\":{},\"lastSequence\":0}", ERROR_CODE_FIELD_TYPE, "messages"},
    {"messages twice, the last no list", "{\"messages\":[],\"messages\":1,\"lastSequence\":0}",
     ERROR_CODE_FIELD_TYPE, "messages"},
    {"no lastSequence", "{\"messages\":[]}", ERROR_CODE_FIELD_MISSING, "lastSequence"},
    {"lastSequence negative", "{\"messages\":[],\"lastSequence\":-1}", ERROR_CODE_FIELD_RANGE,
     "lastSequence"},
    {"covers without an end", "{\"messages\":[],\"lastSequence\":0,\"covers\":{\"from\":1}}",
     ERROR_CODE_FIELD_MISSING, "covers.to"},
    {"requestId no UUID", "{\"messages\":[],\"lastSequence\":0,\"requestId\":\"1\"}", ERROR_CODE_FIELD_FORMAT,
     "requestId"},
    {"revision too long",
     "{\"messages\":[],\"lastSequence\":0,\"revision\":\""
     "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
     "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
     "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"}",
     ERROR_CODE_FIELD_LENGTH, "revision"},
};

static void check_frame(void **state) {
    const frame_case *one = *state;
    arena memory = {0};
    page read;
    problem wrong;
    const bool good = page_read(slice_of(one->body), &messages_page_record, &memory, &read, &wrong);
    assert_int_equal(good, one->code == ERROR_CODE_NONE);
    if (!good) {
        assert_string_equal(error_code_names[wrong.code], error_code_names[one->code]);
        assert_string_equal(wrong.path, one->path);
    }
    arena_free(&memory);
}

static void it_is_cut_open(void **state) {
    (void)state;
    static const char body[] = "{\"tombstones\":[ {} ,{}, 3 ],\"lastSequence\":7,\"messages\":[{\"a\":[}],2],"
                               "\"covers\":{\"from\":2,\"to\":5},\"lastSequence\":8,\"resetRequired\":true}";
    arena memory = {0};
    page read;
    problem wrong;
    assert_true(page_read(slice_of(body), &messages_page_record, &memory, &read, &wrong));
    const page_list *messages = &read.lists[MESSAGES_PAGE_MESSAGES];
    const page_list *tombstones = &read.lists[MESSAGES_PAGE_TOMBSTONES];
    assert_int_equal(messages->count, 2);
    assert_true(slice_is(messages->at[0], "{\"a\":[}]"));
    assert_true(slice_is(messages->at[1], "2"));
    assert_int_equal(tombstones->count, 3);
    assert_true(slice_is(tombstones->at[0], "{}"));
    assert_true(slice_is(tombstones->at[2], "3"));
    assert_int_equal(record_integer(&read.fields, MESSAGES_PAGE_LAST_SEQUENCE, 0), 8);
    assert_true(record_true(&read.fields, MESSAGES_PAGE_RESET_REQUIRED));
    assert_null(record_text(&read.fields, MESSAGES_PAGE_REVISION));
    arena_free(&memory);
}

static void missing_lists_are_null(void **state) {
    (void)state;
    arena memory = {0};
    page read;
    problem wrong;
    const slice body = slice_of("{\"messages\":[],\"lastSequence\":0}");
    assert_true(page_read(body, &messages_page_record, &memory, &read, &wrong));
    assert_null(read.lists[MESSAGES_PAGE_TOMBSTONES].at);
    assert_int_equal(read.lists[MESSAGES_PAGE_MESSAGES].count, 0);
    arena_free(&memory);
}

static void without_memory_it_says_so(void **state) {
    (void)state;
    const slice body = slice_of("{\"messages\":[{}],\"lastSequence\":1,\"revision\":\"r\"}");
    for (size_t nth = 1;; nth++) {
        arena memory = {0};
        page read;
        problem wrong = {0};
        memory_fail_at(nth, MEMORY_FAILS_ONCE);
        memory_watch(true);
        const bool good = page_read(body, &messages_page_record, &memory, &read, &wrong);
        memory_watch(false);
        arena_free(&memory);
        if (!memory_has_failed()) break;
        assert_false(good);
        assert_int_equal(wrong.code, ERROR_CODE_NO_MEMORY);
    }
    memory_fail_at(0, MEMORY_FAILS_ONCE);
}

int main(void) {
    const case_table tables[] = {TABLE(frames, check_frame)};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_cut_open),
        cmocka_unit_test(missing_lists_are_null),
        cmocka_unit_test(without_memory_it_says_so),
    };
    return run_tables("page", tables, COUNT(tables)) + cmocka_run_group_tests_name("page", tests, NULL, NULL);
}
