#include <stdio.h>
#include <string.h>

#include "gen/schema.h"
#include "shelf.h"

/** Fetching: the queue, who waits, failures, resumption, what came. */

#define HASH_A       "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\""
#define HASH_A_UPPER "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\""
#define HASH_B       "\"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\""

static const char limits[] = ",\"limits\":{\"bytes\":100000,\"itemBytes\":50000}";

/* ---- the queue ---- */

static void four_at_once_by_priority(void **state) {
    (void)state;
    shelf s;
    shelf_start(&s, limits, "");
    for (int i = 1; i <= 4; i++) shelf_get(&s, i, (const char *[]){"a", "b", "c", "d"}[i - 1]);
    shelf_event(&s, "mediaGet", "\"command\":\"5\",\"filename\":\"low\",\"priority\":\"low\"");
    shelf_get(&s, 6, "normal");
    shelf_event(&s, "mediaGet", "\"command\":\"7\",\"filename\":\"high\",\"priority\":\"high\"");
    shelf_get(&s, 8, "later");
    assert_string_equal(shelf_fetched(&s), "a b c d");
    shelf_come(&s, "b", 10, "");
    assert_string_equal(shelf_fetched(&s), "a c d high");
    shelf_come(&s, "a", 10, "");
    assert_string_equal(shelf_fetched(&s), "c d high normal");
    shelf_event(&s, "mediaPriority", "\"filename\":\"low\",\"priority\":\"high\"");
    shelf_come(&s, "high", 10, "");
    assert_string_equal(shelf_fetched(&s), "c d normal low");
    shelf_come(&s, "c", 10, "");
    assert_string_equal(shelf_fetched(&s), "d normal low later");
    shelf_stop(&s);
}

static void one_download_for_all(void **state) {
    (void)state;
    shelf s;
    shelf_start(&s, limits, "");
    shelf_get(&s, 1, "a");
    shelf_get(&s, 2, "a");
    shelf_get(&s, 2, "a"); /* the same once more: its tab repeats it */
    shelf_event(&s, "mediaForget", "\"of\":\"1\"");
    assert_string_equal(shelf_fetched(&s), "a");
    shelf_get(&s, 3, "a");
    shelf_come(&s, "a", 10, ",\"mimeType\":\"image/png\",\"originalFilename\":\"A.png\",\"messageId\":\"m\"");
    assert_string_equal(shelf_answer(&s, 1), "waits");
    assert_string_equal(shelf_answer(&s, 2), "kept");
    assert_string_equal(shelf_answer(&s, 3), "kept");
    assert_string_equal(shelf_member(&s, "a", "downloadStatus"), "completed");
    assert_string_equal(shelf_member(&s, "a", "downloadProgress"), "100");
    assert_string_equal(shelf_member(&s, "a", "mimeType"), "image/png");
    assert_string_equal(shelf_member(&s, "a", "originalFilename"), "A.png");
    assert_string_equal(shelf_member(&s, "a", "messageId"), "m");
    assert_int_equal(cJSON_GetObjectItem(s.stats, "cacheMisses")->valueint, 2);
    shelf_get(&s, 4, "a");
    assert_string_equal(shelf_answer(&s, 4), "kept");
    assert_int_equal(cJSON_GetObjectItem(s.stats, "cacheHits")->valueint, 1);
    shelf_stop(&s);
}

static void given_up_when_the_last_goes(void **state) {
    (void)state;
    shelf s;
    shelf_start(&s, limits, "");
    shelf_get(&s, 1, "a");
    shelf_get(&s, 2, "a");
    shelf_event(&s, "mediaForget", "\"of\":\"2\"");
    assert_string_equal(shelf_call(&s, "abortCall"), "");
    shelf_event(&s, "mediaForget", "\"of\":\"1\"");
    assert_non_null(strstr(shelf_call(&s, "abortCall"), "\"filename\":\"a\""));
    assert_string_equal(shelf_member(&s, "a", "id"), "none");
    shelf_event(&s, "mediaForget", "\"of\":\"1\"");
    shelf_stop(&s);
}

static void what_is_prefetched_is_not_given_up(void **state) {
    (void)state;
    shelf s;
    shelf_start(&s, limits, "");
    shelf_do(&s, "{\"type\":\"mediaPrefetch\",\"command\":\"1\",\"requestId\":\"" CHAT_1 "\"}",
             "[{\"filename\":\"a\",\"messageId\":\"m\",\"fileSize\":7,\"mimeType\":\"video/mp4\"},"
             "{\"filename\":\"large\",\"fileSize\":50001}]");
    assert_string_equal(shelf_answer(&s, 1), "done");
    assert_string_equal(shelf_fetched(&s), "a");
    assert_string_equal(shelf_member(&s, "a", "wanted"), "true");
    assert_string_equal(shelf_member(&s, "a", "priority"), "low");
    assert_string_equal(shelf_member(&s, "a", "mimeType"), "video/mp4");
    shelf_get(&s, 2, "a");
    shelf_event(&s, "mediaForget", "\"of\":\"2\"");
    assert_string_equal(shelf_call(&s, "abortCall"), "");
    shelf_restart(&s, limits);
    assert_string_equal(shelf_fetched(&s), "a");
    shelf_come(&s, "a", 10, "");
    assert_string_equal(shelf_member(&s, "a", "wanted"), "missing");
    assert_string_equal(shelf_files(&s), "a");
    shelf_stop(&s);
}

/** A download that was interrupted by a crash is nobody's: who waits asks again. */
static void interrupted_by_a_crash(void **state) {
    (void)state;
    shelf s;
    shelf_start(&s, limits, "");
    shelf_get(&s, 1, "a");
    assert_string_equal(shelf_member(&s, "a", "downloadStatus"), "downloading");
    shelf_restart(&s, limits);
    assert_string_equal(shelf_fetched(&s), "");
    assert_string_equal(shelf_member(&s, "a", "id"), "none");
    shelf_stop(&s);
}

/* ---- failures ---- */

typedef struct {
    const char *name;
    const char *end;
    int times;          /* so often, each time the deadline comes */
    const char *answer; /* then */
    const char *status; /* of the row */
    const char *error;  /* that it has */
} failure_case;

static const failure_case failures[] = {
    {"not found", "\"status\":404,\"reason\":\"gone\"", 1, "rejected", "failed", "rejected"},
    {"busy once", "\"status\":503", 1, "waits", "downloading", "missing"},
    {"busy", "\"status\":503", 5, "server", "failed", "server"},
    {"no network", "\"failure\":\"network\"", 5, "network", "failed", "network"},
    {"stalled", "\"failure\":\"timeout\"", 5, "timeout", "failed", "timeout"},
    {"no credentials", "\"status\":401", 1, "auth", "none", "none"},
};

static void end_in_failure(void **state) {
    const failure_case *c = *state;
    shelf s;
    shelf_start(&s, limits, "");
    shelf_get(&s, 1, "a");
    for (int i = 0; i < c->times; i++) {
        while (!*shelf_fetched(&s)) shelf_wait(&s);
        shelf_fail(&s, "a", c->end);
    }
    assert_string_equal(shelf_answer(&s, 1), c->answer);
    assert_string_equal(shelf_member(&s, "a", "downloadStatus"), c->status);
    assert_string_equal(shelf_member(&s, "a", "lastError"), c->error);
    shelf_stop(&s);
}

static void asked_again_after_a_failure(void **state) {
    (void)state;
    shelf s;
    shelf_start(&s, limits, "");
    shelf_get(&s, 1, "a");
    shelf_fail(&s, "a", "\"status\":404");
    shelf_get(&s, 2, "a");
    shelf_come(&s, "a", 10, "");
    assert_string_equal(shelf_answer(&s, 2), "kept");
    assert_string_equal(shelf_member(&s, "a", "lastError"), "missing");
    shelf_stop(&s);
}

static void goes_on_where_it_was(void **state) {
    (void)state;
    shelf s;
    shelf_start(&s, limits, "");
    shelf_get(&s, 1, "a");
    assert_non_null(strstr(shelf_call(&s, "fetchMedia"), "\"offset\":0"));
    for (int i = 1; i <= 8; i++) { /* more often than a download without a byte is tried */
        char end[64], offset[32];
        snprintf(end, sizeof end, "\"failure\":\"network\",\"received\":%d", i * 100);
        snprintf(offset, sizeof offset, "\"offset\":%d,", i * 100);
        shelf_fail(&s, "a", end);
        while (!*shelf_call(&s, "fetchMedia")) shelf_wait(&s);
        assert_non_null(strstr(shelf_call(&s, "fetchMedia"), offset));
    }
    shelf_come(&s, "a", 1000, ",\"expectedSize\":1000");
    assert_string_equal(shelf_answer(&s, 1), "kept");
    shelf_stop(&s);
}

/** What has come of it stays with the host for who asks again; but not of many. */
static void a_part_is_kept_for_later(void **state) {
    (void)state;
    shelf s;
    shelf_start(&s, limits, "");
    shelf_get(&s, 1, "a");
    shelf_do(&s, "{\"type\":\"connectivity\",\"online\":false}", NULL);
    assert_string_equal(shelf_answer(&s, 1), "offline");
    shelf_fail(&s, "a", "\"failure\":\"network\",\"received\":300");
    assert_string_equal(shelf_member(&s, "a", "downloadStatus"), "pending");
    shelf_get(&s, 2, "a");
    assert_string_equal(shelf_answer(&s, 2), "offline");
    shelf_do(&s, "{\"type\":\"connectivity\",\"online\":true}", NULL);
    assert_string_equal(shelf_fetched(&s), "");
    shelf_get(&s, 3, "a");
    assert_non_null(strstr(shelf_call(&s, "fetchMedia"), "\"offset\":300"));
    shelf_stop(&s);
}

static void parts_of_few_are_kept(void **state) {
    (void)state;
    shelf s;
    char name[8];
    shelf_start(&s, limits, "");
    for (int i = 1; i <= 5; i++) {
        snprintf(name, sizeof name, "f%d", i);
        shelf_do(&s, "{\"type\":\"connectivity\",\"online\":true}", NULL);
        shelf_get(&s, i, name);
        shelf_do(&s, "{\"type\":\"connectivity\",\"online\":false}", NULL);
        shelf_fail(&s, name, "\"failure\":\"network\",\"received\":300");
    }
    assert_non_null(strstr(shelf_call(&s, "abortCall"), "\"filename\":\"f1\""));
    assert_string_equal(shelf_member(&s, "f1", "id"), "none");
    assert_string_equal(shelf_member(&s, "f2", "downloadStatus"), "pending");
    shelf_stop(&s);
}

static void a_prefetch_is_tried_for_ever(void **state) {
    (void)state;
    shelf s;
    shelf_start(&s, limits, "");
    shelf_do(&s, "{\"type\":\"mediaPrefetch\",\"requestId\":\"" CHAT_1 "\"}", "[{\"filename\":\"a\"}]");
    for (int i = 0; i < 7; i++) {
        while (!*shelf_fetched(&s)) shelf_wait(&s);
        shelf_fail(&s, "a", "\"status\":500");
    }
    assert_string_equal(shelf_member(&s, "a", "downloadStatus"), "failed");
    assert_string_equal(shelf_member(&s, "a", "wanted"), "true");
    shelf_restart(&s, limits);
    assert_string_equal(shelf_fetched(&s), "a");
    shelf_fail(&s, "a", "\"status\":500");
    shelf_do(&s, "{\"type\":\"connectivity\",\"online\":true}", NULL);
    assert_string_equal(shelf_fetched(&s), "a"); /* at once */
    shelf_fail(&s, "a", "\"status\":410");
    assert_string_equal(shelf_member(&s, "a", "wanted"), "missing");
    shelf_restart(&s, limits);
    assert_string_equal(shelf_fetched(&s), "");
    assert_string_equal(shelf_member(&s, "a", "downloadStatus"), "failed");
    shelf_stop(&s);
}

static void nothing_without_network_or_credentials(void **state) {
    (void)state;
    shelf s;
    shelf_start(&s, limits, "");
    shelf_do(&s, "{\"type\":\"mediaPrefetch\",\"requestId\":\"" CHAT_1 "\"}", "[{\"filename\":\"a\"}]");
    shelf_fail(&s, "a", "\"status\":401");
    shelf_get(&s, 1, "b");
    assert_string_equal(shelf_answer(&s, 1), "auth");
    assert_string_equal(shelf_fetched(&s), "");
    assert_string_equal(shelf_member(&s, "a", "downloadStatus"), "pending");
    shelf_do(&s, "{\"type\":\"credentials\"}", NULL);
    assert_string_equal(shelf_fetched(&s), "a");
    shelf_stop(&s);
}

/** A network that comes back is no reason to ask a server that wants to be left alone. */
static void a_server_that_asks_to_wait(void **state) {
    (void)state;
    shelf s;
    shelf_start(&s, limits, "");
    shelf_get(&s, 1, "a");
    shelf_get(&s, 2, "b");
    shelf_fail(&s, "a", "\"status\":429,\"retryAfter\":\"60\"");
    shelf_fail(&s, "b", "\"status\":429");
    shelf_do(&s, "{\"type\":\"connectivity\",\"online\":true}", NULL);
    assert_string_equal(shelf_fetched(&s), "b");
    while (strcmp(shelf_fetched(&s), "b a") != 0) shelf_wait(&s);
    assert_true(s.h.now_ms - START_MS >= 60000);
    shelf_stop(&s);
}

/** While the server can't be reached only what somebody waits for is tried. */
static void a_prefetch_waits_for_the_server(void **state) {
    (void)state;
    shelf s;
    shelf_start(&s, limits, "");
    shelf_do(&s, "{\"type\":\"mediaPrefetch\",\"requestId\":\"" CHAT_1 "\"}",
             "[{\"filename\":\"a\"},{\"filename\":\"b\"}]");
    shelf_fail(&s, "a", "\"failure\":\"network\"");
    shelf_fail(&s, "b", "\"failure\":\"network\"");
    shelf_get(&s, 1, "c");
    assert_string_equal(shelf_fetched(&s), "c");
    shelf_come(&s, "c", 10, "");
    while (!*shelf_fetched(&s)) shelf_wait(&s);
    shelf_stop(&s);
}

/* ---- what came ---- */

typedef struct {
    const char *name;
    const char *more; /* of the reply, with 10 bytes */
    bool intact;
    const char *verified;
} arrival_case;

static const arrival_case arrivals[] = {
    {"nothing is known", "", true, "false"},
    {"length", ",\"expectedSize\":10", true, "false"},
    {"too short", ",\"expectedSize\":11", false},
    {"hash", ",\"sha256\":" HASH_A ",\"expectedSha256\":" HASH_A, true, "true"},
    {"hash in capitals", ",\"sha256\":" HASH_A ",\"expectedSha256\":" HASH_A_UPPER, true, "true"},
    {"another hash", ",\"sha256\":" HASH_B ",\"expectedSha256\":" HASH_A, false},
    {"hash not computed", ",\"expectedSha256\":" HASH_A, false},
};

static void compared_with_the_server(void **state) {
    const arrival_case *c = *state;
    shelf s;
    shelf_start(&s, limits, "");
    shelf_get(&s, 1, "a");
    shelf_come(&s, "a", 10, c->more);
    if (c->intact) {
        assert_string_equal(shelf_answer(&s, 1), "kept");
        assert_string_equal(shelf_member(&s, "a", "isVerified"), c->verified);
    } else {
        assert_string_equal(shelf_answer(&s, 1), "waits");
        assert_string_equal(shelf_fetched(&s), "a"); /* once more, at once */
        shelf_come(&s, "a", 10, c->more);
        assert_string_equal(shelf_answer(&s, 1), "media_damaged");
        assert_string_equal(shelf_member(&s, "a", "downloadStatus"), "failed");
        assert_string_equal(shelf_member(&s, "a", "lastError"), "media_damaged");
        assert_string_equal(shelf_fetched(&s), "");
    }
    shelf_stop(&s);
}

static void damaged_files_are_deleted(void **state) {
    (void)state;
    shelf s;
    shelf_start(&s, ",\"files\":true,\"filesFrom\":100", "");
    shelf_get(&s, 1, "a");
    shelf_come(&s, "a", 100, ",\"expectedSize\":101");
    shelf_come(&s, "a", 101, ",\"expectedSize\":101");
    assert_string_equal(shelf_answer(&s, 1), "kept");
    assert_int_equal(strncmp(shelf_member(&s, "a", "localBlobKey"), "f-", 2), 0);
    shelf_get(&s, 2, "b");
    shelf_come(&s, "b", 99, "");
    assert_int_equal(strncmp(shelf_member(&s, "b", "localBlobKey"), "b-", 2), 0);
    shelf_stop(&s);
}

typedef struct {
    const char *name;
    const char *start; /* of the hydrate event */
    int size;
    const char *more;
    const char *answer;
    bool told; /* with a quota signal */
} room_case;

static const room_case rooms[] = {
    {"fits", ",\"limits\":{\"bytes\":10000,\"itemBytes\":5000}", 5000, "", "kept", false},
    {"too large for an item", ",\"limits\":{\"bytes\":10000,\"itemBytes\":5000}", 5001, "", "held", true},
    {"too large for the cache", ",\"limits\":{\"bytes\":10000,\"itemBytes\":50000}", 10001, "", "held", true},
    {"a quarter by default", ",\"limits\":{\"bytes\":10000}", 2501, "", "held", true},
    {"quota aborted once", "", 10, ",\"quota\":1", "kept", false},
    {"quota aborted twice", "", 10, ",\"quota\":2", "held", true},
    {"nothing can be stored", ",\"keeps\":false", 10, "", "held", false},
    {"a file that can't be kept", ",\"files\":true,\"filesFrom\":1,\"limits\":{\"bytes\":10000}", 2501, "",
     "held", true},
};

static void kept_or_handed_out(void **state) {
    const room_case *c = *state;
    shelf s;
    shelf_start(&s, c->start, "");
    shelf_get(&s, 1, "a");
    shelf_come(&s, "a", c->size, c->more);
    assert_string_equal(shelf_answer(&s, 1), c->answer);
    assert_int_equal(strstr(host_part(&s.h, "signals"), "notKept") != NULL, c->told);
    assert_string_equal(shelf_files(&s), strcmp(c->answer, "kept") == 0 ? "a" : "");
    shelf_stop(&s);
}

static void nothing_is_prefetched_that_cant_be_stored(void **state) {
    (void)state;
    shelf s;
    shelf_start(&s, ",\"keeps\":false", "");
    shelf_do(&s, "{\"type\":\"mediaPrefetch\",\"command\":\"1\",\"requestId\":\"" CHAT_1 "\"}",
             "[{\"filename\":\"a\"}]");
    assert_string_equal(shelf_answer(&s, 1), "done");
    assert_string_equal(shelf_fetched(&s), "");
    shelf_stop(&s);
}

/* ---- replies that are not what they should be ---- */

#define FETCH(id)                                                                                            \
    "\"call\":{\"id\":" id ",\"method\":\"fetchMedia\",\"params\":{\"requestId\":\"" CHAT_1                  \
    "\",\"filename\":\"a\",\"key\":\"0123456789abcdef0123456789abcdef\"}}"

static void of_an_earlier_core(void **state) {
    (void)state;
    shelf s;
    shelf_start(&s, limits, "");
    /* Nobody wants it: a file that it brings is deleted. */
    shelf_do(&s,
             "{\"type\":\"reply\"," FETCH("7") ",\"status\":200,\"held\":1,\"size\":9,\"place\":\"files\"}",
             NULL);
    assert_non_null(strstr(shelf_call(&s, "deleteFiles"), "\"f-0123456789abcdef0123456789abcdef\""));
    shelf_do(&s, "{\"type\":\"reply\"," FETCH("7") ",\"failure\":\"network\"}", NULL);
    /* Somebody does: it is taken, and the call that was made for it is broken off. */
    shelf_get(&s, 1, "a");
    shelf_do(
        &s, "{\"type\":\"reply\"," FETCH("7") ",\"status\":200,\"held\":1,\"size\":9,\"place\":\"database\"}",
        NULL);
    assert_string_equal(shelf_answer(&s, 1), "kept");
    assert_string_equal(shelf_fetched(&s), "");
    shelf_stop(&s);
}

typedef struct {
    const char *name;
    const char *reply;
} bad_case;

static const bad_case bad[] = {
    {"no handle", "\"size\":9,\"place\":\"database\""},
    {"no size", "\"held\":1,\"place\":\"database\""},
    {"no place", "\"held\":1,\"size\":9"},
};

static void badly_formed(void **state) {
    const bad_case *c = *state;
    char end[256];
    shelf s;
    shelf_start(&s, limits, "");
    shelf_get(&s, 1, "a");
    snprintf(end, sizeof end, "\"status\":200,%s", c->reply);
    shelf_fail(&s, "a", end);
    assert_string_equal(shelf_answer(&s, 1), "bad_event");
    assert_string_equal(shelf_fetched(&s), "");
    shelf_stop(&s);
}

static void set_aside(void **state) {
    (void)state;
    shelf s;
    shelf_start(&s, limits, "");
    shelf_get(&s, 1, "a");
    shelf_fail(&s, "a", "\"status\":200,\"attempt\":3,\"abortReason\":\"DataError\"");
    assert_string_equal(shelf_answer(&s, 1), "set_aside");
    assert_string_equal(shelf_member(&s, "a", "lastError"), "set_aside");
    shelf_stop(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(four_at_once_by_priority),
        cmocka_unit_test(one_download_for_all),
        cmocka_unit_test(given_up_when_the_last_goes),
        cmocka_unit_test(what_is_prefetched_is_not_given_up),
        cmocka_unit_test(interrupted_by_a_crash),
        cmocka_unit_test(asked_again_after_a_failure),
        cmocka_unit_test(goes_on_where_it_was),
        cmocka_unit_test(a_part_is_kept_for_later),
        cmocka_unit_test(parts_of_few_are_kept),
        cmocka_unit_test(a_prefetch_is_tried_for_ever),
        cmocka_unit_test(nothing_without_network_or_credentials),
        cmocka_unit_test(a_prefetch_waits_for_the_server),
        cmocka_unit_test(a_server_that_asks_to_wait),
        cmocka_unit_test(damaged_files_are_deleted),
        cmocka_unit_test(nothing_is_prefetched_that_cant_be_stored),
        cmocka_unit_test(of_an_earlier_core),
        cmocka_unit_test(set_aside),
    };
    const case_table tables[] = {
        TABLE(failures, end_in_failure),
        TABLE(arrivals, compared_with_the_server),
        TABLE(rooms, kept_or_handed_out),
        TABLE(bad, badly_formed),
    };
    return run_tables("download", tables, COUNT(tables)) +
           cmocka_run_group_tests_name("download", tests, NULL, NULL);
}
