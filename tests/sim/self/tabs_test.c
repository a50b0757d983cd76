#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "host_events.h"
#include "stage.h"
#include "tab_mail.h"

/** Tabs without minds of their own: what comes of moves is asked for by hand. */
static world *open_tabs(stage *s, int count) {
    *s = stage_open();
    world *w = s->w;
    w->swarm.tabs = count;
    channel_start(w);
    for (int i = 0; i < count; i++) {
        tab_focus(w, &w->tabs.at[i]);
        *w->tab = (tab){.number = ++w->tabs.numbers, .alive = true};
        w->tab->deciding = true; /* what it is told waits */
        page_opened(w);
    }
    tab_focus(w, &w->tabs.at[0]);
    return w;
}

static void finds(stage *s, const char *checker) {
    assert_string_equal(s->w->log.checker, checker);
    stage_close(s);
}

/** Whether the last thing that a tab was told has this text. */
static bool was_told(const tab *t, const char *text) {
    const told_tab *last = t->told;
    while (last && last->next) last = last->next;
    return last && strstr(last->happened, text);
}

/** What is to happen within a second, but for what the server does. */
static void let_happen(world *w) {
    happening next;
    const int64_t until_ms = w->time_ms + 1000;
    w->swarm.server_pause = 1 << 30;
    while (w->timeline.at[0].time_ms < until_ms && timeline_take(&w->timeline, &next)) {
        if (next.time_ms > w->time_ms) w->time_ms = next.time_ms;
        if (tab_may_happen(w, &next)) next.act(w, &next);
    }
}

/* ---- who may write ---- */

static void test_claims_count_up(void **state) {
    (void)state;
    stage s;
    world *w = open_tabs(&s, 2);
    assert_int_equal(turn_generation(w), 0);
    w->host->generation = turn_claim(w);
    check_generation(w);
    tab_focus(w, &w->tabs.at[1]);
    assert_int_equal(turn_claim(w), 2);
    assert_int_equal(w->tabs.totals.takeovers, 1);
    finds(&s, "");
}

static void test_old_generation_commits(void **state) {
    (void)state;
    stage s;
    world *w = open_tabs(&s, 1);
    w->host->generation = turn_claim(w);
    turn_claim(w);
    check_generation(w);
    finds(&s, "tabs");
}

static int turns_had;

static void have_turn(world *w, const happening *h) {
    (void)h;
    if (turn_is_free(w)) turns_had++;
    else turn_wait(w, have_turn, 0, 0, 0);
}

static void test_transactions_take_turns(void **state) {
    (void)state;
    stage s;
    world *w = open_tabs(&s, 2);
    turns_had = 0;
    assert_true(turn_take(w, 7));
    assert_false(turn_take(w, 8));
    turn_wait(w, have_turn, 0, 0, 0);
    turn_release(w, 8);
    let_happen(w);
    assert_int_equal(turns_had, 0);
    turn_release(w, 7);
    let_happen(w);
    assert_int_equal(turns_had, 1);
    finds(&s, "");
}

static void test_frozen_tabs_wait(void **state) {
    (void)state;
    stage s;
    world *w = open_tabs(&s, 1);
    turns_had = 0;
    w->tab->frozen = true;
    tab_after(w, 5, have_turn, 0, 0, 0);
    let_happen(w);
    assert_int_equal(turns_had, 0);
    tabs_heal(w);
    let_happen(w);
    assert_int_equal(turns_had, 1);
    finds(&s, "");
}

/* ---- the lock ---- */

static void test_lock_goes_in_line(void **state) {
    (void)state;
    stage s;
    world *w = open_tabs(&s, 2);
    lock_ask(w);
    tab_focus(w, &w->tabs.at[1]);
    lock_ask(w);
    let_happen(w);
    assert_true(was_told(&w->tabs.at[0], "granted"));
    assert_false(was_told(&w->tabs.at[1], "granted"));
    tab_focus(w, &w->tabs.at[0]);
    lock_release(w);
    let_happen(w);
    assert_true(was_told(&w->tabs.at[1], "granted"));
    finds(&s, "");
}

static void test_lock_is_stolen(void **state) {
    (void)state;
    stage s;
    world *w = open_tabs(&s, 2);
    lock_ask(w);
    let_happen(w);
    tab_focus(w, &w->tabs.at[1]);
    lock_steal(w);
    let_happen(w);
    assert_true(was_told(&w->tabs.at[0], "lost"));
    assert_true(was_told(&w->tabs.at[1], "granted"));
    finds(&s, "");
}

static void test_stolen_without_end(void **state) {
    (void)state;
    stage s;
    world *w = open_tabs(&s, 1);
    for (int i = 0; i < 4; i++) {
        w->time_ms += 10000;
        lock_steal(w);
    }
    finds(&s, "tabs");
}

static void test_stolen_in_haste(void **state) {
    (void)state;
    stage s;
    world *w = open_tabs(&s, 1);
    lock_steal(w);
    w->time_ms += 500;
    lock_steal(w);
    finds(&s, "tabs");
}

/* ---- what goes from tab to tab ---- */

static void signal(world *w, const char *json) {
    cJSON *signals = checked(cJSON_Parse(json));
    tab_signal(w, signals);
    cJSON_Delete(signals);
}

static const char outbox_signal[] = "[{\"type\":\"outbox\"}]";

/** The outbox has changed, by the tab at hand. */
static void change(world *w) {
    w->queue_touched = true;
    changes_note(w);
    checks_forget_touched(w);
    w->host->changes = w->changes.last;
}

static void test_all_pages_are_told(void **state) {
    (void)state;
    stage s;
    world *w = open_tabs(&s, 3);
    change(w);
    signal(w, outbox_signal);
    let_happen(w);
    check_pages_told(w, "now");
    finds(&s, "");
}

static void test_a_page_is_not_told(void **state) {
    (void)state;
    stage s;
    world *w = open_tabs(&s, 3);
    change(w);
    signal(w, outbox_signal);
    let_happen(w);
    change(w);
    check_pages_told(w, "now");
    finds(&s, "tabs");
}

static void test_what_was_lost_on_the_way_is_excused(void **state) {
    (void)state;
    stage s;
    world *w = open_tabs(&s, 2);
    w->swarm.rate[FAULT_MESSAGE_LOST] = 10000;
    change(w);
    signal(w, outbox_signal);
    let_happen(w);
    assert_int_equal(w->tabs.at[1].page.told_of_outbox, 0);
    check_pages_told(w, "now");
    finds(&s, "");
}

static void test_a_later_change_is_not_excused(void **state) {
    (void)state;
    stage s;
    world *w = open_tabs(&s, 2);
    w->swarm.rate[FAULT_MESSAGE_LOST] = 10000;
    change(w);
    signal(w, outbox_signal);
    change(w);
    w->page->told_of_outbox = w->changes.last;
    check_pages_told(w, "now");
    finds(&s, "tabs");
}

static void test_messages_keep_their_order(void **state) {
    (void)state;
    stage s;
    world *w = open_tabs(&s, 2);
    char json[64];
    for (int i = 0; i < 50; i++) {
        snprintf(json, sizeof json, "{\"kind\":\"event\",\"n\":%d}", i);
        cJSON *said = checked(cJSON_Parse(json));
        channel_post(w, said);
        cJSON_Delete(said);
    }
    let_happen(w);
    int n = 0;
    for (const told_tab *each = w->tabs.at[1].told; each; each = each->next)
        n += cJSON_GetObjectItem(each->heard, "n")->valueint == n;
    assert_int_equal(n, 50);
    finds(&s, "");
}

/* ---- commands ---- */

static void carry_out(world *w, const char *command) {
    char json[96];
    snprintf(json, sizeof json, "[{\"command\":\"%s\"}]", command);
    cJSON *replies = checked(cJSON_Parse(json));
    check_applied(w, replies);
    cJSON_Delete(replies);
}

static void take(world *w, const char *command, bool mailed) {
    host_event *event = host_event_new(copy_of("{\"type\":\"send\"}"));
    snprintf(event->command, sizeof event->command, "%s", command);
    event->mailed = mailed;
    events_append(&w->host->unanswered, event);
}

static void test_carried_out_once(void **state) {
    (void)state;
    stage s;
    world *w = open_tabs(&s, 1);
    take(w, "tab-1:1", true);
    take(w, "tab-1:2", false);
    carry_out(w, "tab-1:1");
    carry_out(w, "tab-1:2");
    carry_out(w, "tab-1:2"); /* what may be repeated */
    finds(&s, "");
}

static void test_carried_out_twice(void **state) {
    (void)state;
    stage s;
    world *w = open_tabs(&s, 1);
    take(w, "tab-1:1", true);
    carry_out(w, "tab-1:1");
    carry_out(w, "tab-1:1");
    finds(&s, "tabs");
}

/* ---- in the end ---- */

/** The first tab leads. */
static world *with_leader(stage *s, int count) {
    world *w = open_tabs(s, count);
    lock_ask(w);
    w->tab->leads = w->host->alive = true;
    w->host->life = ++w->tabs.lives;
    w->host->generation = turn_claim(w);
    return w;
}

static void test_one_leads(void **state) {
    (void)state;
    stage s;
    world *w = with_leader(&s, 2);
    check_tabs(w, "now");
    finds(&s, "");
}

static void test_nobody_leads(void **state) {
    (void)state;
    stage s;
    world *w = open_tabs(&s, 2);
    check_tabs(w, "now");
    finds(&s, "tabs");
}

static void open_view(world *w, const char *name) {
    char header[120];
    snprintf(header, sizeof header, "{\"type\":\"open\",\"requestId\":\"c\",\"view\":\"%s\"}", name);
    events_append(&w->host->standing, event_of_header(header));
}

static void test_views_of_those_that_are_gone(void **state) {
    (void)state;
    stage s;
    world *w = with_leader(&s, 1);
    open_view(w, "tab-9:1");
    check_tabs(w, "now");
    finds(&s, "tabs");
}

static void test_orphans_are_closed(void **state) {
    (void)state;
    stage s;
    world *w = with_leader(&s, 1);
    w->host->running = true;
    open_view(w, "tab-9:1");
    open_view(w, "tab-91:1");
    host_orphan(w, "tab-9");
    assert_int_equal(w->host->standing.count, 1);
    assert_string_equal(w->host->standing.at[0]->standing, "open tab-91:1");
    assert_string_equal(w->host->queue.at[0]->header,
                        "{\"type\":\"close\",\"requestId\":\"c\",\"view\":\"tab-9:1\"}");
    finds(&s, "");
}

static void test_views_that_are_not_known(void **state) {
    (void)state;
    stage s;
    world *w = with_leader(&s, 2);
    tab *other = &w->tabs.at[1];
    other->page.views[other->page.view_count++] = (view){.number = 4};
    check_tabs(w, "now");
    finds(&s, "tabs");
}

static void test_mail_that_is_left(void **state) {
    (void)state;
    stage s;
    world *w = with_leader(&s, 1);
    cJSON *mail = checked(cJSON_Parse("{\"key\":\"mail:tab-1:7\"}"));
    store_put(&w->store, store_of(&w->store, "cache_stats"), mail, true);
    store_commit(&w->store);
    cJSON_Delete(mail);
    check_tabs(w, "now");
    finds(&s, "tabs");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_claims_count_up),
        cmocka_unit_test(test_old_generation_commits),
        cmocka_unit_test(test_transactions_take_turns),
        cmocka_unit_test(test_frozen_tabs_wait),
        cmocka_unit_test(test_lock_goes_in_line),
        cmocka_unit_test(test_lock_is_stolen),
        cmocka_unit_test(test_stolen_without_end),
        cmocka_unit_test(test_stolen_in_haste),
        cmocka_unit_test(test_all_pages_are_told),
        cmocka_unit_test(test_a_page_is_not_told),
        cmocka_unit_test(test_what_was_lost_on_the_way_is_excused),
        cmocka_unit_test(test_a_later_change_is_not_excused),
        cmocka_unit_test(test_messages_keep_their_order),
        cmocka_unit_test(test_carried_out_once),
        cmocka_unit_test(test_carried_out_twice),
        cmocka_unit_test(test_one_leads),
        cmocka_unit_test(test_nobody_leads),
        cmocka_unit_test(test_views_of_those_that_are_gone),
        cmocka_unit_test(test_orphans_are_closed),
        cmocka_unit_test(test_views_that_are_not_known),
        cmocka_unit_test(test_mail_that_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
