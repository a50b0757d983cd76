#ifndef SIM_TIMELINE_H
#define SIM_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct world world;
typedef struct happening happening;

/** Something that is to happen. What it is about is named by numbers, so that it may be gone by then. */
struct happening {
    int64_t time_ms;
    uint64_t order; /* among those of one time */
    void (*act)(world *w, const happening *h);
    int64_t a;
    int64_t b;
    int64_t c;
    int64_t tab; /* in which it happens; 0: in none */
    bool idle;   /* it goes on for ever, and is no step */
};

/** What is to happen, the earliest first (a binary heap). */
typedef struct {
    happening *at;
    size_t count;
    size_t capacity;
    uint64_t orders;
} timeline;

void timeline_add(timeline *t, happening h);
/** Takes the earliest; false when there is none. */
bool timeline_take(timeline *t, happening *out);
void timeline_free(timeline *t);

#endif
