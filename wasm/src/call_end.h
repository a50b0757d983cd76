#ifndef LARDER_CALL_END_H
#define LARDER_CALL_END_H

#include "event.h"
#include "retry.h"

/** The end of one call, as the host reports it. */
typedef struct {
    int64_t id;
    call_method method;
    const char *request_id;  /* NULL: the call is of no one chat */
    const char *operation;   /* id of the outbox's operation; NULL: the call is none of the outbox */
    int64_t status;          /* 0: there was no answer */
    const char *retry_after; /* header, or NULL */
    const char *reason;      /* the server's own words, or NULL */
    const char *path;        /* of what was wrong with the answer, or NULL */
    bool answered;           /* there was an answer, whatever its status */
    outcome outcome;
    error_code code;
} call_end;

/** Reads a reply event; false when it is not well-formed. */
bool call_end_read(const event *e, call_end *end);

#endif
