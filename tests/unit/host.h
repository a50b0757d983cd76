#ifndef LARDER_TESTS_HOST_H
#define LARDER_TESTS_HOST_H

#include <cJSON.h>

#include "larder.h"
#include "support.h"

/** Drives a core through its public door, as the worker does; storage and network are the test's. */
typedef struct {
    larder *core; /* NULL after memory ran out while it was made */
    int64_t now_ms;
    text frames;  /* of the next step */
    cJSON *plan;  /* of the last step; NULL before the first and when memory has run out */
    cJSON *calls; /* under way, as the plans had them */
} host;

/** With this seed the first call is call 1. */
enum { HOST_SEED = 34739445 };

/** A new core at `START_MS`. */
void host_start(host *h, uint32_t seed);
void host_stop(host *h);

/** Adds an event to the next step; `body` may be NULL. In the header `"call":7` stands for call 7. */
void host_event(host *h, const char *header, const char *body);

/** Steps; the result is larder_step's, or LARDER_NO_MEMORY when the core wasn't even there. */
int host_step(host *h);

/** Both in one. */
int host_do(host *h, const char *header, const char *body);

/** Steps with a `hydrate` event. Where it asks what is stored there is nothing. */
void host_hydrate(host *h, const char *header, const char *body);

/** A core that knows these rows (JSON, without the brackets), after its first step. */
void host_hydrated(host *h, const char *chat_rows, const char *position_row);

/** As `host_hydrated`, with rows of `offline_queue`. */
void host_hydrated_queue(host *h, const char *chat_rows, const char *position_row, const char *queue_rows);

/** Where a call under way is found: by method and, for fetchMessages, by chat. 0 where there is none. */
int64_t host_call(const host *h, const char *method, const char *request_id);

/** Answers such a call, which must be under way: `end` is `"status":200`, say. Steps. */
int host_reply(host *h, const char *method, const char *request_id, const char *end, const char *body);

/** A part of the plan, `calls` say, as compact JSON; valid until the next such call. */
const char *host_part(const host *h, const char *name);

/**
 * The calls of the plan that go to the server, in short: `list; chat 1 newest 50; chat 2 after 10 since r1;
 * chat 3 from 4 to 9`.
 */
const char *host_calls(const host *h);

/** The codes of the plan's error signals and of its failed replies, each once: `network offline`. */
const char *host_errors(const host *h);

#endif
