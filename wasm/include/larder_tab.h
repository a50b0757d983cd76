#ifndef LARDER_TAB_H
#define LARDER_TAB_H

#include <stddef.h>
#include <stdint.h>

/**
 * One of a database's tabs: who leads, and what is handed to the one that does.
 *
 * The tab that holds the database's lock leads: it alone has a host with a core (larder.h). The others hand
 * it their events and repeat what it has not acknowledged, or, when another leads, all that was not answered.
 * A leader that is not heard of any more is robbed of the lock, a few times; what it still does when it wakes
 * is kept out by the generation number in storage (fencing). Sans-IO, as the core is:
 *
 *     larder_tab *tab = larder_tab_new(seed);
 *     memcpy(larder_tab_input(tab, size), json, size);   // an array of what happened, in order
 *     larder_tab_step(tab, now_ms);                      // carry out the moves of the plan, in order
 *
 * What happens:
 *
 * | type       | members                        |                                                          |
 * | ---------- | ------------------------------ | -------------------------------------------------------- |
 * | `start`    | `instance`, `locks`, `channel` | the first; without locks each tab leads, without a       |
 * |            |                                | channel nothing is handed over                           |
 * | `granted`  |                                | the lock is held                                         |
 * | `lost`     |                                | another tab has taken the lock                           |
 * | `leading`  | `generation`                   | the host has begun, under this number                    |
 * | `failed`   |                                | the host can't begin                                     |
 * | `fenced`   |                                | the host found a later generation in storage             |
 * | `hidden`   |                                | the page is put away (`pagehide`) or frozen              |
 * | `shown`    |                                | it is back                                               |
 * | `event`    | `n`, `name`, `command?`,       | the page hands in event number `n`, ascending: `name` is |
 * |            | `view?`, `body?`               | its type (`mediaForget`: also `of`)                      |
 * | `mailed`   | `n`                            | it lies in storage                                       |
 * | `unmailed` | `n`                            | it can't be had there, and its writer was told           |
 * | `answered` | `n`                            | the command of this event has its answer                 |
 * | `gone`     | `instance`                     | that tab is no more                                      |
 * | `heard`    | `message`                      | a message of another tab                                 |
 * | `deadline` |                                | the plan's moment has come                               |
 *
 * A plan is `{"moves": [...], "deadline": ms or null}`:
 *
 * | do       | members   |                                                                                  |
 * | -------- | --------- | -------------------------------------------------------------------------------- |
 * | `lock`   |           | ask for the lock, and wait in line                                               |
 * | `steal`  |           | take it from whoever holds it                                                    |
 * | `unlock` |           | let go of it, or no longer wait for it                                           |
 * | `lead`   |           | make a host and let it begin                                                     |
 * | `stop`   |           | drop the host; before an `unlock`: once its database is at rest                  |
 * | `push`   | `n`       | hand this event to the own host                                                  |
 * | `mail`   | `n`       | leave it in storage for who leads, under its command                             |
 * | `hand`   | `n`,      | post the message, with the event's header as `header` or, if it was mailed,   |
 * |          | `message` | with its key as `key`                                                         |
 * | `forget` | `n`       | it need not be kept any longer                                                |
 * | `accept` |           | hand what the message brought (a header, or what lies under a key) to the host |
 * | `watch`  | `instance`| tell, with `gone`, when that tab is no more                                   |
 * | `post`   | `message` | to the other tabs                                                             |
 * | `orphan` | `instance`| the host is to close what that tab had opened                                 |
 *
 * Messages between tabs are JSON objects with `v` (the version of this protocol), `kind` and `from`: `leads`
 * (`generation`; 0 while it begins; also said again and again, as a sign of life), `here` (`fresh`: by one
 * that begins to follow, and is to be told how things are), `event` (`to`, `generation`, `run`: the sender's
 * line, `place` in it, `header` or `key`), `took` (`to`, `generation`, `run`, `place`: all up to it), `left`.
 * The host adds kinds of its own; the tab passes over them.
 */
typedef struct larder_tab larder_tab;

/** NULL when memory has run out. The seed spreads what several tabs would do at once. */
larder_tab *larder_tab_new(uint32_t seed);

/** Where to write `size` bytes of input before a step; NULL when memory has run out. */
void *larder_tab_input(larder_tab *t, size_t size);

/** Decides; false when memory has run out, after which the tab must be dropped. */
int larder_tab_step(larder_tab *t, double now_ms);

/** The plan of the last step; good until the next. */
const char *larder_tab_plan(const larder_tab *t);
size_t larder_tab_plan_size(const larder_tab *t);

void larder_tab_free(larder_tab *t);

#endif
