#ifndef LARDER_REPLY_H
#define LARDER_REPLY_H

#include "turn.h"

/** The end of a call, whichever: what it brought is applied, or its failure. It may have to wait for rows. */
void reply_take(larder *l, const event *e);

/** Goes on with a reply once its rows have come: those around a page, or those that go to make room. */
void reply_go_on(larder *l, pending waited, slice rows, event_reader *blocks);

#endif
