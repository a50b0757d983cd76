#ifndef LARDER_WAITER_H
#define LARDER_WAITER_H

#include "core.h"

/** A command of the app that waits for its outcome. It is answered once, after what it asked for is
 * committed. */
typedef struct waiter {
    char *command;
    chat *chat;           /* NULL: waits until the list and all chats that moved are caught up with */
    call_purpose purpose; /* of the call it waits for */
    gap range;            /* where it wants a hole filled */
    int64_t too_late_for; /* the call that was under way already when the command came; 0: none */
    struct waiter *next;
} waiter;

/** Lets a command wait, for a hole in `range` if that is its purpose; false when memory has run out. */
bool waiter_add(core *l, const char *command, chat *c, call_purpose purpose, gap range);

/** Answers those who wait for a chat's call of this purpose and came before it left. */
void waiters_succeed(core *l, const chat *c, call_purpose purpose, int64_t call);

/** Answers those who wait for a hole that has been filled in part, or that is none any more. */
void waiters_filled(core *l, const chat *c, gap filled);

/** A range that somebody waits for; its start is 0 when nobody does. */
gap waiters_range(const core *l, const chat *c);

/** Answers all who wait for a chat, or with NULL all who wait for everything. */
void waiters_fail(core *l, const chat *c, error_code code, const char *reason);

/** Answers everyone. */
void waiters_fail_all(core *l, error_code code);

void waiters_free(core *l);

#endif
