#ifndef SIM_LIES_H
#define SIM_LIES_H

#include "answers.h"
#include "prng.h"

enum { LIAR_BODIES = 4 };

/**
 * Wrong servers. A lie never takes a message for deleted that is there in a way that nobody could see
 * through: what is stored of it must survive.
 */
typedef struct {
    prng random;
    buffer *bodies; /* LIAR_BODIES by chat: answers that were given before */
} liar;

void lies_start(world *w);
void lies_free(world *w);

/** Whether the page was changed. */
bool lie_in_page(world *w, const messages_question *asked, messages_page *page);
/** Gives an answer that the chat had before instead of this one. */
bool lie_in_body(world *w, int chat, buffer *body);
void lie_in_list(world *w, const char *cursor, buffer *body);

#endif
