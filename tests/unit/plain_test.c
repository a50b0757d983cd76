#include <string.h>

#include "gen/schema.h"
#include "plain.h"
#include "support.h"

/**
 * The fast way to read a row against the careful one: where it doesn't give up both read the same, and what
 * the careful one refuses it never takes.
 */

#define ID "\"id\":\"" CHAT_1 ":a\",\"requestId\":\"" CHAT_1 "\""

typedef struct {
    const char *name;
    const char *row;
    bool plain; /* the fast way can take it */
} plain_case;

static const plain_case cases[] = {
    {"required alone", "{" ID ",\"filename\":\"a\"}", true},
    {"as a core writes it",
     "{" ID ",\"messageId\":\"m\",\"filename\":\"a\",\"mimeType\":\"image/png\",\"fileSize\":70,"
     "\"downloadStatus\":\"failed\",\"downloadProgress\":0,\"downloadedAt\":null,\"isVerified\":false,"
     "\"localBlobKey\":\"b-1\",\"lastAccessedAt\":1768554000000,\"isPinned\":true,\"priority\":\"high\"}",
     true},
    {"white space", "{" ID ", \"filename\":\"a\"}", false},
    {"more behind it", "{" ID ",\"filename\":\"a\"}}", false},
    {"a comma at the end", "{" ID ",\"filename\":\"a\",}", false},
    {"no name at the end", "{" ID ",\"filename\":\"a\",\"fileSize\"", false},
    {"no end", "{" ID ",\"filename\":\"a\"", false},
    {"a zero too many", "{" ID ",\"filename\":\"a\",\"fileSize\":07}", false},
    {"zero", "{" ID ",\"filename\":\"a\",\"fileSize\":0}", true},
    {"half a word", "{" ID ",\"filename\":\"a\",\"isPinned\":tru}", false},
    {"other letters", "{" ID ",\"filename\":\"\xc3\xa4\"}", true},
    {"escapes", "{" ID ",\"filename\":\"\\u0061\"}", false},
    {"an escaped name", "{" ID ",\"filenam\\u0065\":\"a\"}", false},
    {"unknown member", "{" ID ",\"filename\":\"a\",\"x\":1}", false},
    {"another order", "{\"filename\":\"a\"," ID "}", false},
    {"twice", "{" ID ",\"filename\":\"a\",\"filename\":\"b\"}", false},
    {"missing", "{" ID "}", false},
    {"null where it may not be", "{" ID ",\"filename\":null}", false},
    {"no text", "{" ID ",\"filename\":7}", false},
    {"empty", "{" ID ",\"filename\":\"\"}", false},
    {"no whole number", "{" ID ",\"filename\":\"a\",\"fileSize\":1.5}", false},
    {"a negative number", "{" ID ",\"filename\":\"a\",\"lastAccessedAt\":-1}", false},
    {"an exponent", "{" ID ",\"filename\":\"a\",\"fileSize\":1e2}", false},
    {"a large number", "{" ID ",\"filename\":\"a\",\"fileSize\":9007199254740993}", false},
    {"out of range", "{" ID ",\"filename\":\"a\",\"downloadProgress\":101}", false},
    {"no boolean", "{" ID ",\"filename\":\"a\",\"isPinned\":1}", false},
    {"no such state", "{" ID ",\"filename\":\"a\",\"downloadStatus\":\"x\"}", false},
    {"a state of no text", "{" ID ",\"filename\":\"a\",\"downloadStatus\":7}", false},
    {"no UUID", "{\"id\":\"" CHAT_1 ":a\",\"requestId\":\"x\",\"filename\":\"a\"}", false},
    {"no object", "[]", false},
    {"no JSON", "{", false},
    {"bad UTF-8", "{" ID ",\"filename\":\"\xFF\"}", false},
};

static void same_text(slice bytes, const char *expected) {
    assert_int_equal(bytes.size, strlen(expected));
    assert_memory_equal(bytes.at, expected, bytes.size);
}

static void same_field(const plain_field *field, const record *read, int at) {
    const field_rule *rule = &cached_media_meta_record.fields[at];
    assert_int_equal(field->there, record_has(read, at));
    if (!field->there) return;
    if (rule->type == FIELD_INTEGER) assert_int_equal(field->number, record_integer(read, at, -1));
    else if (rule->type == FIELD_BOOLEAN) assert_int_equal(field->number, record_true(read, at));
    else if (rule->type == FIELD_ENUM)
        assert_string_equal(rule->values[field->number], record_text(read, at));
    else same_text(field->text, record_text(read, at));
}

static void as_the_careful_way(void **state) {
    const plain_case *c = *state;
    plain_field fields[RECORD_FIELDS_MAX];
    arena memory = {0};
    record read;
    problem wrong;
    assert_int_equal(plain_read(slice_of(c->row), &cached_media_meta_record, fields), c->plain);
    const bool ok = record_read(slice_of(c->row), &cached_media_meta_record, &memory, &read, &wrong);
    if (c->plain) assert_true(ok);
    for (int i = 0; i < cached_media_meta_record.count && c->plain; i++) same_field(&fields[i], &read, i);
    arena_free(&memory);
}

int main(void) {
    const case_table tables[] = {TABLE(cases, as_the_careful_way)};
    return run_tables("plain", tables, COUNT(tables));
}
