#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "failing_memory.h"
#include "gen/schema.h"
#include "larder_tab.h"
#include "support.h"

/** Who leads, and what is handed to the one that does: moves and messages, with the time in the test's hand.
 */

typedef struct {
    larder_tab *tab;
    int64_t now_ms;
    char plan[8192];
} play;

#define START "{\"type\":\"start\",\"instance\":\"me\",\"locks\":true,\"channel\":true}"
#define LEADS(instance, generation)                                                                          \
    "{\"type\":\"heard\",\"message\":{\"v\":1,\"kind\":\"leads\",\"from\":\"" instance                       \
    "\",\"generation\":" #generation "}}"
#define HERE(instance)                                                                                       \
    "{\"type\":\"heard\",\"message\":{\"v\":1,\"kind\":\"here\",\"from\":\"" instance "\"}}"
#define OPEN(n, view)  "{\"type\":\"event\",\"n\":" #n ",\"name\":\"open\",\"view\":\"" view "\"}"
#define CLOSE(n, view) "{\"type\":\"event\",\"n\":" #n ",\"name\":\"close\",\"view\":\"" view "\"}"
#define SYNC(n)        "{\"type\":\"event\",\"n\":" #n ",\"name\":\"sync\",\"command\":\"me:" #n "\"}"
#define NAMED(n, name, more)                                                                                 \
    "{\"type\":\"event\",\"n\":" #n ",\"name\":\"" name "\",\"command\":\"me:" #n "\"" more "}"
#define SEND(n)  NAMED(n, "send", ",\"body\":true")
#define TOUCH(n) "{\"type\":\"event\",\"n\":" #n ",\"name\":\"touch\"}"
#define DEADLINE "{\"type\":\"deadline\"}"

/** Hands in what happened, and gives the plan. */
static const char *happens(play *p, const char *events) {
    char input[4096];
    const int size = snprintf(input, sizeof input, "[%s]", events);
    memcpy(larder_tab_input(p->tab, (size_t)size), input, (size_t)size);
    assert_true(larder_tab_step(p->tab, (double)p->now_ms));
    assert_true(larder_tab_plan_size(p->tab) < sizeof p->plan);
    memcpy(p->plan, larder_tab_plan(p->tab), larder_tab_plan_size(p->tab));
    p->plan[larder_tab_plan_size(p->tab)] = 0;
    return p->plan;
}

static const char *after(play *p, int64_t ms, const char *events) {
    p->now_ms += ms;
    return happens(p, events);
}

static int count(const char *plan, const char *what) {
    int found = 0;
    for (const char *at = plan; (at = strstr(at, what)) != NULL; at += strlen(what)) found++;
    return found;
}

static void expect(const char *plan, const char *what) {
    if (!strstr(plan, what)) fail_msg("no %s in %s", what, plan);
}

static void expect_none(const char *plan, const char *what) {
    if (strstr(plan, what)) fail_msg("%s in %s", what, plan);
}

/** These, in this order. */
static void expect_order(const char *plan, const char *first, const char *second) {
    expect(plan, first);
    expect(strstr(plan, first), second);
}

static play begin(void) {
    play p = {.tab = larder_tab_new(1), .now_ms = START_MS};
    assert_non_null(p.tab);
    return p;
}

static void end(play *p) {
    larder_tab_free(p->tab);
}

static play leader(void) {
    play p = begin();
    happens(&p, START);
    happens(&p, "{\"type\":\"granted\"}");
    happens(&p, "{\"type\":\"leading\",\"generation\":7}");
    return p;
}

static play follower(void) {
    play p = begin();
    happens(&p, START);
    happens(&p, LEADS("boss", 3));
    return p;
}

/** An event of another tab, as the leader hears it. */
static const char *hears_event(play *p, const char *from, int run, int generation, int place) {
    char message[256];
    snprintf(message, sizeof message,
             "{\"type\":\"heard\",\"message\":{\"v\":1,\"kind\":\"event\",\"from\":\"%s\",\"to\":\"me\","
             "\"run\":%d,\"generation\":%d,\"place\":%d,\"header\":{}}}",
             from, run, generation, place);
    return happens(p, message);
}

static int64_t run_of(const char *plan) {
    const char *at = strstr(plan, "\"run\":");
    assert_non_null(at);
    return strtoll(at + strlen("\"run\":"), NULL, 10);
}

static const char *is_taken(play *p, int64_t run, int place) {
    char message[256];
    snprintf(message, sizeof message,
             "{\"type\":\"heard\",\"message\":{\"v\":1,\"kind\":\"took\",\"from\":\"boss\",\"to\":\"me\","
             "\"run\":%lld,\"generation\":3,\"place\":%d}}",
             (long long)run, place);
    return happens(p, message);
}

/* ---- leading ---- */

static void the_first_waits_for_the_lock_and_leads(void **state) {
    (void)state;
    play p = begin();
    expect(happens(&p, START), "{\"do\":\"lock\"}");
    expect(p.plan, "\"kind\":\"here\",\"from\":\"me\",\"fresh\":true");
    expect_none(happens(&p, SYNC(1)), "\"push\"");
    expect_order(happens(&p, "{\"type\":\"granted\"}"), "{\"do\":\"lead\"}", "{\"do\":\"push\",\"n\":1}");
    expect(happens(&p, "{\"type\":\"leading\",\"generation\":7}"), "\"kind\":\"leads\"");
    expect(happens(&p, SYNC(2)), "{\"do\":\"push\",\"n\":2}");
    end(&p);
}

static void alone_it_gives_no_signs_of_life(void **state) {
    (void)state;
    play p = leader();
    expect(happens(&p, DEADLINE), "\"deadline\":null");
    expect(happens(&p, HERE("you")), "{\"do\":\"watch\",\"instance\":\"you\"}");
    expect(after(&p, LIMIT_TAB_BEAT_MS, DEADLINE), "\"kind\":\"leads\"");
    expect_none(happens(&p, "{\"type\":\"gone\"}"), "orphan");
    expect(happens(&p, "{\"type\":\"gone\",\"instance\":\"you\"}"),
           "{\"do\":\"orphan\",\"instance\":\"you\"}");
    expect(happens(&p, DEADLINE), "\"deadline\":null");
    end(&p);
}

static void events_are_taken_in_order_and_once(void **state) {
    (void)state;
    play p = leader();
    const char *first = hears_event(&p, "you", 5, 7, 1);
    expect(first, "{\"do\":\"accept\"}");
    expect(first, "\"kind\":\"took\",\"from\":\"me\",\"to\":\"you\",\"run\":5,\"generation\":7,\"place\":1");
    const char *again = hears_event(&p, "you", 5, 7, 1);
    expect_none(again, "accept");
    expect(again, "\"place\":1");
    const char *later = hears_event(&p, "you", 5, 7, 3);
    expect_none(later, "accept");
    expect(later, "\"place\":1");
    expect(hears_event(&p, "you", 5, 7, 2), "accept");
    expect(hears_event(&p, "you", 6, 7, 1), "accept"); /* it began anew */
    expect_none(hears_event(&p, "you", 6, 6, 2), "accept");
    end(&p);
}

static void what_is_robbed_or_fenced_stops_and_follows(void **state) {
    (void)state;
    const char *const ends[] = {"{\"type\":\"lost\"}", "{\"type\":\"fenced\"}"};
    for (size_t i = 0; i < 2; i++) {
        play p = leader();
        happens(&p, SYNC(1));
        expect_order(happens(&p, ends[i]), "{\"do\":\"stop\"}", "{\"do\":\"lock\"}");
        expect(happens(&p, LEADS("boss", 8)), "{\"do\":\"hand\",\"n\":1");
        end(&p);
    }
}

static void what_can_not_begin_lets_others_try(void **state) {
    (void)state;
    play p = begin();
    happens(&p, START);
    happens(&p, "{\"type\":\"granted\"}");
    expect_order(happens(&p, "{\"type\":\"failed\"}"), "{\"do\":\"stop\"}", "{\"do\":\"unlock\"}");
    expect(after(&p, LIMIT_BACKOFF_BASE_MS, DEADLINE), "{\"do\":\"lock\"}");
    end(&p);
}

/* ---- following ---- */

static void a_follower_hands_over_and_repeats(void **state) {
    (void)state;
    play p = follower();
    const char *handed = happens(&p, OPEN(1, "a") "," SYNC(2) "," TOUCH(3));
    assert_int_equal(count(handed, "{\"do\":\"hand\""), 3);
    expect(handed, "\"to\":\"boss\"");
    const int64_t run = run_of(handed);
    assert_int_equal(count(after(&p, LIMIT_TAB_REPEAT_MS, LEADS("boss", 3)), "{\"do\":\"hand\""), 3);
    expect_none(after(&p, LIMIT_TAB_REPEAT_MS, LEADS("boss", 3)), "hand"); /* it waits longer each time */
    expect_none(is_taken(&p, run, 2), "forget");
    assert_int_equal(count(after(&p, LIMIT_TAB_REPEAT_MS, LEADS("boss", 3)), "{\"do\":\"hand\""), 1);
    expect(is_taken(&p, run, 3), "{\"do\":\"forget\",\"n\":3}");
    expect(happens(&p, "{\"type\":\"answered\",\"n\":2}"), "{\"do\":\"forget\",\"n\":2}");
    end(&p);
}

static void nothing_is_handed_to_one_that_begins(void **state) {
    (void)state;
    play p = begin();
    happens(&p, START "," SYNC(1));
    expect_none(happens(&p, LEADS("boss", 0)), "hand");
    expect(happens(&p, LEADS("boss", 4)), "hand");
    end(&p);
}

static void content_goes_by_storage_and_holds_up_what_is_behind_it(void **state) {
    (void)state;
    play p = follower();
    const char *mailed = happens(&p, SEND(1) "," SYNC(2));
    expect(mailed, "{\"do\":\"mail\",\"n\":1}");
    expect_none(mailed, "hand");
    expect_order(happens(&p, "{\"type\":\"mailed\",\"n\":1}"), "{\"do\":\"hand\",\"n\":1",
                 "{\"do\":\"hand\",\"n\":2");
    end(&p);
}

static void what_can_not_be_mailed_is_let_go(void **state) {
    (void)state;
    play p = follower();
    happens(&p, SEND(1) "," SYNC(2));
    expect_order(happens(&p, "{\"type\":\"unmailed\",\"n\":1}"), "{\"do\":\"forget\",\"n\":1}",
                 "{\"do\":\"hand\",\"n\":2");
    end(&p);
}

static void another_leader_gets_what_was_not_answered(void **state) {
    (void)state;
    play p = follower();
    const int64_t run = run_of(happens(&p, OPEN(1, "a") "," SYNC(2) "," TOUCH(3)));
    is_taken(&p, run, 3);
    const char *again = happens(&p, LEADS("other", 4));
    assert_int_equal(count(again, "{\"do\":\"hand\""), 2);
    expect(again, "\"place\":1");
    expect_none(happens(&p, LEADS("boss", 3)), "hand"); /* one that was superseded is no leader */
    end(&p);
}

static void what_was_mailed_asks_storage_before_it_is_done_again(void **state) {
    (void)state;
    play p = follower();
    happens(&p, SEND(1));
    const int64_t run = run_of(happens(&p, "{\"type\":\"mailed\",\"n\":1}"));
    is_taken(&p, run, 1);
    expect_none(happens(&p, "{\"type\":\"granted\"}"), "\"n\":1");
    expect(happens(&p, "{\"type\":\"leading\",\"generation\":4}"), "{\"do\":\"mail\",\"n\":1}");
    expect(happens(&p, "{\"type\":\"mailed\",\"n\":1}"), "{\"do\":\"push\",\"n\":1}");
    end(&p);
}

static void what_was_mailed_under_another_leader_is_asked_for_again(void **state) {
    (void)state;
    play p = begin();
    happens(&p, START "," SEND(1));
    expect_none(happens(&p, LEADS("boss", 3)), "mail"); /* it is on its way */
    expect(happens(&p, "{\"type\":\"mailed\",\"n\":1}"), "{\"do\":\"mail\",\"n\":1}");
    expect(happens(&p, "{\"type\":\"mailed\",\"n\":1}"), "{\"do\":\"hand\",\"n\":1");
    end(&p);
}

static void what_lies_in_storage_unheard_of_is_asked_for_again(void **state) {
    (void)state;
    play p = begin();
    happens(&p, START "," SEND(1));
    happens(&p, "{\"type\":\"mailed\",\"n\":1}");
    expect(happens(&p, LEADS("boss", 3)), "{\"do\":\"mail\",\"n\":1}");
    end(&p);
}

static void an_answer_that_is_lost_is_asked_for(void **state) {
    (void)state;
    play p = follower();
    const int64_t run = run_of(happens(&p, SYNC(1)));
    is_taken(&p, run, 1);
    expect_none(after(&p, LIMIT_TAB_REPEAT_MAX_MS / 2, LEADS("boss", 3)), "hand");
    expect(after(&p, LIMIT_TAB_REPEAT_MAX_MS / 2, LEADS("boss", 3)), "\"place\":2");
    end(&p);
}

static void a_view_that_was_closed_is_not_opened_again(void **state) {
    (void)state;
    play p = follower();
    const int64_t run = run_of(happens(&p, OPEN(1, "a") "," OPEN(2, "b")));
    is_taken(&p, run, 2);
    happens(&p, CLOSE(3, "a"));
    const char *again = happens(&p, LEADS("other", 4));
    expect_none(again, "\"hand\",\"n\":1");
    expect(again, "\"hand\",\"n\":2");
    end(&p);
}

static void what_nobody_heard_of_is_not_said_at_all(void **state) {
    (void)state;
    play p = begin();
    happens(&p, START "," OPEN(1, "a"));
    expect(happens(&p, CLOSE(2, "a")), "{\"do\":\"forget\",\"n\":2}");
    expect_none(happens(&p, LEADS("boss", 3)), "hand");
    happens(&p, SYNC(3));
    end(&p);
}

/* ---- silence ---- */

static void a_silent_leader_is_robbed_a_few_times(void **state) {
    (void)state;
    play p = follower();
    int steals = 0;
    for (int i = 0; i < 100; i++) steals += count(after(&p, 500, DEADLINE), "{\"do\":\"steal\"}");
    assert_int_equal(steals, LIMIT_TAB_STEALS_MAX);
    happens(&p, LEADS("boss", 4));
    for (int i = 0; i < 10; i++) steals += count(after(&p, 500, DEADLINE), "{\"do\":\"steal\"}");
    assert_int_equal(steals, LIMIT_TAB_STEALS_MAX + 1);
    end(&p);
}

static void signs_of_life_are_asked_for_and_count(void **state) {
    (void)state;
    play p = follower();
    expect(after(&p, LIMIT_TAB_BEAT_MS, DEADLINE), "\"kind\":\"here\",\"from\":\"me\"}");
    for (int i = 0; i < 50; i++) {
        const char *other = "{\"type\":\"heard\",\"message\":{\"v\":9,\"kind\":\"leads\",\"from\":\"x\"}}";
        expect_none(after(&p, 500, i % 2 ? LEADS("boss", 0) : other), "steal");
    }
    end(&p);
}

static void one_that_slept_does_not_blame_the_leader(void **state) {
    (void)state;
    play p = follower();
    expect_none(after(&p, 3600000, DEADLINE), "steal");
    p.now_ms -= 7200000; /* nor does a clock that is set back hold it up */
    happens(&p, DEADLINE);
    int steals = 0;
    for (int i = 0; i < 20; i++) steals += count(after(&p, 500, DEADLINE), "{\"do\":\"steal\"}");
    assert_true(steals > 0);
    end(&p);
}

static void without_locks_the_fenced_one_waits_for_silence(void **state) {
    (void)state;
    play p = begin();
    expect(happens(&p, "{\"type\":\"start\",\"instance\":\"me\",\"locks\":false,\"channel\":true}"),
           "\"lead\"");
    happens(&p, "{\"type\":\"leading\",\"generation\":1}");
    expect_none(happens(&p, "{\"type\":\"fenced\"}"), "\"lead\"");
    int leads = 0;
    for (int i = 0; i < 20; i++) leads += count(after(&p, 500, DEADLINE), "{\"do\":\"lead\"}");
    assert_int_equal(leads, 1);
    end(&p);
}

static void a_page_that_is_put_away_gives_way_and_comes_back(void **state) {
    (void)state;
    play p = leader();
    happens(&p, OPEN(1, "a"));
    const char *away = happens(&p, "{\"type\":\"hidden\"}");
    expect_order(away, "{\"do\":\"stop\"}", "{\"do\":\"unlock\"}");
    expect(away, "\"kind\":\"left\"");
    expect(away, "\"deadline\":null");
    expect(happens(&p, "{\"type\":\"granted\"}"), "{\"do\":\"unlock\"}");
    expect(happens(&p, "{\"type\":\"shown\"}"), "{\"do\":\"lock\"}");
    expect(happens(&p, LEADS("boss", 8)), "{\"do\":\"hand\",\"n\":1");
    end(&p);
}

static void what_is_no_input_changes_nothing(void **state) {
    (void)state;
    play p = follower();
    const char *const bad[] = {"7",
                               "{}",
                               "{\"type\":7}",
                               "{\"type\":\"heard\"}",
                               "{\"type\":\"event\"}",
                               "[]",
                               "{\"type\":\"gone\"}",
                               START,
                               "{\"type\":\"mailed\",\"n\":9}",
                               "{",
                               "{\"type\":\"heard\",\"message\":{\"v\":1,\"kind\":7,\"from\":\"x\"}}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) expect(happens(&p, bad[i]), "{\"moves\":[]");
    end(&p);
}

/* ---- memory ---- */

/** Everything once; false as soon as memory has run out. */
static bool play_through(void) {
    const char *const events[] = {START "," OPEN(1, "a") "," SEND(2) "," SYNC(3),
                                  LEADS("boss", 3),
                                  "{\"type\":\"mailed\",\"n\":2}",
                                  "{\"type\":\"granted\"}",
                                  "{\"type\":\"leading\",\"generation\":4}," HERE("you"),
                                  "{\"type\":\"lost\"}"};
    larder_tab *tab = larder_tab_new(1);
    bool ok = tab != NULL;
    for (size_t i = 0; ok && i < sizeof events / sizeof *events; i++) {
        char input[1024];
        const int size = snprintf(input, sizeof input, "[%s]", events[i]);
        void *at = larder_tab_input(tab, (size_t)size);
        if (at) memcpy(at, input, (size_t)size);
        ok = at && larder_tab_step(tab, (double)(START_MS + (int64_t)i));
    }
    larder_tab_free(tab);
    return ok;
}

static void memory_runs_out(void **state) {
    (void)state;
    const memory_failure failures[] = {MEMORY_FAILS_ONCE, MEMORY_FAILS_FROM_NOW};
    for (size_t i = 0; i < 2; i++) {
        bool ok = false;
        for (size_t nth = 1; !ok; nth++) {
            memory_fail_at(nth, failures[i]);
            memory_watch(true);
            ok = play_through();
            memory_watch(false);
            assert_int_equal(ok, !memory_has_failed());
            assert_int_equal(memory_blocks(), 0);
        }
        memory_fail_at(0, failures[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_waits_for_the_lock_and_leads),
        cmocka_unit_test(alone_it_gives_no_signs_of_life),
        cmocka_unit_test(events_are_taken_in_order_and_once),
        cmocka_unit_test(what_is_robbed_or_fenced_stops_and_follows),
        cmocka_unit_test(what_can_not_begin_lets_others_try),
        cmocka_unit_test(a_follower_hands_over_and_repeats),
        cmocka_unit_test(nothing_is_handed_to_one_that_begins),
        cmocka_unit_test(content_goes_by_storage_and_holds_up_what_is_behind_it),
        cmocka_unit_test(what_can_not_be_mailed_is_let_go),
        cmocka_unit_test(another_leader_gets_what_was_not_answered),
        cmocka_unit_test(what_was_mailed_asks_storage_before_it_is_done_again),
        cmocka_unit_test(what_was_mailed_under_another_leader_is_asked_for_again),
        cmocka_unit_test(what_lies_in_storage_unheard_of_is_asked_for_again),
        cmocka_unit_test(an_answer_that_is_lost_is_asked_for),
        cmocka_unit_test(a_view_that_was_closed_is_not_opened_again),
        cmocka_unit_test(what_nobody_heard_of_is_not_said_at_all),
        cmocka_unit_test(a_silent_leader_is_robbed_a_few_times),
        cmocka_unit_test(signs_of_life_are_asked_for_and_count),
        cmocka_unit_test(one_that_slept_does_not_blame_the_leader),
        cmocka_unit_test(without_locks_the_fenced_one_waits_for_silence),
        cmocka_unit_test(a_page_that_is_put_away_gives_way_and_comes_back),
        cmocka_unit_test(what_is_no_input_changes_nothing),
        cmocka_unit_test(memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
