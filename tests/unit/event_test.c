#include "event.h"

#include <string.h>

#include "failing_memory.h"
#include "support.h"

typedef struct {
    const char *name;
    const char *bytes;
    size_t size;
    const char *read; /* one word per event: its type and attempt, then its body; or `bad` */
} frame_case;

#define FRAMES(bytes) bytes, sizeof(bytes) - 1
#define DEADLINE      "\x13\0\0\0\0\0\0\0{\"type\":\"deadline\"}"

static const frame_case frames[] = {
    {"nothing", FRAMES(""), ""},
    {"one", FRAMES(DEADLINE), "deadline 1 ()"},
    {"two", FRAMES(DEADLINE DEADLINE), "deadline 1 () deadline 1 ()"},
    {"a body", FRAMES("\x0f\0\0\0\x03\0\0\0{\"type\":\"rows\"}[1]"), "rows 1 ([1])"},
    {"an attempt", FRAMES("\x1b\0\0\0\0\0\0\0{\"type\":\"rows\",\"attempt\":2}"), "rows 2 ()"},
    {"an attempt below one", FRAMES("\x1c\0\0\0\0\0\0\0{\"type\":\"rows\",\"attempt\":-2}"), "rows 1 ()"},
    {"an absurd attempt", FRAMES("\x1d\0\0\0\0\0\0\0{\"type\":\"rows\",\"attempt\":1e9}"), "rows 100 ()"},
    {"an attempt that is none", FRAMES("\x1d\0\0\0\0\0\0\0{\"type\":\"rows\",\"attempt\":\"2\"}"),
     "rows 1 ()"},
    {"half a size", FRAMES("\x13\0\0"), "bad"},
    {"no header", FRAMES("\0\0\0\0\0\0\0\0"), "bad"},
    {"a header larger than the input", FRAMES("\x14\0\0\0\0\0\0\0{\"type\":\"deadline\"}"), "bad"},
    {"a body larger than the input", FRAMES("\x0f\0\0\0\x04\0\0\0{\"type\":\"rows\"}[1]"), "bad"},
    {"sizes that would overflow", FRAMES("\xff\xff\xff\xff\xff\xff\xff\xff{\"type\":\"rows\"}"), "bad"},
    {"after a frame that doesn't fit nothing is read", FRAMES("\xff\0\0\0\0\0\0\0{}" DEADLINE), "bad"},
    {"after a header that is none the next is read", FRAMES("\x01\0\0\0\0\0\0\0{" DEADLINE),
     "bad deadline 1 ()"},
    {"a header without a type", FRAMES("\x02\0\0\0\0\0\0\0{}" DEADLINE), "bad deadline 1 ()"},
    {"an unknown type", FRAMES("\x0e\0\0\0\0\0\0\0{\"type\":\"row\"}" DEADLINE), "bad deadline 1 ()"},
    {"a type that is no text", FRAMES("\x0a\0\0\0\0\0\0\0{\"type\":3}" DEADLINE), "bad deadline 1 ()"},
    {"a header that is a list", FRAMES("\x08\0\0\0\0\0\0\0[\"rows\"]" DEADLINE), "bad deadline 1 ()"},
    {"a header that is not UTF-8", FRAMES("\x03\0\0\0\0\0\0\0\"\xff\"" DEADLINE), "bad deadline 1 ()"},
};

static void describe(text *out, const event *e) {
    text_format(out, "%s %d (", event_type_names[e->type], e->attempt);
    text_bytes(out, e->body);
    text_raw(out, ")");
}

static void check_frames(void **state) {
    const frame_case *one = *state;
    event_reader reader = {(const unsigned char *)one->bytes, (const unsigned char *)one->bytes + one->size};
    arena memory = {0};
    text out = {0};
    event e;
    event_result result;
    while ((result = event_next(&reader, &memory, &e)) != EVENT_NONE) {
        if (out.size) text_raw(&out, " ");
        if (result == EVENT_BAD) text_raw(&out, "bad");
        else describe(&out, &e);
    }
    assert_string_equal(text_z(&out), one->read);
    text_free(&out);
    arena_free(&memory);
}

static void every_type_is_known(void **state) {
    (void)state;
    arena memory = {0};
    for (int type = 0; event_type_names[type]; type++) {
        text frame = {0};
        const size_t size = strlen(event_type_names[type]) + 11;
        const char head[8] = {(char)size};
        text_bytes(&frame, (slice){head, sizeof head});
        text_format(&frame, "{\"type\":\"%s\"}", event_type_names[type]);
        const unsigned char *at = (const unsigned char *)frame.at;
        event_reader reader = {at, at + frame.size};
        event e;
        assert_int_equal(event_next(&reader, &memory, &e), EVENT_READ);
        assert_int_equal(e.type, type);
        text_free(&frame);
    }
    arena_free(&memory);
}

static void without_memory_it_says_so(void **state) {
    (void)state;
    arena memory = {0};
    event e;
    static const char bytes[] = DEADLINE;
    event_reader reader = {(const unsigned char *)bytes, (const unsigned char *)bytes + sizeof bytes - 1};
    memory_fail_at(1, MEMORY_FAILS_ONCE);
    memory_watch(true);
    const event_result result = event_next(&reader, &memory, &e);
    memory_watch(false);
    memory_fail_at(0, MEMORY_FAILS_ONCE);
    assert_int_equal(result, EVENT_NO_MEMORY);
    arena_free(&memory);
}

int main(void) {
    const case_table tables[] = {TABLE(frames, check_frames)};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_is_known),
        cmocka_unit_test(without_memory_it_says_so),
    };
    return run_tables("event", tables, COUNT(tables)) +
           cmocka_run_group_tests_name("event", tests, NULL, NULL);
}
