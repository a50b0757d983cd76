#include <stdio.h>
#include <string.h>

#include "gen/schema.h"
#include "shelf.h"

/** What is kept of media, in which order it goes, and what the app does with it. */

/** Messages take 1,000 bytes of it. */
static const char limits[] = ",\"limits\":{\"bytes\":11000,\"itemBytes\":11000}";

#define ROW(name, more)                                                                                      \
    "{\"id\":\"" CHAT_1 ":" name "\",\"requestId\":\"" CHAT_1 "\",\"filename\":\"" name "\"" more "}"
#define STORED(name, key, size, accessed, more)                                                              \
    ROW(name, ",\"downloadStatus\":\"completed\",\"localBlobKey\":\"" key "\",\"fileSize\":" size            \
              ",\"lastAccessedAt\":" accessed more)

static void touch(shelf *s, const char *filename) {
    char header[256];
    snprintf(header, sizeof header, "{\"type\":\"mediaTouch\",\"ids\":[\"" CHAT_1 ":%s\",\"x\",7]}",
             filename);
    shelf_do(s, header, NULL);
}

static void evict_one(shelf *s) {
    shelf_event(s, "mediaEvict", "\"bytes\":1");
}

static int64_t number(const shelf *s, const char *filename, const char *member) {
    const cJSON *found = cJSON_GetObjectItem(shelf_row(s, filename), member);
    return found ? (int64_t)found->valuedouble : -1;
}

/* ---- what goes ---- */

static void least_recently_used_first(void **state) {
    (void)state;
    shelf s;
    shelf_start(&s, limits, "");
    shelf_fill(&s, "a", 3000);
    shelf_fill(&s, "b", 3000);
    shelf_fill(&s, "c", 3000);
    touch(&s, "a");
    shelf_fill(&s, "d", 1500); /* 11,500 would be too much: down to 9,900 */
    assert_string_equal(shelf_files(&s), "a c d");
    shelf_fill(&s, "e", 10000);
    assert_string_equal(shelf_files(&s), "e");
    shelf_stop(&s);
}

static void by_priority(void **state) {
    (void)state;
    shelf s;
    shelf_start(&s, limits, "");
    shelf_fill(&s, "a", 100);
    shelf_fill(&s, "b", 100);
    shelf_fill(&s, "c", 100);
    shelf_event(&s, "mediaPriority", "\"filename\":\"a\",\"priority\":\"high\"");
    shelf_event(&s, "mediaPriority", "\"filename\":\"c\",\"priority\":\"low\"");
    evict_one(&s);
    assert_string_equal(shelf_files(&s), "a b");
    evict_one(&s);
    assert_string_equal(shelf_files(&s), "a");
    shelf_stop(&s);
}

static void what_is_pinned_stays(void **state) {
    (void)state;
    shelf s;
    shelf_start(&s, limits, "");
    shelf_fill(&s, "a", 5000);
    shelf_event(&s, "mediaPin", "\"filename\":\"a\",\"pinned\":true");
    shelf_fill(&s, "b", 5000);
    shelf_fill(&s, "c", 5000);
    assert_string_equal(shelf_files(&s), "a c");
    shelf_event(&s, "mediaPin", "\"pinned\":true"); /* the chat, and what comes to it */
    shelf_get(&s, 1, "d");
    shelf_come(&s, "d", 1000, "");
    assert_string_equal(shelf_answer(&s, 1), "held");
    assert_non_null(strstr(host_part(&s.h, "signals"), "notKept"));
    assert_string_equal(shelf_member(&s, "d", "id"), "none");
    assert_string_equal(shelf_files(&s), "a c");
    shelf_restart(&s, limits);
    evict_one(&s);
    assert_string_equal(shelf_files(&s), "a c");
    shelf_event(&s, "mediaPin", "\"pinned\":false"); /* a is pinned by itself */
    shelf_event(&s, "mediaEvict", "\"bytes\":9000");
    assert_string_equal(shelf_files(&s), "a");
    shelf_event(&s, "mediaPin", "\"filename\":\"a\",\"pinned\":false");
    evict_one(&s);
    assert_string_equal(shelf_files(&s), "");
    shelf_stop(&s);
}

static void what_is_being_fetched_stays(void **state) {
    (void)state;
    shelf s;
    char header[256];
    shelf_start(
        &s, limits,
        ROW("a", ",\"thumbnailBlobKey\":\"b-1\",\"thumbnailSize\":20") "," STORED("b", "b-2", "10", "1", ""));
    shelf_get(&s, 1, "a");
    shelf_event(&s, "mediaEvict", "\"bytes\":1000");
    assert_string_equal(shelf_member(&s, "a", "thumbnailBlobKey"), "b-1");
    assert_string_equal(shelf_files(&s), "");
    snprintf(header, sizeof header, "{\"type\":\"mediaForget\",\"of\":\"1\"}");
    shelf_do(&s, header, NULL);
    evict_one(&s);
    assert_string_equal(shelf_member(&s, "a", "id"), "none");
    shelf_stop(&s);
}

#define THUMBNAIL "\"status\":200,\"held\":9,\"size\":20,\"mimeType\":\"image/webp\""

static void thumbnails_go_after_originals(void **state) {
    (void)state;
    shelf s;
    char header[64];
    shelf_start(&s, ",\"thumbnails\":320", "");
    for (int i = 0; i < 2; i++) {
        const char *name = i ? "b" : "a";
        shelf_get(&s, i, name);
        shelf_come(&s, name, 100, ",\"mimeType\":\"image/png\"");
        assert_non_null(strstr(shelf_call(&s, "makeThumbnail"), "\"side\":320"));
        shelf_reply(&s, "makeThumbnail", THUMBNAIL);
        assert_string_equal(shelf_member(&s, name, "thumbnailSize"), "20");
    }
    evict_one(&s);
    assert_string_equal(shelf_files(&s), "b");
    assert_string_equal(shelf_member(&s, "a", "downloadStatus"), "pending");
    assert_string_equal(shelf_member(&s, "a", "downloadedAt"), "null");
    assert_string_equal(shelf_member(&s, "a", "localBlobKey"), "null");
    assert_string_equal(shelf_member(&s, "a", "fileSize"), "100");
    evict_one(&s);
    assert_string_equal(shelf_files(&s), "");
    shelf_restart(&s, "");
    evict_one(&s);
    assert_string_equal(shelf_member(&s, "a", "id"), "none");
    assert_string_equal(shelf_member(&s, "b", "thumbnailSize"), "20");
    shelf_get(&s, 7, "b"); /* here again it needs no other thumbnail */
    shelf_come(&s, "b", 100, ",\"mimeType\":\"image/png\"");
    assert_string_equal(shelf_call(&s, "makeThumbnail"), "");
    snprintf(header, sizeof header, "{\"type\":\"deadline\"}");
    shelf_do(&s, header, NULL);
    shelf_stop(&s);
}

static void one_thumbnail_at_a_time(void **state) {
    (void)state;
    shelf s;
    shelf_start(&s, ",\"thumbnails\":320", "");
    shelf_get(&s, 1, "a");
    shelf_come(&s, "a", 100, ",\"mimeType\":\"image/png\"");
    shelf_get(&s, 2, "b");
    shelf_come(&s, "b", 100, ",\"mimeType\":\"image/jpeg\"");
    shelf_get(&s, 3, "c");
    shelf_come(&s, "c", 100, ",\"mimeType\":\"image/svg+xml\""); /* may hold scripts */
    assert_string_equal(shelf_call(&s, "makeThumbnail"), "");
    shelf_event(&s, "mediaDelete", "\"filename\":\"b\"");
    shelf_reply(&s, "makeThumbnail", "\"failure\":\"unsupported\"");
    assert_string_equal(shelf_call(&s, "makeThumbnail"), ""); /* b is gone, c is none */
    assert_string_equal(shelf_member(&s, "a", "thumbnailBlobKey"), "null");
    shelf_get(&s, 4, "b");
    shelf_come(&s, "b", 100, ",\"mimeType\":\"image/jpeg\"");
    shelf_event(&s, "mediaDelete", "\"filename\":\"b\"");
    shelf_reply(&s, "makeThumbnail", THUMBNAIL); /* for nothing */
    shelf_stop(&s);
}

/** A thumbnail takes room as an original does, but not from its own. */
static void a_thumbnail_makes_room(void **state) {
    (void)state;
    shelf s;
    shelf_start(&s, ",\"thumbnails\":320,\"limits\":{\"bytes\":2000,\"itemBytes\":2000}", "");
    shelf_get(&s, 1, "a");
    shelf_come(&s, "a", 990, ",\"mimeType\":\"image/png\"");
    shelf_reply(&s, "makeThumbnail", THUMBNAIL);
    assert_string_equal(shelf_files(&s), "a");
    assert_string_equal(shelf_member(&s, "a", "thumbnailBlobKey"), "null");
    shelf_stop(&s);
}

static void of_one_chat(void **state) {
    (void)state;
    shelf s;
    shelf_start(&s, limits,
                "{\"id\":\"" CHAT_2 ":x\",\"requestId\":\"" CHAT_2
                "\",\"filename\":\"x\",\"localBlobKey\":\"b-9\","
                "\"fileSize\":50,\"downloadStatus\":\"completed\",\"lastAccessedAt\":1}," //
                STORED("a", "b-1", "50", "2", "") "," STORED("b", "b-2", "60", "3", ""));
    shelf_event(&s, "mediaEvict", "\"command\":\"1\",\"bytes\":60");
    const cJSON *result = cJSON_GetObjectItem(cJSON_GetObjectItem(s.answers, "1"), "result");
    assert_int_equal(cJSON_GetObjectItem(result, "bytes")->valueint, 110);
    assert_string_equal(shelf_files(&s), "x");
    shelf_do(&s, "{\"type\":\"mediaEvict\",\"bytes\":60,\"requestId\":\"unknown\"}", NULL);
    assert_string_equal(shelf_files(&s), "x");
    shelf_do(&s, "{\"type\":\"mediaEvict\",\"bytes\":1}", NULL);
    assert_string_equal(shelf_files(&s), "");
    shelf_stop(&s);
}

/* ---- use ---- */

static void touches_are_written_together(void **state) {
    (void)state;
    shelf s;
    shelf_start(&s, limits, "");
    shelf_fill(&s, "a", 10);
    shelf_fill(&s, "b", 10);
    const int64_t before_ms = number(&s, "a", "lastAccessedAt");
    touch(&s, "a");
    touch(&s, "b");
    touch(&s, "a");
    shelf_do(&s, "{\"type\":\"mediaTouch\",\"hits\":3}", NULL);
    assert_int_equal(number(&s, "a", "lastAccessedAt"), before_ms);
    assert_int_equal(cJSON_GetObjectItem(s.stats, "cacheHits")->valueint, 3);
    shelf_wait(&s);
    assert_true(s.h.now_ms - START_MS <= LIMIT_TOUCH_DELAY_MS);
    assert_true(number(&s, "a", "lastAccessedAt") > number(&s, "b", "lastAccessedAt"));
    shelf_restart(&s, limits);
    evict_one(&s);
    assert_string_equal(shelf_files(&s), "a");
    shelf_stop(&s);
}

static void many_touches_in_more_steps(void **state) {
    (void)state;
    enum { MANY = 300 };
    shelf s;
    text rows = {0}, event = {0};
    for (int i = 0; i < MANY; i++) {
        text_format(&rows,
                    "%s{\"id\":\"" CHAT_1 ":f%d\",\"requestId\":\"" CHAT_1
                    "\",\"filename\":\"f%d\",\"localBlobKey\":\"b-%d\",\"fileSize\":1}",
                    i ? "," : "", i, i, i);
        text_format(&event, "%s\"" CHAT_1 ":f%d\"", i ? "," : "{\"type\":\"mediaTouch\",\"ids\":[", i);
    }
    text_raw(&event, "]}");
    shelf_start(&s, "", text_z(&rows));
    shelf_do(&s, text_z(&event), NULL);
    shelf_wait(&s);
    const cJSON *row;
    int written = 0;
    cJSON_ArrayForEach(row, s.rows) written += cJSON_GetObjectItem(row, "lastAccessedAt") != NULL;
    assert_in_range(written, 1, MANY - 1);
    shelf_wait(&s);
    written = 0;
    cJSON_ArrayForEach(row, s.rows) written += cJSON_GetObjectItem(row, "lastAccessedAt") != NULL;
    assert_int_equal(written, MANY);
    text_free(&rows);
    text_free(&event);
    shelf_stop(&s);
}

/** The order is that of use, whatever the clock says. */
static void the_clock_jumps(void **state) {
    (void)state;
    shelf s;
    shelf_start(&s, limits, "");
    s.h.now_ms += 315360000000; /* ten years ahead */
    shelf_fill(&s, "a", 10);
    s.h.now_ms = START_MS;
    shelf_fill(&s, "b", 10);
    shelf_restart(&s, limits);
    shelf_fill(&s, "c", 10);
    touch(&s, "a");
    shelf_wait(&s);
    shelf_restart(&s, limits);
    evict_one(&s);
    assert_string_equal(shelf_files(&s), "a c");
    evict_one(&s);
    assert_string_equal(shelf_files(&s), "a");
    shelf_stop(&s);
}

/* ---- commands ---- */

static void whole_chats(void **state) {
    (void)state;
    shelf s;
    shelf_start(&s, limits, "");
    shelf_fill(&s, "a", 10);
    shelf_event(&s, "mediaPriority", "\"command\":\"1\",\"priority\":\"high\"");
    assert_string_equal(shelf_answer(&s, 1), "done");
    assert_string_equal(shelf_member(&s, "a", "priority"), "high");
    shelf_restart(&s, limits);
    shelf_fill(&s, "b", 10);
    assert_string_equal(shelf_member(&s, "b", "priority"), "high");
    shelf_get(&s, 3, "c");
    shelf_event(&s, "mediaDelete", "\"command\":\"2\"");
    assert_string_equal(shelf_answer(&s, 2), "done");
    assert_string_equal(shelf_answer(&s, 3), "aborted");
    assert_string_equal(shelf_files(&s), "");
    assert_string_equal(shelf_fetched(&s), "");
    shelf_event(&s, "mediaDelete", "\"command\":\"4\",\"filename\":\"a\"");
    assert_string_equal(shelf_answer(&s, 4), "done");
    shelf_stop(&s);
}

/** Asked for more urgently, it comes sooner; less urgently changes nothing. */
static void priorities_are_raised(void **state) {
    (void)state;
    shelf s;
    shelf_start(&s, limits, "");
    shelf_do(&s, "{\"type\":\"mediaPrefetch\",\"requestId\":\"" CHAT_1 "\"}", "[{\"filename\":\"a\"}]");
    assert_string_equal(shelf_member(&s, "a", "priority"), "low");
    shelf_event(&s, "mediaGet", "\"command\":\"1\",\"filename\":\"a\",\"priority\":\"high\"");
    shelf_event(&s, "mediaGet", "\"command\":\"2\",\"filename\":\"a\",\"priority\":\"low\"");
    assert_string_equal(shelf_member(&s, "a", "priority"), "high");
    shelf_come(&s, "a", 10, "");
    shelf_do(&s, "{\"type\":\"mediaPrefetch\",\"requestId\":\"" CHAT_1 "\"}", "[{\"filename\":\"a\"}]");
    assert_string_equal(shelf_fetched(&s), ""); /* it is here */
    shelf_stop(&s);
}

/** A page that doesn't find the bytes has them fetched again. */
static void missing_bytes(void **state) {
    (void)state;
    shelf s;
    char key[64];
    shelf_start(&s, limits, "");
    shelf_fill(&s, "a", 10);
    snprintf(key, sizeof key, "%s", shelf_member(&s, "a", "localBlobKey"));
    shelf_event(&s, "mediaGet", "\"command\":\"1\",\"filename\":\"a\",\"missing\":\"b-another\"");
    assert_string_equal(shelf_answer(&s, 1), "kept");
    shelf_event(&s, "mediaGet", "\"command\":\"2\",\"filename\":\"a\",\"missing\":\"%s\"", key);
    assert_string_equal(shelf_answer(&s, 2), "waits");
    assert_string_equal(shelf_files(&s), "");
    shelf_come(&s, "a", 10, "");
    assert_string_equal(shelf_answer(&s, 2), "kept");
    shelf_do(&s, "{\"type\":\"connectivity\",\"online\":false}", NULL);
    snprintf(key, sizeof key, "%s", shelf_member(&s, "a", "localBlobKey"));
    shelf_event(&s, "mediaGet", "\"command\":\"3\",\"filename\":\"a\",\"missing\":\"%s\"", key);
    assert_string_equal(shelf_answer(&s, 3), "offline");
    assert_string_equal(shelf_member(&s, "a", "id"), "none");
    shelf_stop(&s);
}

typedef struct {
    const char *name;
    const char *header;
    const char *body;
    const char *answer;
} refusal_case;

#define OF_CHAT ",\"command\":\"1\",\"requestId\":\"" CHAT_1 "\""

static const refusal_case refusals[] = {
    {"get of no chat", "{\"type\":\"mediaGet\",\"command\":\"1\",\"filename\":\"a\"}", NULL, "argument"},
    {"get of no file", "{\"type\":\"mediaGet\"" OF_CHAT "}", NULL, "argument"},
    {"get of an empty name", "{\"type\":\"mediaGet\"" OF_CHAT ",\"filename\":\"\"}", NULL, "argument"},
    {"get with no priority", "{\"type\":\"mediaGet\"" OF_CHAT ",\"filename\":\"a\",\"priority\":\"x\"}", NULL,
     "argument"},
    {"get with a number", "{\"type\":\"mediaGet\"" OF_CHAT ",\"filename\":\"a\",\"priority\":1}", NULL,
     "argument"},
    {"pin of an unknown file", "{\"type\":\"mediaPin\"" OF_CHAT ",\"filename\":\"x\",\"pinned\":true}", NULL,
     "unknown_media"},
    {"pin of no name", "{\"type\":\"mediaPin\"" OF_CHAT ",\"filename\":7,\"pinned\":true}", NULL, "argument"},
    {"priority of an unknown file",
     "{\"type\":\"mediaPriority\"" OF_CHAT ",\"filename\":\"x\",\"priority\":\"low\"}", NULL,
     "unknown_media"},
    {"no such priority", "{\"type\":\"mediaPriority\"" OF_CHAT ",\"priority\":\"x\"}", NULL, "argument"},
    {"delete of no name", "{\"type\":\"mediaDelete\"" OF_CHAT ",\"filename\":7}", NULL, "argument"},
    {"evict nothing", "{\"type\":\"mediaEvict\",\"command\":\"1\"}", NULL, "argument"},
    {"prefetch of no list", "{\"type\":\"mediaPrefetch\"" OF_CHAT "}", "{}", "argument"},
    {"prefetch of no JSON", "{\"type\":\"mediaPrefetch\"" OF_CHAT "}", "[", "argument"},
    {"prefetch of no name", "{\"type\":\"mediaPrefetch\"" OF_CHAT "}", "[{\"filename\":\"a\"},{}]",
     "argument"},
    {"prefetch of no priority", "{\"type\":\"mediaPrefetch\"" OF_CHAT ",\"priority\":\"x\"}", "[]",
     "argument"},
    {"repair of no JSON", "{\"type\":\"repair\",\"command\":\"1\"}", "[", "argument"},
    {"an empty prefetch", "{\"type\":\"mediaPrefetch\"" OF_CHAT "}", "[]", "done"},
};

static void refused(void **state) {
    const refusal_case *c = *state;
    shelf s;
    shelf_start(&s, limits, "");
    shelf_do(&s, c->header, c->body);
    assert_string_equal(shelf_answer(&s, 1), c->answer);
    assert_string_equal(shelf_fetched(&s), "");
    assert_int_equal(cJSON_GetArraySize(s.rows), 0);
    shelf_stop(&s);
}

/* ---- what is found on the disk ---- */

#define FILE_OF(key) "{\"requestId\":\"" CHAT_1 "\",\"key\":\"" key "\"}"

static void files_after_a_start(void **state) {
    (void)state;
    shelf s;
    shelf_start(&s, ",\"files\":true,\"filesFrom\":100",
                STORED("a", "f-00000000000000000000000000000001", "100", "1", "") "," //
                STORED("b", "f-00000000000000000000000000000002", "100", "2", "") "," //
                STORED("c", "b-1", "10", "3", "") ","                                 //
                STORED("p", "f-00000000000000000000000000000004", "100", "4", ",\"isPinned\":true"));
    shelf_get(&s, 1, "d");
    char listed[512], key[64];
    const cJSON *call =
        cJSON_GetObjectItem(cJSON_GetArrayItem(s.h.calls, cJSON_GetArraySize(s.h.calls) - 1), "params");
    snprintf(key, sizeof key, "f-%s", cJSON_GetStringValue(cJSON_GetObjectItem(call, "key")));
    snprintf(listed, sizeof listed, "[%s,%s,{\"requestId\":\"" CHAT_1 "\",\"key\":\"%s\"},{},\"x\"]",
             FILE_OF("f-00000000000000000000000000000001"), FILE_OF("f-00000000000000000000000000000003"),
             key);
    cJSON_DeleteItemFromObject(s.blobs, "f-00000000000000000000000000000002");
    cJSON_DeleteItemFromObject(s.blobs, "f-00000000000000000000000000000004");
    shelf_do(&s, "{\"type\":\"mediaFiles\"}", listed);
    assert_string_equal(shelf_files(&s), "a c");
    assert_string_equal(shelf_member(&s, "b", "id"), "none");
    assert_non_null(strstr(shelf_call(&s, "deleteFiles"), "\"f-00000000000000000000000000000003\""));
    assert_null(strstr(shelf_call(&s, "deleteFiles"), key));
    assert_non_null(strstr(shelf_fetched(&s), "p")); /* what is pinned is to be here */
    shelf_come(&s, "d", 100, "");
    shelf_do(&s, "{\"type\":\"mediaFiles\"}", "[" FILE_OF("f-00000000000000000000000000000001") "]");
    assert_string_equal(shelf_files(&s), "a c d"); /* the list is older than d */
    shelf_stop(&s);
}

/** A file that was deleted as nobody's, and then comes as the answer to a call of an earlier core. */
static void a_file_that_was_deleted_meanwhile(void **state) {
    (void)state;
    shelf s;
    shelf_start(&s, ",\"files\":true,\"filesFrom\":100", "");
    shelf_do(&s, "{\"type\":\"mediaFiles\"}", "[" FILE_OF("f-00000000000000000000000000000003") "]");
    shelf_get(&s, 1, "a");
    shelf_do(
        &s,
        "{\"type\":\"reply\",\"call\":{\"id\":7,\"method\":\"fetchMedia\",\"params\":{\"requestId\":\"" CHAT_1
        "\",\"filename\":\"a\",\"key\":\"00000000000000000000000000000003\"}},\"status\":200,\"held\":1,"
        "\"size\":100,\"place\":\"files\"}",
        NULL);
    assert_string_equal(shelf_answer(&s, 1), "waits");
    shelf_come(&s, "a", 100, "");
    assert_string_equal(shelf_answer(&s, 1), "kept");
    shelf_stop(&s);
}

static void repaired(void **state) {
    (void)state;
    shelf s;
    shelf_start(&s, "",
                STORED("a", "b-1", "10", "1", "") "," STORED("b", "b-2", "10", "2", "") "," //
                STORED("c", "b-3", "10", "3", ""));
    shelf_do(&s, "{\"type\":\"repair\",\"command\":\"1\"}",
             "{\"orphans\":[\"b-9\",\"b-1\",7],\"files\":[" FILE_OF(
                 "f-00000000000000000000000000000003") "],"
                                                       "\"missing\":[\"" CHAT_1
                                                       ":a\",\"x\"],\"damaged\":[\"" CHAT_1 ":b\",\"" CHAT_1
                                                       ":b\"]}");
    const cJSON *result = cJSON_GetObjectItem(cJSON_GetObjectItem(s.answers, "1"), "result");
    assert_int_equal(cJSON_GetObjectItem(result, "removed")->valueint, 2);
    assert_int_equal(cJSON_GetObjectItem(result, "refetched")->valueint, 2);
    assert_string_equal(shelf_files(&s), "c");
    assert_string_equal(shelf_fetched(&s), "a b");
    shelf_come(&s, "a", 10, "");
    shelf_come(&s, "b", 10, "");
    assert_string_equal(shelf_files(&s), "a b c");
    shelf_stop(&s);
}

static void a_thumbnail_is_made_anew(void **state) {
    (void)state;
    shelf s;
    shelf_start(&s, ",\"thumbnails\":320",
                STORED("a", "b-1", "10", "1",
                       ",\"mimeType\":\"image/png\",\"thumbnailBlobKey\":\"b-2\",\"thumbnailSize\":20"));
    shelf_do(&s, "{\"type\":\"repair\",\"command\":\"1\"}", "{\"thumbnails\":[\"" CHAT_1 ":a\",\"x\"]}");
    assert_string_equal(shelf_member(&s, "a", "thumbnailBlobKey"), "null");
    shelf_reply(&s, "makeThumbnail", THUMBNAIL);
    assert_string_equal(shelf_member(&s, "a", "thumbnailSize"), "20");
    assert_string_equal(shelf_files(&s), "a");
    shelf_stop(&s);
}

/* ---- rows of others, and of an interrupted core ---- */

typedef struct {
    const char *name;
    const char *row;
    const char *status;
    const char *errors;
} row_case;

static const row_case rows[] = {
    {"complete without bytes", ROW("a", ",\"downloadStatus\":\"completed\",\"isPinned\":true"), "completed"},
    {"interrupted and pinned", ROW("a", ",\"downloadStatus\":\"downloading\",\"isPinned\":true"), "pending"},
    {"interrupted", ROW("a", ",\"downloadStatus\":\"downloading\""), "none"},
    {"failed", ROW("a", ",\"downloadStatus\":\"failed\""), "failed"},
    {"another id",
     "{\"id\":\"" CHAT_1 ":b\",\"requestId\":\"" CHAT_1
     "\",\"filename\":\"a\",\"downloadStatus\":\"failed\"}",
     "none", "field_format"},
    {"no file", "{\"id\":\"" CHAT_1 ":a\",\"requestId\":\"" CHAT_1 "\",\"downloadStatus\":\"failed\"}",
     "failed", "field_missing"},
    {"another state", ROW("a", ",\"downloadStatus\":\"x\""), "x", "field_enum"},
};

static void read_as_it_is(void **state) {
    const row_case *c = *state;
    shelf s;
    shelf_start(&s, "", c->row);
    assert_string_equal(shelf_member(&s, "a", "downloadStatus"), c->status);
    shelf_stop(&s);
}

static void a_row_that_cant_be_read_is_reported(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        host h;
        text body = {0};
        host_start(&h, HOST_SEED);
        text_format(&body, "{\"chat_meta\":[],\"cache_stats\":[{\"key\":\"stats\"}],\"media_meta\":[%s]}",
                    rows[i].row);
        host_hydrate(&h, "{\"type\":\"hydrate\"}", text_z(&body));
        assert_string_equal(host_errors(&h), rows[i].errors ? rows[i].errors : "");
        text_free(&body);
        host_stop(&h);
    }
}

/** Names with what JSON escapes, and members of another version, come out as they went in. */
static void unusual_rows_stay_as_they_are(void **state) {
    (void)state;
    shelf s;
    shelf_start(&s, "",
                STORED("a\\\"\\u00e4", "b-1", "10", "1", ",\"theirs\":{\"x\":[1.50]},\"wanted\":false"));
    shelf_event(&s, "mediaPin", "\"filename\":\"a\\\"\\u00e4\",\"pinned\":true");
    const cJSON *row = s.rows->child;
    assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(row, "filename")), "a\"\xc3\xa4");
    assert_true(cJSON_IsTrue(cJSON_GetObjectItem(row, "isPinned")));
    assert_non_null(cJSON_GetObjectItem(cJSON_GetObjectItem(row, "theirs"), "x"));
    shelf_stop(&s);
}

static void sizes_of_chats_are_compared(void **state) {
    (void)state;
    shelf s;
    shelf_start(&s, "", STORED("a", "b-1", "70", "1", ""));
    const cJSON *chat_row = cJSON_GetObjectItem(s.chats, CHAT_1);
    assert_int_equal(cJSON_GetObjectItem(chat_row, "mediaSize")->valueint, 70);
    shelf_stop(&s);
}

static void rows_come_in_parts(void **state) {
    (void)state;
    host h;
    host_start(&h, HOST_SEED);
    host_do(&h, "{\"type\":\"hydrate\",\"more\":true}",
            "{\"chat_meta\":[],\"cache_stats\":[{\"key\":\"stats\"}],\"media_meta\":[" ROW(
                "a", ",\"wanted\":true") "]}");
    assert_string_equal(host_part(&h, "calls"), "[]");
    host_do(&h, "{\"type\":\"hydrate\",\"more\":true}",
            "{\"chat_meta\":[],\"cache_stats\":[],\"media_meta\":[" ROW("b", ",\"wanted\":true") "]}");
    assert_string_equal(host_part(&h, "calls"), "[]");
    host_do(&h, "{\"type\":\"hydrate\"}", "{\"chat_meta\":[],\"cache_stats\":[],\"media_meta\":[]}");
    assert_non_null(strstr(host_part(&h, "calls"), "\"filename\":\"a\""));
    assert_non_null(strstr(host_part(&h, "calls"), "\"filename\":\"b\""));
    assert_non_null(strstr(host_part(&h, "calls"), "fetchChats"));
    host_stop(&h);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(least_recently_used_first),
        cmocka_unit_test(by_priority),
        cmocka_unit_test(what_is_pinned_stays),
        cmocka_unit_test(what_is_being_fetched_stays),
        cmocka_unit_test(thumbnails_go_after_originals),
        cmocka_unit_test(one_thumbnail_at_a_time),
        cmocka_unit_test(a_thumbnail_makes_room),
        cmocka_unit_test(of_one_chat),
        cmocka_unit_test(touches_are_written_together),
        cmocka_unit_test(many_touches_in_more_steps),
        cmocka_unit_test(the_clock_jumps),
        cmocka_unit_test(whole_chats),
        cmocka_unit_test(priorities_are_raised),
        cmocka_unit_test(missing_bytes),
        cmocka_unit_test(files_after_a_start),
        cmocka_unit_test(a_file_that_was_deleted_meanwhile),
        cmocka_unit_test(repaired),
        cmocka_unit_test(a_thumbnail_is_made_anew),
        cmocka_unit_test(a_row_that_cant_be_read_is_reported),
        cmocka_unit_test(unusual_rows_stay_as_they_are),
        cmocka_unit_test(sizes_of_chats_are_compared),
        cmocka_unit_test(rows_come_in_parts),
    };
    const case_table tables[] = {
        TABLE(refusals, refused),
        TABLE(rows, read_as_it_is),
    };
    return run_tables("media", tables, COUNT(tables)) +
           cmocka_run_group_tests_name("media", tests, NULL, NULL);
}
