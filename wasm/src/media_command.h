#ifndef LARDER_MEDIA_COMMAND_H
#define LARDER_MEDIA_COMMAND_H

#include "command.h"
#include "sync.h"

/**
 * What the app does with media. But for `mediaGet`, which is answered once the bytes are here or known not to
 * come, each command is answered in the transaction that stores what it did; refusals: `argument`,
 * `unknown_media`, `offline`, `auth`.
 */

/** Takes an event of media. */
void media_event(core *l, const event *e);

/** After the browser has said whether there is a network. */
void media_connectivity(core *l);

bool media_is_call(call_method method);
/** Takes the end of such a call. */
void media_reply(core *l, const event *e, const call_end *end);
/** Whether messages must go first to make room for what it brings; then the plan asks for rows of them. */
bool media_wants_room(core *l, const event *e, const call_end *end);

#endif
