#ifndef LARDER_PLAIN_H
#define LARDER_PLAIN_H

#include "record.h"

/** A field of a plain record; of a text the bytes without their quotes, of an enum the index. */
typedef struct {
    bool there; /* neither missing nor null */
    slice text;
    int64_t number;
} plain_field;

/**
 * Reads a record as cores write them: known fields alone, in the rule's order, texts without escapes, whole
 * numbers, no white space. It is many
 * times as fast as `record_read`, which takes over where this gives up: false says nothing of what is wrong.
 */
bool plain_read(slice bytes, const record_rule *rule, plain_field out[RECORD_FIELDS_MAX]);

#endif
