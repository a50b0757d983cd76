#include "json.h"

#include <string.h>

#include "failing_memory.h"
#include "gen/schema.h"
#include "retry.h"
#include "support.h"

/* ---- the strict check ---- */

typedef struct {
    const char *name;
    const char *bytes;
    json_result result;
    size_t size; /* where the bytes hold a NUL */
} check_case;

static const check_case checks[] = {
    {"null", "null", JSON_OK, 0},
    {"true", "true", JSON_OK, 0},
    {"false", "false", JSON_OK, 0},
    {"zero", "0", JSON_OK, 0},
    {"minus zero", "-0", JSON_OK, 0},
    {"integer", "-120", JSON_OK, 0},
    {"fraction", "3.25", JSON_OK, 0},
    {"exponent", "1e5", JSON_OK, 0},
    {"exponent, every part", "-0.5E+10", JSON_OK, 0},
    {"infinite as a double", "1e999", JSON_OK, 0},
    {"past 2^53", "9007199254740993", JSON_OK, 0},
    {"a hundred digits",
     "1234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890",
     JSON_OK, 0},
    {"empty string", "\"\"", JSON_OK, 0},
    {"all escapes", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"", JSON_OK, 0},
    {"upper case hexadecimal", "\"\\uD83D\\uDE00\"", JSON_OK, 0},
    {"a lone surrogate escape", "\"\\ud800\"", JSON_OK, 0},
    {"an escaped NUL", "\"a\\u0000b\"", JSON_OK, 0},
    {"the delete character", "\"\x7f\"", JSON_OK, 0},
    {"two bytes, least and greatest", "\"\xC2\x80\xDF\xBF\"", JSON_OK, 0},
    {"three bytes, least and greatest", "\"\xE0\xA0\x80\xEF\xBF\xBF\"", JSON_OK, 0},
    {"around the surrogates", "\"\xED\x9F\xBF\xEE\x80\x80\"", JSON_OK, 0},
    {"four bytes, least and greatest", "\"\xF0\x90\x80\x80\xF4\x8F\xBF\xBF\"", JSON_OK, 0},
    {"empty array", "[]", JSON_OK, 0},
    {"empty object", "{ }", JSON_OK, 0},
    {"white space everywhere", " \t\r\n[ 1 , { \"a\" : 2 } ] \n", JSON_OK, 0},
    {"duplicate keys", "{\"a\":1,\"a\":2}", JSON_OK, 0},
    {"empty key", "{\"\":0}", JSON_OK, 0},
    {"nested", "[[{\"a\":[{}]}]]", JSON_OK, 0},

    {"nothing", "", JSON_SYNTAX, 0},
    {"white space only", " \n ", JSON_SYNTAX, 0},
    {"two values", "1 2", JSON_SYNTAX, 0},
    {"text after it", "{}x", JSON_SYNTAX, 0},
    {"a NUL after it", "1\0", JSON_SYNTAX, 2},
    {"a NUL before it", "\0001", JSON_SYNTAX, 2},
    {"byte order mark", "\xEF\xBB\xBF{}", JSON_SYNTAX, 0},
    {"half a word", "nul", JSON_SYNTAX, 0},
    {"a longer word", "trues", JSON_SYNTAX, 0},
    {"capitals", "True", JSON_SYNTAX, 0},
    {"NaN", "NaN", JSON_SYNTAX, 0},
    {"Infinity", "-Infinity", JSON_SYNTAX, 0},
    {"leading zero", "01", JSON_SYNTAX, 0},
    {"leading zero, negative", "-012", JSON_SYNTAX, 0},
    {"leading plus", "+1", JSON_SYNTAX, 0},
    {"minus only", "-", JSON_SYNTAX, 0},
    {"no digit before the point", ".5", JSON_SYNTAX, 0},
    {"no digit behind the point", "1.", JSON_SYNTAX, 0},
    {"point before the exponent", "1.e5", JSON_SYNTAX, 0},
    {"exponent without digits", "1e", JSON_SYNTAX, 0},
    {"exponent with a sign only", "1e+", JSON_SYNTAX, 0},
    {"hexadecimal", "0x10", JSON_SYNTAX, 0},
    {"single quotes", "'a'", JSON_SYNTAX, 0},
    {"no quotes", "{a:1}", JSON_SYNTAX, 0},
    {"string cut short", "\"abc", JSON_SYNTAX, 0},
    {"string cut in an escape", "\"abc\\", JSON_SYNTAX, 0},
    {"string cut in hexadecimal", "\"\\u00", JSON_SYNTAX, 0},
    {"unknown escape", "\"\\x41\"", JSON_SYNTAX, 0},
    {"an escape that is a NUL", "\"\\\0\"", JSON_SYNTAX, 4},
    {"bad hexadecimal", "\"\\u12G4\"", JSON_SYNTAX, 0},
    {"raw newline", "\"a\nb\"", JSON_SYNTAX, 0},
    {"raw tab", "\"a\tb\"", JSON_SYNTAX, 0},
    {"raw NUL", "\"a\0b\"", JSON_SYNTAX, 5},
    {"raw escape character", "\"\x1b[0m\"", JSON_SYNTAX, 0},
    {"trailing comma in an array", "[1,]", JSON_SYNTAX, 0},
    {"trailing comma in an object", "{\"a\":1,}", JSON_SYNTAX, 0},
    {"leading comma", "[,1]", JSON_SYNTAX, 0},
    {"no comma", "[1 2]", JSON_SYNTAX, 0},
    {"no colon", "{\"a\" 1}", JSON_SYNTAX, 0},
    {"no value", "{\"a\":}", JSON_SYNTAX, 0},
    {"key that is no string", "{1:1}", JSON_SYNTAX, 0},
    {"array cut short", "[1,2", JSON_SYNTAX, 0},
    {"object cut short", "{\"a\":1", JSON_SYNTAX, 0},
    {"brackets crossed", "[{]}", JSON_SYNTAX, 0},
    {"comment", "[1/*2*/]", JSON_SYNTAX, 0},
    {"form feed as white space", "\f1", JSON_SYNTAX, 0},
    {"HTML", "<!doctype html>", JSON_SYNTAX, 0},

    {"a continuation byte alone", "\"\x80\"", JSON_UTF8, 0},
    {"overlong, two bytes", "\"\xC0\xAF\"", JSON_UTF8, 0},
    {"overlong, the other lead", "\"\xC1\xBF\"", JSON_UTF8, 0},
    {"overlong, three bytes", "\"\xE0\x80\xAF\"", JSON_UTF8, 0},
    {"overlong, four bytes", "\"\xF0\x80\x80\xAF\"", JSON_UTF8, 0},
    {"a surrogate in UTF-8", "\"\xED\xA0\x80\"", JSON_UTF8, 0},
    {"a surrogate pair in UTF-8", "\"\xED\xA0\xBD\xED\xB8\x80\"", JSON_UTF8, 0},
    {"past U+10FFFF", "\"\xF4\x90\x80\x80\"", JSON_UTF8, 0},
    {"five bytes", "\"\xF8\x88\x80\x80\x80\"", JSON_UTF8, 0},
    {"the byte FF", "\"\xFF\"", JSON_UTF8, 0},
    {"cut at the string's end", "\"\xC3\"", JSON_UTF8, 0},
    {"cut at the text's end", "\"\xE2\x82", JSON_UTF8, 0},
    {"cut by a quote", "\"\xF0\x9F\x98\"", JSON_UTF8, 0},
    {"Latin-1", "\"caf\xE9 \"", JSON_UTF8, 0},
    {"in a key", "{\"\xFF\":1}", JSON_UTF8, 0},
};

static void check_check(void **state) {
    const check_case *one = *state;
    const size_t size = one->size ? one->size : strlen(one->bytes);
    assert_int_equal(json_check((slice){one->bytes, size}), one->result);
}

static void depth_is_bounded(void **state) {
    (void)state;
    char bytes[4096];
    for (size_t depth = 1; depth < 2000; depth++) {
        memset(bytes, '[', depth);
        memset(bytes + depth, ']', depth);
        const json_result expected = depth <= LIMIT_JSON_DEPTH_MAX ? JSON_OK : JSON_DEPTH;
        assert_int_equal(json_check((slice){bytes, 2 * depth}), expected);
    }
}

/* ---- a property: what a generator of JSON writes is accepted, and no part of it by itself ---- */

static const char *pick(random_source *random, const char *const *from, size_t count) {
    return from[random_below(random, count)];
}

static void generate_string(random_source *random, text *out) {
    static const char *const pieces[] = {"a",    "é",    "€",       "😀",       " ",          "\\n",
                                         "\\\"", "\\\\", "\\u0000", "\\ud800", "{[,:]}\x7f", "\\/"};
    text_raw(out, "\"");
    for (uint64_t left = random_below(random, 6); left > 0; left--) {
        text_raw(out, pick(random, pieces, COUNT(pieces)));
    }
    text_raw(out, "\"");
}

static void generate(random_source *random, text *out, int depth);

static void generate_nested(random_source *random, text *out, int depth, bool object) {
    text_raw(out, object ? "{" : "[");
    for (uint64_t left = random_below(random, 4); left > 0; left--) {
        text_comma(out);
        if (random_below(random, 2)) text_raw(out, " \n");
        if (object) {
            generate_string(random, out);
            text_raw(out, random_below(random, 2) ? ":" : "\t: ");
        }
        generate(random, out, depth + 1);
    }
    text_raw(out, object ? "}" : "]");
}

static void generate(random_source *random, text *out, int depth) {
    static const char *const scalars[] = {"null", "true", "false", "0",   "-1",
                                          "2.50", "1E+3", "1e999", "-0.0"};
    const uint64_t kind = random_below(random, depth < 6 ? 5 : 3);
    if (kind == 0) generate_string(random, out);
    else if (kind < 3) text_raw(out, pick(random, scalars, COUNT(scalars)));
    else generate_nested(random, out, depth, kind == 3);
}

static void assert_prefixes_fail(const text *whole) {
    for (size_t size = 0; size < whole->size; size++) {
        assert_int_not_equal(json_check((slice){whole->at, size}), JSON_OK);
    }
}

static void what_is_generated_is_accepted(void **state) {
    (void)state;
    random_source random = {1};
    arena memory = {0};
    for (int i = 0; i < 2000; i++) {
        text made = {0};
        cJSON *parsed;
        generate_nested(&random, &made, 0, i % 2);
        const slice bytes = {made.at, made.size};
        if (json_parse(bytes, &memory, &parsed) != JSON_OK) fail_msg("refused: %s", text_z(&made));
        assert_prefixes_fail(&made);
        arena_reset(&memory);
        text_free(&made);
    }
    arena_free(&memory);
}

/** Of a text with a byte changed, what is accepted must be what cJSON, being more lenient, accepts too. */
static void what_is_accepted_is_parsed(void **state) {
    (void)state;
    random_source random = {2};
    arena memory = {0};
    size_t accepted = 0;
    for (int i = 0; i < 20000; i++) {
        text made = {0};
        cJSON *parsed = NULL;
        generate_nested(&random, &made, 0, i % 2);
        made.at[random_below(&random, made.size)] = (char)random_below(&random, 256);
        const slice bytes = {made.at, made.size};
        const json_result result = json_parse(bytes, &memory, &parsed);
        assert_int_equal(result, json_check(bytes));
        accepted += result == JSON_OK;
        arena_reset(&memory);
        text_free(&made);
    }
    assert_in_range(accepted, 100, 19000);
    arena_free(&memory);
}

/* ---- parsed texts ---- */

typedef struct {
    const char *name;
    const char *bytes; /* a JSON string */
    const char *value;
} string_case;

static const string_case strings[] = {
    {"plain", "\"plain\"", "plain"},
    {"escapes", "\"\\\"\\\\\\/\\n\\u00e9\"", "\"\\/\né"},
    {"surrogate pair", "\"\\ud83d\\ude00\"", "😀"},
    {"surrogate pair in capitals", "\"\\uD83D\\uDE00!\"", "😀!"},
    {"NUL does not cut the text", "\"a\\u0000b\"", "a\uFFFDb"},
    {"lone high surrogate", "\"a\\ud800b\"", "a\uFFFDb"},
    {"lone low surrogate", "\"a\\udfffb\"", "a\uFFFDb"},
    {"high surrogate at the end", "\"a\\udbff\"", "a\uFFFD"},
    {"two high surrogates", "\"\\ud800\\ud801\"", "\uFFFD\uFFFD"},
    {"high, then a pair", "\"\\ud800\\ud83d\\ude00\"", "\uFFFD😀"},
    {"swapped pair", "\"\\ude00\\ud83d\"", "\uFFFD\uFFFD"},
    {"pair split by a letter", "\"\\ud83dx\\ude00\"", "\uFFFDx\uFFFD"},
    {"an escaped backslash before u0000", "\"\\\\u0000\"", "\\u0000"},
    {"an escaped backslash before ud800", "\"\\\\\\ud800\"", "\\\uFFFD"},
};

static void check_string(void **state) {
    const string_case *one = *state;
    arena memory = {0};
    cJSON *parsed;
    assert_int_equal(json_parse(slice_of(one->bytes), &memory, &parsed), JSON_OK);
    assert_string_equal(cJSON_GetStringValue(parsed), one->value);
    arena_free(&memory);
}

static void members_are_found_and_the_last_counts(void **state) {
    (void)state;
    arena memory = {0};
    cJSON *parsed;
    const char *bytes = "{\"a\":1,\"b\":\"x\",\"a\":2,\"\\u0062\":\"y\",\"half\":0.5,\"A\":3}";
    assert_int_equal(json_parse(slice_of(bytes), &memory, &parsed), JSON_OK);
    assert_int_equal(json_integer(parsed, "a", 9), 2);
    assert_int_equal(json_integer(parsed, "A", 9), 3);
    assert_string_equal(json_text(parsed, "b"), "y");
    assert_null(json_text(parsed, "a"));
    assert_null(json_text(parsed, "none"));
    assert_int_equal(json_integer(parsed, "half", 9), 9);
    assert_int_equal(json_integer(parsed, "b", 9), 9);
    assert_null(json_get(NULL, "a"));
    assert_null(json_get(json_get(parsed, "a"), "a"));
    arena_free(&memory);
}

typedef struct {
    const char *name;
    const char *bytes;
    bool whole;
    int64_t value;
} integer_case;

static const integer_case integers[] = {
    {"zero", "0", true, 0},
    {"minus zero", "-0", true, 0},
    {"written as a fraction", "5.0", true, 5},
    {"written with an exponent", "12e2", true, 1200},
    {"greatest", "9007199254740991", true, 9007199254740991},
    {"least", "-9007199254740991", true, -9007199254740991},
    {"2^53", "9007199254740992", false, 0},
    {"2^53 + 1", "9007199254740993", false, 0},
    {"a fraction", "0.5", false, 0},
    {"infinite", "1e999", false, 0},
    {"minus infinite", "-1e999", false, 0},
    {"a text", "\"5\"", false, 0},
    {"null", "null", false, 0},
    {"true", "true", false, 0},
    {"seventy digits", "1000000000000000000000000000000000000000000000000000000000000000000000", false, 0},
    {"seventy zeros behind the point", "7.0000000000000000000000000000000000000000000000000000000000000000",
     true, 7},
};

static void check_integer(void **state) {
    const integer_case *one = *state;
    arena memory = {0};
    cJSON *parsed;
    int64_t value = -1;
    assert_int_equal(json_parse(slice_of(one->bytes), &memory, &parsed), JSON_OK);
    assert_int_equal(json_is_integer(parsed, &value), one->whole);
    if (one->whole) assert_int_equal(value, one->value);
    arena_free(&memory);
}

/* ---- walking ---- */

typedef struct {
    const char *name;
    const char *bytes;
    const char *walked; /* what was found, then how it ended */
} walk_case;

static const walk_case walks[] = {
    {"empty array", " [ ] ", "ended"},
    {"empty object", "{}", "ended"},
    {"elements", "[1, \"a,]\" ,{\"b\":[2]},null]", "(1)(\"a,]\")({\"b\":[2]})(null)ended"},
    {"members", "{ \"a\" : 1 ,\"b\":{\"c\":\"}\"}}", "(a=1)(b={\"c\":\"}\"})ended"},
    {"keys stay as they are", "{\"a\\u0062\\\"\":1}", "(a\\u0062\\\"=1)ended"},
    {"bad elements cost themselves", "[{\"a\":01},nonsense,{}]", "({\"a\":01})(nonsense)({})ended"},
    {"an empty place", "[1,,2]", "(1)()(2)ended"},
    {"a comma at the end", "[1,]", "(1)()ended"},
    {"crossed brackets", "[{\"a\":[}],2]", "({\"a\":[}])(2)ended"},
    {"something behind it", "[1]x", "(1)not ended"},
    {"no comma between objects", "[{}{}]", "({})broken"},
    {"no comma between texts", "[\"a\"\"b\"]", "(\"a\")broken"},
    {"cut after an element", "[1,2", "(1)broken"},
    {"cut after a comma", "[1,", "(1)broken"},
    {"cut in a string", "[1,\"a", "(1)broken"},
    {"cut in an escape", "[\"a\\", "broken"},
    {"cut in an object", "{\"a\":{\"b\":1}", "(a={\"b\":1})broken"},
    {"cut after a key", "{\"a\"", "broken"},
    {"no colon", "{\"a\",\"b\":1}", "broken"},
    {"a key that is no text", "{1:2}", "broken"},
    {"a comma before the brace", "{\"a\":1,}", "(a=1)broken"},
};

static void walk_elements(json_cursor *cursor, text *out) {
    slice value;
    while (json_element(cursor, &value)) {
        text_raw(out, "(");
        text_bytes(out, value);
        text_raw(out, ")");
    }
}

static void walk_members(json_cursor *cursor, text *out) {
    slice key, value;
    while (json_member(cursor, &key, &value)) {
        text_raw(out, "(");
        text_bytes(out, key);
        text_raw(out, "=");
        text_bytes(out, value);
        text_raw(out, ")");
    }
}

static void check_walk(void **state) {
    const walk_case *one = *state;
    json_cursor cursor;
    text out = {0};
    if (json_enter(&cursor, slice_of(one->bytes), '[')) walk_elements(&cursor, &out);
    else if (json_enter(&cursor, slice_of(one->bytes), '{')) walk_members(&cursor, &out);
    text_raw(&out, cursor.broken ? "broken" : json_ended(&cursor) ? "ended" : "not ended");
    assert_string_equal(text_z(&out), one->walked);
    text_free(&out);
}

static void only_the_right_bracket_is_entered(void **state) {
    (void)state;
    json_cursor cursor;
    assert_false(json_enter(&cursor, slice_of("{}"), '['));
    assert_false(json_enter(&cursor, slice_of("[]"), '{'));
    assert_false(json_enter(&cursor, slice_of("  "), '['));
    assert_false(json_enter(&cursor, slice_of("1"), '['));
}

static void without_memory_nothing_is_parsed(void **state) {
    (void)state;
    arena memory = {0};
    cJSON *parsed;
    for (size_t nth = 1;; nth++) {
        memory_fail_at(nth, MEMORY_FAILS_ONCE);
        memory_watch(true);
        const json_result result = json_parse(slice_of("{\"a\":[1,\"\\u00e9\"]}"), &memory, &parsed);
        memory_watch(false);
        if (!memory_has_failed()) break;
        assert_int_equal(result, JSON_NO_MEMORY);
    }
    memory_fail_at(0, MEMORY_FAILS_ONCE);
    arena_free(&memory);
}

int main(void) {
    const case_table tables[] = {
        TABLE(checks, check_check),
        TABLE(strings, check_string),
        TABLE(integers, check_integer),
        TABLE(walks, check_walk),
    };
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(what_is_generated_is_accepted),
        cmocka_unit_test(what_is_accepted_is_parsed),
        cmocka_unit_test(members_are_found_and_the_last_counts),
        cmocka_unit_test(only_the_right_bracket_is_entered),
        cmocka_unit_test(without_memory_nothing_is_parsed),
    };
    return run_tables("json", tables, COUNT(tables)) + cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
