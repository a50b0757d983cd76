#ifndef SIM_VIEW_H
#define SIM_VIEW_H

#include "blocks.h"
#include "store.h"

/** Numbers of a damaged block: whoever reads there gets nothing of it. */
typedef struct {
    int64_t first;
    int64_t last;
} view_hole;

/**
 * What a tab that reads all of a chat would get: the messages of blocks and rows by sequence number. A row
 * wins over its copy in a block, that of the same id or of the same number.
 */
typedef struct {
    brief *at; /* ascending */
    size_t count;
    size_t capacity;
    size_t copies; /* of rows, in blocks, under another number: each takes room of its own */
    view_hole *holes;
    size_t hole_count;
} chat_view;

/** What is in the store now, whether committed or not. */
void view_read(chat_view *out, database *s, const char *request_id);
void view_free(chat_view *v);

/** How many of the messages the server is known to have: they come first. */
size_t view_settled(const chat_view *v);
/** The message with the number; NULL: none. */
const brief *view_at(const chat_view *v, int64_t sequence);
/** The message with the id, that with this number where there are several; NULL: none. */
const brief *view_find(const chat_view *v, const char *id, int64_t sequence);
bool view_same(const chat_view *a, const chat_view *b);
/** Whether the number lies in a damaged block. */
bool view_is_damaged(const chat_view *v, int64_t sequence);

/** What is committed of the chat. */
const chat_view *view_of(const world *w, int chat);
/** Takes over what the store has now. */
void view_refresh(world *w, int chat);
void views_free(world *w);

#endif
