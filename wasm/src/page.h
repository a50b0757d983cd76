#ifndef LARDER_PAGE_H
#define LARDER_PAGE_H

#include "record.h"

/** The elements of a list, good or bad. */
typedef struct {
    slice *at;
    size_t count;
} page_list;

/**
 * A server's answer, cut open: its small members checked by the schema, its arrays of records as slices, so
 * that one bad record costs one record.
 */
typedef struct {
    record fields;
    page_list
        lists[RECORD_FIELDS_MAX]; /* of the array fields, by the schema's index; {NULL, 0} where missing */
} page;

/**
 * Reads an answer's frame. False with `*wrong` set: `body_syntax` when the body is no JSON object, was cut
 * short, or has a list whose elements can't be told apart, one of the `field_…` codes when a member has the
 * wrong shape, or `no_memory`.
 */
bool page_read(slice body, const record_rule *rule, arena *memory, page *out, problem *wrong);

/** What is wrong with a record that was a whole body is wrong with the body. */
void page_blame_body(problem *wrong);

#endif
