#include "waiter.h"

#include <stdlib.h>

#include "plant.h"

bool waiter_add(core *l, const char *command, chat *c, call_purpose purpose, gap range) {
    waiter *w = calloc(1, sizeof *w);
    if (!w) return core_no_memory(l);
    w->command = slice_copy(slice_of(command));
    if (!w->command) {
        free(w);
        return core_no_memory(l);
    }
    w->chat = c;
    w->purpose = purpose;
    w->range = range;
    if (c) {
        c->waiting++;
        w->too_late_for = c->call;
    }
    w->next = l->sync.waiters;
    l->sync.waiters = w;
    return true;
}

static void release(waiter *w) {
    if (w->chat) w->chat->waiting--;
    free(w->command);
    free(w);
}

/** Answers the waiter that `*at` holds and takes it out. */
static void answer(core *l, waiter **at, error_code code, const char *reason) {
    waiter *w = *at;
    *at = w->next;
    plan_reply(&l->plan, w->command, code, reason);
    release(w);
}

void waiters_succeed(core *l, const chat *c, call_purpose purpose, int64_t call) {
    for (waiter **at = &l->sync.waiters; *at;) {
        const waiter *w = *at;
        const bool in_time = !call || w->too_late_for != call || PLANTED(answered_early);
        const bool served = w->chat == c && w->purpose == purpose && in_time;
        if (served) answer(l, at, ERROR_CODE_NONE, NULL);
        else at = &(*at)->next;
    }
}

static bool is_filled(const chat *c, gap range, gap filled) {
    if (filled.start <= range.end && filled.end >= range.start) return true;
    return !gaps_last_in(&c->gaps, range.start, range.end);
}

void waiters_filled(core *l, const chat *c, gap filled) {
    for (waiter **at = &l->sync.waiters; *at;) {
        const waiter *w = *at;
        const bool served = w->chat == c && w->purpose == PURPOSE_GAP && is_filled(c, w->range, filled);
        if (served) answer(l, at, ERROR_CODE_NONE, NULL);
        else at = &(*at)->next;
    }
}

gap waiters_range(const core *l, const chat *c) {
    gap range = {0};
    for (const waiter *w = l->sync.waiters; w; w = w->next) {
        if (w->chat == c && w->purpose == PURPOSE_GAP) range = w->range;
    }
    return range;
}

void waiters_fail(core *l, const chat *c, error_code code, const char *reason) {
    for (waiter **at = &l->sync.waiters; *at;) {
        if ((*at)->chat == c) answer(l, at, code, reason);
        else at = &(*at)->next;
    }
}

void waiters_fail_all(core *l, error_code code) {
    while (l->sync.waiters) answer(l, &l->sync.waiters, code, NULL);
}

void waiters_free(core *l) {
    while (l->sync.waiters) {
        waiter *next = l->sync.waiters->next;
        free(l->sync.waiters->command);
        free(l->sync.waiters);
        l->sync.waiters = next;
    }
}
