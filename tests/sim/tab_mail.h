#ifndef SIM_TAB_MAIL_H
#define SIM_TAB_MAIL_H

#include <cJSON.h>

#include "tabs.h"

/**
 * What goes from tab to tab besides their minds' messages: events by storage (js-bindings/src/mail.ts), and
 * how they ended; what the leader's core tells of.
 */

/** Leaves an event of the tab at hand in storage, or finds the answer there. */
void tab_mail(world *w, int64_t n);
/** Hands on what a message of another tab brought: its header, or what lies under its key. */
void tab_accept(world *w, const cJSON *said);
void tab_accept_all(world *w);
/** Behind that, its host closes what a tab had opened that is no more. */
void tab_orphan(world *w, const char *instance);
/** Hands the events that lie in storage to the host at hand, in the order in which they were written. */
void tab_collect_all(world *w);

/** How commands ended that the host at hand has carried out; `mailed` says which of them came by storage. */
void tab_answer(world *w, const cJSON *replies, bool (*mailed)(const world *w, const char *command));
/** It has given up a command. */
void tab_refuse(world *w, const host_event *event);
/** What the core at hand tells all pages. */
void tab_signal(world *w, const cJSON *signals);
/** Another tab follows: if the one at hand leads it says how things are. */
void tab_greet(world *w);

/** A message of a host. */
void tab_hear_signals(world *w, const cJSON *said);
void tab_miss_signals(world *w, const cJSON *said);
void tab_hear_replies(world *w, const cJSON *said);
void tab_hear_answers(world *w, const cJSON *said);

/** Deletes the answers to commands of tabs that are gone. */
void tab_drop_answers(world *w);

#endif
