#include "larder.h"

#include <math.h>
#include <string.h>

#include "failing_memory.h"
#include "host.h"

#define OF_CHAT_1 "\"requestId\":\"" CHAT_1 "\""
#define HYDRATED  "{\"chat_meta\":[],\"cache_stats\":[]}"
#define EMPTY_PLAN                                                                                           \
    "{\"durability\":\"relaxed\",\"deadline\":null,\"writes\":[],\"reads\":[],\"calls\":[],\"signals\":[],"  \
    "\"replies\":[]}"

static void assert_plan(const larder *core, const char *expected) {
    text plan = {0};
    text_bytes(&plan, (slice){larder_plan(core), larder_plan_size(core)});
    assert_string_equal(text_z(&plan), expected);
    text_free(&plan);
}

static void nothing_in_nothing_out(void **state) {
    (void)state;
    larder *core = larder_new(1);
    assert_int_equal(larder_plan_size(core), 0);
    assert_int_equal(larder_step(core, START_MS), LARDER_DONE);
    assert_plan(core, EMPTY_PLAN);
    assert_non_null(larder_input(core, 0));
    assert_int_equal(larder_step(core, START_MS), LARDER_DONE);
    assert_plan(core, EMPTY_PLAN);
    larder_free(core);
    larder_free(NULL);
}

static void an_input_is_taken_once(void **state) {
    (void)state;
    host h;
    host_start(&h, HOST_SEED);
    host_do(&h, "{\"type\":\"open\",\"command\":\"1\"," OF_CHAT_1 "}", NULL);
    assert_string_equal(host_part(&h, "replies"), "[{\"command\":\"1\"}]");
    assert_int_equal(larder_step(h.core, START_MS), LARDER_DONE);
    assert_plan(h.core, EMPTY_PLAN);
    host_stop(&h);
}

static void an_input_too_large_is_refused(void **state) {
    (void)state;
    larder *core = larder_new(1);
    assert_null(larder_input(core, SIZE_MAX / 2));
    larder_free(core);
}

static void the_same_seed_makes_the_same_plans(void **state) {
    (void)state;
    static const char *const failure = "\"status\":500";
    host a, b, other;
    host *const hosts[] = {&a, &b, &other};
    for (size_t i = 0; i < COUNT(hosts); i++) {
        host_start(hosts[i], i < 2 ? 7 : 8);
        host_do(hosts[i], "{\"type\":\"hydrate\"}", HYDRATED);
        host_reply(hosts[i], "fetchChats", NULL, failure, NULL);
    }
    assert_true(cJSON_Compare(a.plan, b.plan, true));
    assert_false(cJSON_Compare(a.plan, other.plan, true));
    assert_int_not_equal(host_call(&a, "subscribe", NULL), host_call(&other, "subscribe", NULL));
    for (size_t i = 0; i < COUNT(hosts); i++) host_stop(hosts[i]);
}

/* ---- time ---- */

static int64_t read_at(host *h, double now_ms, int up_to) {
    text header = {0};
    text_format(&header, "{\"type\":\"read\"," OF_CHAT_1 ",\"upToSequence\":%d}", up_to);
    host_event(h, text_z(&header), NULL);
    memcpy(larder_input(h->core, h->frames.size), h->frames.at, h->frames.size);
    text_clear(&h->frames);
    text_free(&header);
    assert_int_equal(larder_step(h->core, now_ms), LARDER_DONE);
    cJSON *plan = cJSON_ParseWithLength(larder_plan(h->core), larder_plan_size(h->core));
    const cJSON *rows =
        cJSON_GetObjectItem(cJSON_GetArrayItem(cJSON_GetObjectItem(plan, "writes"), 0), "rows");
    const cJSON *read_at = cJSON_GetObjectItem(cJSON_GetArrayItem(rows, 0), "lastReadAt");
    const int64_t ms = (int64_t)read_at->valuedouble;
    cJSON_Delete(plan);
    return ms;
}

static void time_never_runs_backwards(void **state) {
    (void)state;
    host h;
    host_start(&h, HOST_SEED);
    assert_int_equal(read_at(&h, 5000, 1), 5000);
    assert_int_equal(read_at(&h, 4000, 2), 5000);
    assert_int_equal(read_at(&h, 6000.9, 3), 6000);
    assert_int_equal(read_at(&h, -1, 4), 6000);
    assert_int_equal(read_at(&h, NAN, 5), 6000);
    assert_int_equal(read_at(&h, INFINITY, 6), 6000);
    assert_int_equal(read_at(&h, 1e300, 7), 6000);
    assert_int_equal(read_at(&h, 6001, 8), 6001);
    host_stop(&h);
}

/* ---- reads in the middle of an input ---- */

#define ROW(number) "{\"id\":\"" #number "\",\"requestId\":\"" CHAT_1 "\",\"sequenceNumber\":" #number "}"

/** A core whose chat 1 is read up to 5 of 10: reading up to 7 needs rows. */
static void start_reading(host *h) {
    host_hydrated(h,
                  "{\"requestId\":\"" CHAT_1
                  "\",\"lastSyncedSequence\":10,\"lastSyncedAt\":1,\"unreadCount\":5,"
                  "\"lastReadSequence\":5}",
                  "");
}

static void events_behind_a_read_wait_for_its_rows(void **state) {
    (void)state;
    host h;
    start_reading(&h);
    host_event(&h, "{\"type\":\"open\",\"command\":\"1\"," OF_CHAT_1 "}", NULL);
    host_event(&h, "{\"type\":\"read\",\"command\":\"2\"," OF_CHAT_1 ",\"upToSequence\":7}", NULL);
    host_event(&h, "{\"type\":\"read\",\"command\":\"3\"," OF_CHAT_1 ",\"upToSequence\":8}", NULL);
    host_event(&h, "{\"type\":\"close\",\"command\":\"4\"," OF_CHAT_1 "}", NULL);
    assert_int_equal(host_step(&h), LARDER_READS);
    assert_string_equal(host_part(&h, "replies"), "[{\"command\":\"1\"}]");
    assert_string_equal(host_part(&h, "writes"), "[]");
    assert_int_equal(host_do(&h, "{\"type\":\"rows\"}", "[[" ROW(8) "," ROW(9) "," ROW(10) "]]"),
                     LARDER_READS);
    assert_string_equal(host_part(&h, "replies"), "[{\"command\":\"2\"}]");
    assert_int_equal(host_do(&h, "{\"type\":\"rows\"}", "[[" ROW(9) "," ROW(10) "]]"), LARDER_DONE);
    assert_string_equal(host_part(&h, "replies"), "[{\"command\":\"3\"},{\"command\":\"4\"}]");
    assert_non_null(strstr(host_part(&h, "writes"), "\"unreadCount\":2,\"lastReadSequence\":8"));
    host_stop(&h);
}

typedef struct {
    const char *name;
    const char *header;
    const char *body;
} rows_case;

static const rows_case bad_rows[] = {
    {"another event", "{\"type\":\"deadline\"}", "[[{}]]"},
    {"no event", "{\"type\":\"row\"}", "[[{}]]"},
    {"no header", "", "[[{}]]"},
};

static void check_bad_rows(void **state) {
    const rows_case *one = *state;
    host h;
    start_reading(&h);
    host_do(&h, "{\"type\":\"read\",\"command\":\"2\"," OF_CHAT_1 ",\"upToSequence\":7}", NULL);
    assert_int_equal(host_do(&h, one->header, one->body), LARDER_DONE);
    assert_string_equal(host_errors(&h), "bad_event");
    assert_string_equal(host_part(&h, "replies"), "[{\"command\":\"2\"}]");
    host_stop(&h);
}

static void rows_that_do_not_come_are_missed(void **state) {
    (void)state;
    host h;
    start_reading(&h);
    host_event(&h, "{\"type\":\"read\",\"command\":\"2\"," OF_CHAT_1 ",\"upToSequence\":7}", NULL);
    host_event(&h, "{\"type\":\"read\",\"command\":\"3\"," OF_CHAT_1 ",\"upToSequence\":8}", NULL);
    assert_int_equal(host_step(&h), LARDER_READS);
    assert_int_equal(host_do(&h, "{\"type\":\"rows\"}", "[[" ROW(8) "," ROW(9) "," ROW(10) "]]"),
                     LARDER_READS);
    assert_int_equal(larder_step(h.core, START_MS), LARDER_DONE);
    text plan = {0};
    text_bytes(&plan, (slice){larder_plan(h.core), larder_plan_size(h.core)});
    assert_non_null(strstr(text_z(&plan), "bad_event"));
    assert_non_null(strstr(text_z(&plan), "\"unreadCount\":0,\"lastReadSequence\":8"));
    text_free(&plan);
    host_stop(&h);
}

/* ---- frames that don't fit ---- */

/* ---- a plan that grows large ---- */

/** The answer to a call for the newest messages of chat 1, 1 to `count`. */
static void add_page(host *h, int count) {
    text words = {0}, body = {0};
    for (int i = 1; i <= count; i++) text_format(&words, "%d ", i);
    text_raw(&body, "{\"messages\":[");
    write_messages(&body, text_z(&words));
    text_format(&body, "],\"covers\":{\"from\":1,\"to\":%d},\"lastSequence\":%d,\"revision\":\"r\"}", count,
                count);
    host_event(h,
               "{\"type\":\"reply\",\"status\":200,\"call\":{\"id\":9,\"method\":\"fetchMessages\","
               "\"params\":{\"requestId\":\"" CHAT_1 "\",\"limit\":500}}}",
               text_z(&body));
    text_free(&words);
    text_free(&body);
}

static void a_large_plan_is_carried_out_before_the_next_event(void **state) {
    (void)state;
    host h;
    host_hydrated(&h, "", "");
    add_page(&h, 500);
    host_event(&h, "{\"type\":\"open\",\"command\":\"1\"," OF_CHAT_1 "}", NULL);
    assert_int_equal(host_step(&h), LARDER_MORE);
    assert_true(cJSON_IsTrue(cJSON_GetObjectItem(h.plan, "more")));
    assert_string_equal(host_part(&h, "replies"), "[]");
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(h.plan, "writes")), 1);
    assert_int_equal(host_step(&h), LARDER_DONE);
    assert_null(cJSON_GetObjectItem(h.plan, "more"));
    assert_string_equal(host_part(&h, "replies"), "[{\"command\":\"1\"}]");
    assert_non_null(strstr(host_part(&h, "writes"), "\"lastSyncedSequence\":500"));
    host_stop(&h);
}

static void the_last_event_needs_no_more(void **state) {
    (void)state;
    host h;
    host_hydrated(&h, "", "");
    add_page(&h, 500);
    assert_int_equal(host_step(&h), LARDER_DONE);
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(h.plan, "writes")), 3);
    host_stop(&h);
}

typedef struct {
    const char *name;
    const char *bytes;
    size_t size;
} frame_case;

#define BYTES(string) string, sizeof(string) - 1

static const frame_case bad_frames[] = {
    {"a byte", BYTES("{")},
    {"sizes only", BYTES("\x04\0\0\0\x04\0\0\0")},
    {"no sizes", BYTES("{\"type\":\"deadline\"}")},
    {"no type", BYTES("\x02\0\0\0\0\0\0\0{}")},
    {"zeros", BYTES("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0")},
};

static void check_bad_frame(void **state) {
    const frame_case *one = *state;
    host h;
    host_start(&h, HOST_SEED);
    text_bytes(&h.frames, (slice){one->bytes, one->size});
    assert_int_equal(host_step(&h), LARDER_DONE);
    assert_string_equal(host_errors(&h), "bad_event");
    host_do(&h, "{\"type\":\"open\",\"command\":\"1\"," OF_CHAT_1 "}", NULL);
    assert_string_equal(host_part(&h, "replies"), "[{\"command\":\"1\"}]");
    host_stop(&h);
}

static void without_memory_there_is_no_core(void **state) {
    (void)state;
    memory_fail_at(1, MEMORY_FAILS_ONCE);
    memory_watch(true);
    larder *core = larder_new(1);
    memory_watch(false);
    memory_fail_at(0, MEMORY_FAILS_ONCE);
    assert_null(core);
}

int main(void) {
    const case_table tables[] = {TABLE(bad_rows, check_bad_rows), TABLE(bad_frames, check_bad_frame)};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_in_nothing_out),
        cmocka_unit_test(an_input_is_taken_once),
        cmocka_unit_test(an_input_too_large_is_refused),
        cmocka_unit_test(the_same_seed_makes_the_same_plans),
        cmocka_unit_test(time_never_runs_backwards),
        cmocka_unit_test(events_behind_a_read_wait_for_its_rows),
        cmocka_unit_test(rows_that_do_not_come_are_missed),
        cmocka_unit_test(a_large_plan_is_carried_out_before_the_next_event),
        cmocka_unit_test(the_last_event_needs_no_more),
        cmocka_unit_test(without_memory_there_is_no_core),
    };
    return run_tables("larder", tables, COUNT(tables)) +
           cmocka_run_group_tests_name("larder", tests, NULL, NULL);
}
