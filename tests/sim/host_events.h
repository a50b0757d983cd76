#ifndef SIM_HOST_EVENTS_H
#define SIM_HOST_EVENTS_H

#include "host.h"
#include "store.h"

/** Lists of events, and the frames in which the core gets them. */

void events_append(event_list *list, host_event *event);
void events_prepend(event_list *list, host_event *event);
/** Takes the first `count` out. */
event_list events_take(event_list *list, size_t count);
/** Whether it is a server's answer. */
bool events_is_reply(const host_event *event);
/** Takes the answers out. */
event_list events_take_replies(event_list *list);
/** Moves all from one list to the end of another. */
void events_move(event_list *from, event_list *to);
/** Whether there is a command among them. */
bool events_any_command(const event_list *list);
void events_clear(event_list *list);

/** The event of a command, and the one that says the same of the world; NULL: none. */
host_event **events_find_command(event_list *list, const char *command);
host_event **events_find_standing(event_list *list, const char *standing);
void events_remove(event_list *list, host_event **at);

/** The event with this header, and what follows from it. */
host_event *event_of_header(const char *header);
/** A copy that has been through nothing yet. */
host_event *event_copy(const host_event *event);
/** NULL is let pass. */
void event_free(host_event *event);

/** Gives events to the core and lets it decide; its return value. `join`: within the open transaction. */
int events_step(larder *core, const event_list *events, bool join, double now_ms);
/** Gives it what its plan asked for: rows as a JSON array of arrays, and the frames of blocks. */
int events_step_rows(larder *core, const buffer *rows, const buffer *blocks, double now_ms);
/** Appends a block's frame. */
void events_put_block(buffer *frames, const row *r);

#endif
