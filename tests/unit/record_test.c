#include "record.h"

#include <string.h>

#include "failing_memory.h"
#include "gen/schema.h"
#include "support.h"

/* ---- validation: a good message with one member added, replaced or left out ---- */

static const char *const good[][2] = {
    {"id", "\"00000000-0000-4000-8000-000000000001\""},
    {"requestId", "\"" CHAT_1 "\""},
    {"sequenceNumber", "1"},
    {"sender", "{\"id\":\"u1\",\"username\":\"ann\",\"fullName\":null,\"isTechnician\":true}"},
    {"content", "\"Hello\""},
    {"createdAt", "\"2026-01-16T09:30:00Z\""},
};

/** `member` is `"name":value`; NULL leaves the good one of `name` out. */
static void write_message_with(text *out, const char *name, const char *member) {
    text_raw(out, "{");
    for (size_t i = 0; i < COUNT(good); i++) {
        if (name && strcmp(name, good[i][0]) == 0) continue;
        text_name(out, good[i][0]);
        text_raw(out, good[i][1]);
    }
    if (member) {
        text_comma(out);
        text_raw(out, member);
    }
    text_raw(out, "}");
}

typedef struct {
    const char *name;
    const char *replaced;
    const char *member;
    error_code code;
    const char *path;
} field_case;

static const field_case fields[] = {
    {"good", NULL, NULL, ERROR_CODE_NONE, ""},
    {"id in capitals", "id", "\"id\":\"ABCDEF01-ABCD-ABCD-ABCD-ABCDEF012345\"", ERROR_CODE_NONE, ""},
    {"no id", "id", NULL, ERROR_CODE_FIELD_MISSING, "id"},
    {"id null", "id", "\"id\":null", ERROR_CODE_FIELD_TYPE, "id"},
    {"id a number", "id", "\"id\":7", ERROR_CODE_FIELD_TYPE, "id"},
    {"id too short", "id", "\"id\":\"0000\"", ERROR_CODE_FIELD_FORMAT, "id"},
    {"id empty", "id", "\"id\":\"\"", ERROR_CODE_FIELD_FORMAT, "id"},
    {"id too long", "id", "\"id\":\"00000000-0000-4000-8000-0000000000010\"", ERROR_CODE_FIELD_FORMAT, "id"},
    {"id with a dash too many", "id", "\"id\":\"0000000--0000-4000-8000-000000000001\"",
     ERROR_CODE_FIELD_FORMAT, "id"},
    {"id without its dashes", "id", "\"id\":\"000000000000040000800000000000000001\"",
     ERROR_CODE_FIELD_FORMAT, "id"},
    {"id with a letter past f", "id", "\"id\":\"g0000000-0000-4000-8000-000000000001\"",
     ERROR_CODE_FIELD_FORMAT, "id"},
    {"requestId no UUID", "requestId", "\"requestId\":\"x\"", ERROR_CODE_FIELD_FORMAT, "requestId"},

    {"sequence 0", "sequenceNumber", "\"sequenceNumber\":0", ERROR_CODE_FIELD_RANGE, "sequenceNumber"},
    {"sequence negative", "sequenceNumber", "\"sequenceNumber\":-1", ERROR_CODE_FIELD_RANGE,
     "sequenceNumber"},
    {"sequence greatest", "sequenceNumber", "\"sequenceNumber\":4503599627370495", ERROR_CODE_NONE, ""},
    {"sequence provisional", "sequenceNumber", "\"sequenceNumber\":4503599627370496", ERROR_CODE_FIELD_RANGE,
     "sequenceNumber"},
    {"sequence past 2^53", "sequenceNumber", "\"sequenceNumber\":9007199254740993", ERROR_CODE_FIELD_TYPE,
     "sequenceNumber"},
    {"sequence a fraction", "sequenceNumber", "\"sequenceNumber\":1.5", ERROR_CODE_FIELD_TYPE,
     "sequenceNumber"},
    {"sequence 1.0", "sequenceNumber", "\"sequenceNumber\":1.0", ERROR_CODE_NONE, ""},
    {"sequence infinite", "sequenceNumber", "\"sequenceNumber\":1e999", ERROR_CODE_FIELD_TYPE,
     "sequenceNumber"},
    {"sequence a text", "sequenceNumber", "\"sequenceNumber\":\"1\"", ERROR_CODE_FIELD_TYPE,
     "sequenceNumber"},

    {"content empty", "content", "\"content\":\"\"", ERROR_CODE_FIELD_LENGTH, "content"},
    {"content a number", "content", "\"content\":5", ERROR_CODE_FIELD_TYPE, "content"},
    {"content only a NUL", "content", "\"content\":\"\\u0000\"", ERROR_CODE_NONE, ""},
    {"no content", "content", NULL, ERROR_CODE_FIELD_MISSING, "content"},

    {"createdAt a date only", "createdAt", "\"createdAt\":\"2026-01-16\"", ERROR_CODE_FIELD_FORMAT,
     "createdAt"},
    {"createdAt null", "createdAt", "\"createdAt\":null", ERROR_CODE_FIELD_TYPE, "createdAt"},
    {"updatedAt null", NULL, "\"updatedAt\":null", ERROR_CODE_NONE, ""},
    {"updatedAt no moment", NULL, "\"updatedAt\":\"soon\"", ERROR_CODE_FIELD_FORMAT, "updatedAt"},

    {"senderId null", NULL, "\"senderId\":null", ERROR_CODE_NONE, ""},
    {"sender null", "sender", "\"sender\":null", ERROR_CODE_NONE, ""},
    {"sender left out", "sender", NULL, ERROR_CODE_NONE, ""},
    {"sender a text", "sender", "\"sender\":\"ann\"", ERROR_CODE_FIELD_TYPE, "sender"},
    {"sender a list", "sender", "\"sender\":[]", ERROR_CODE_FIELD_TYPE, "sender"},
    {"sender without a name", "sender", "\"sender\":{\"id\":\"u1\"}", ERROR_CODE_FIELD_MISSING,
     "sender.username"},
    {"sender with an empty id", "sender", "\"sender\":{\"id\":\"\",\"username\":\"a\"}",
     ERROR_CODE_FIELD_LENGTH, "sender.id"},
    {"sender with an unknown member", "sender", "\"sender\":{\"id\":\"u\",\"username\":\"a\",\"x\":[]}",
     ERROR_CODE_NONE, ""},

    {"isScreenshot a number", NULL, "\"isScreenshot\":1", ERROR_CODE_FIELD_TYPE, "isScreenshot"},
    {"isScreenshot null", NULL, "\"isScreenshot\":null", ERROR_CODE_FIELD_TYPE, "isScreenshot"},
    {"fileSize negative", NULL, "\"fileSize\":-1", ERROR_CODE_FIELD_RANGE, "fileSize"},
    {"fileSize null", NULL, "\"fileSize\":null", ERROR_CODE_NONE, ""},
    {"status pending", NULL, "\"status\":\"pending\"", ERROR_CODE_NONE, ""},
    {"status unknown", NULL, "\"status\":\"Sent\"", ERROR_CODE_FIELD_ENUM, "status"},
    {"status null", NULL, "\"status\":null", ERROR_CODE_FIELD_TYPE, "status"},
    {"our own fields are not looked at", NULL, "\"_cachedAt\":\"x\",\"_syncVersion\":{}", ERROR_CODE_NONE,
     ""},
    {"unknown fields are not looked at", NULL, "\"reactions\":[{\"x\":1e999}]", ERROR_CODE_NONE, ""},
    {"of duplicate keys the last counts, bad", NULL, "\"content\":\"\"", ERROR_CODE_FIELD_LENGTH, "content"},
    {"of duplicate keys the last counts, good", "id",
     "\"id\":7,\"id\":\"00000000-0000-4000-8000-000000000001\"", ERROR_CODE_NONE, ""},
    {"a key with escapes is its key", "content", "\"c\\u006fntent\":\"\"", ERROR_CODE_FIELD_LENGTH,
     "content"},

    {"bad UTF-8", "content", "\"content\":\"\xED\xA0\x80\"", ERROR_CODE_RECORD_UTF8, ""},
    {"bad UTF-8 in an unknown field", NULL, "\"x\":\"\xC0\xAF\"", ERROR_CODE_RECORD_UTF8, ""},
    {"a raw newline", "content", "\"content\":\"a\nb\"", ERROR_CODE_RECORD_SYNTAX, ""},
    {"a number of another language", NULL, "\"x\":01", ERROR_CODE_RECORD_SYNTAX, ""},
    {"too deep", NULL, "\"x\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
     ERROR_CODE_RECORD_DEPTH, ""},
};

static void check_field(void **state) {
    const field_case *one = *state;
    arena memory = {0};
    text bytes = {0};
    record read;
    problem wrong = {0};
    write_message_with(&bytes, one->replaced, one->member);
    const bool valid =
        record_read((slice){bytes.at, bytes.size}, &cached_message_record, &memory, &read, &wrong);
    assert_int_equal(valid, one->code == ERROR_CODE_NONE);
    if (!valid) {
        assert_string_equal(error_code_names[wrong.code], error_code_names[one->code]);
        assert_string_equal(wrong.path, one->path);
    }
    text_free(&bytes);
    arena_free(&memory);
}

typedef struct {
    const char *name;
    const char *unit;
    int count;
    bool fits;
} length_case;

static const length_case lengths[] = {
    {"10000 letters", "a", 10000, true},
    {"10001 letters", "a", 10001, false},
    {"10000 emoji are 40000 bytes", "😀", 10000, true},
    {"10001 emoji", "😀", 10001, false},
    {"10000 escaped emoji are one code point each", "\\ud83d\\ude00", 10000, true},
    {"10001 escaped emoji", "\\ud83d\\ude00", 10001, false},
    {"10000 lone surrogates count as well", "\\ud83d", 10000, true},
    {"10001 lone surrogates", "\\ud83d", 10001, false},
};

static void check_length(void **state) {
    const length_case *one = *state;
    arena memory = {0};
    text member = {0}, bytes = {0};
    record read;
    problem wrong = {0};
    text_raw(&member, "\"content\":\"");
    for (int i = 0; i < one->count; i++) text_raw(&member, one->unit);
    text_raw(&member, "\"");
    write_message_with(&bytes, "content", text_z(&member));
    const bool valid =
        record_read((slice){bytes.at, bytes.size}, &cached_message_record, &memory, &read, &wrong);
    assert_int_equal(valid, one->fits);
    if (!valid) assert_int_equal(wrong.code, ERROR_CODE_FIELD_LENGTH);
    text_free(&member);
    text_free(&bytes);
    arena_free(&memory);
}

/* ---- other shapes ---- */

typedef struct {
    const char *name;
    const record_rule *rule;
    const char *bytes;
    error_code code;
    const char *path;
} shape_case;

static const shape_case shapes[] = {
    {"a list is no record", &cached_message_record, "[]", ERROR_CODE_FIELD_TYPE, ""},
    {"a text is no record", &cached_message_record, "\"x\"", ERROR_CODE_FIELD_TYPE, ""},
    {"null is no record", &cached_message_record, "null", ERROR_CODE_FIELD_TYPE, ""},
    {"nothing is no record", &cached_message_record, "", ERROR_CODE_RECORD_SYNTAX, ""},
    {"a list of records", &chat_sync_state_record,
     "{\"requestId\":\"" CHAT_1 "\",\"knownGaps\":[{\"startSeq\":1,\"endSeq\":2,\"detectedAt\":0}]}",
     ERROR_CODE_NONE, ""},
    {"a list that is none", &chat_sync_state_record, "{\"requestId\":\"" CHAT_1 "\",\"knownGaps\":{}}",
     ERROR_CODE_FIELD_TYPE, "knownGaps"},
    {"an element that is no object", &chat_sync_state_record,
     "{\"requestId\":\"" CHAT_1 "\",\"knownGaps\":[1]}", ERROR_CODE_FIELD_TYPE, "knownGaps"},
    {"an element with a bad field", &chat_sync_state_record,
     "{\"requestId\":\"" CHAT_1 "\",\"knownGaps\":[{\"startSeq\":0,\"endSeq\":2,\"detectedAt\":0}]}",
     ERROR_CODE_FIELD_RANGE, "knownGaps.startSeq"},
    {"a record in a record in a record", &chat_sync_state_record,
     "{\"requestId\":\"" CHAT_1 "\",\"chat\":{\"requestId\":\"" CHAT_1
     "\",\"lastSequence\":1,\"revision\":\"1\",\"lastMessage\":{\"content\":5}}}",
     ERROR_CODE_FIELD_TYPE, "chat.lastMessage.content"},
};

static void check_shape(void **state) {
    const shape_case *one = *state;
    arena memory = {0};
    record read;
    problem wrong = {0};
    const bool valid = record_read(slice_of(one->bytes), one->rule, &memory, &read, &wrong);
    assert_int_equal(valid, one->code == ERROR_CODE_NONE);
    if (!valid) {
        assert_int_equal(wrong.code, one->code);
        assert_string_equal(wrong.path, one->path);
    }
    arena_free(&memory);
}

/* ---- bytes ---- */

static void what_came_is_kept_as_it_came(void **state) {
    (void)state;
    static const char bytes[] =
        "{ \"z\" : 1.50e+03,\"id\":\"00000000-0000-4000-8000-000000000001\",\n"
        "\"requestId\":\"" CHAT_1 "\",\"sequenceNumber\":1.0,\"big\":9007199254740993,"
        "\"content\":\"\\u0041\\ud800\\u0000\\/"
        "\",\"createdAt\":\"2026-01-16T09:30:00+01:00\",\"status\":\"sent\","
        "\"fileSize\":12,\"id\":\"00000000-0000-4000-8000-000000000002\" }";
    static const char defaults[] =
        ",\"senderId\":null,\"sender\":null,\"updatedAt\":null,\"isScreenshot\":false,"
        "\"screenshotFileName\":null,\"fileName\":null,\"fileMimeType\":null,\"isReadByCurrentUser\":false";
    arena memory = {0};
    text out = {0};
    record read;
    problem wrong;
    assert_true(record_read(slice_of(bytes), &cached_message_record, &memory, &read, &wrong));
    record_write_open(&out, &read, &cached_message_record);
    const size_t kept = sizeof bytes - 2;
    assert_memory_equal(out.at, bytes, kept);
    assert_string_equal(text_z(&out) + kept, defaults);
    text_free(&out);
    arena_free(&memory);
}

static void fields_are_read_by_their_type(void **state) {
    (void)state;
    static const char bytes[] = "{\"id\":\"00000000-0000-4000-8000-000000000001\",\"requestId\":\"" CHAT_1
                                "\",\"sequenceNumber\":12,\"content\":\"x\",\"updatedAt\":null,"
                                "\"createdAt\":\"2026-01-16T09:30:00Z\",\"isScreenshot\":true}";
    arena memory = {0};
    record read;
    problem wrong;
    assert_true(record_read(slice_of(bytes), &cached_message_record, &memory, &read, &wrong));
    assert_int_equal(record_integer(&read, CACHED_MESSAGE_SEQUENCE_NUMBER, 0), 12);
    assert_int_equal(record_integer(&read, CACHED_MESSAGE_FILE_SIZE, -1), -1);
    assert_string_equal(record_text(&read, CACHED_MESSAGE_CONTENT), "x");
    assert_null(record_text(&read, CACHED_MESSAGE_UPDATED_AT));
    assert_null(record_text(&read, CACHED_MESSAGE_FILE_NAME));
    assert_true(record_true(&read, CACHED_MESSAGE_IS_SCREENSHOT));
    assert_false(record_true(&read, CACHED_MESSAGE_IS_READ_BY_CURRENT_USER));
    arena_free(&memory);
}

static void paths_name_list_index_and_field(void **state) {
    (void)state;
    char path[PROBLEM_PATH_BYTES];
    problem_path(path, "messages", 0, "");
    assert_string_equal(path, "messages[0]");
    problem_path(path, "messages", 1234567890, "sender.username");
    assert_string_equal(path, "messages[1234567890].sender.username");
    char field[200] = {0};
    memset(field, 'x', sizeof field - 1);
    problem_path(path, "messages", 3, field);
    assert_int_equal(strlen(path), PROBLEM_PATH_BYTES - 1);
    problem_path(path, field, 3, "content");
    assert_int_equal(strlen(path), PROBLEM_PATH_BYTES - 1);
}

static void without_memory_it_says_so(void **state) {
    (void)state;
    arena memory = {0};
    record read;
    problem wrong = {0};
    memory_fail_at(1, MEMORY_FAILS_ONCE);
    memory_watch(true);
    assert_false(record_read(slice_of("{\"id\":\"\\u0061\"}"), &tombstone_record, &memory, &read, &wrong));
    memory_watch(false);
    memory_fail_at(0, MEMORY_FAILS_ONCE);
    assert_int_equal(wrong.code, ERROR_CODE_NO_MEMORY);
    arena_free(&memory);
}

int main(void) {
    const case_table tables[] = {
        TABLE(fields, check_field),
        TABLE(lengths, check_length),
        TABLE(shapes, check_shape),
    };
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_came_is_kept_as_it_came),
        cmocka_unit_test(fields_are_read_by_their_type),
        cmocka_unit_test(paths_name_list_index_and_field),
        cmocka_unit_test(without_memory_it_says_so),
    };
    return run_tables("record", tables, COUNT(tables)) +
           cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
