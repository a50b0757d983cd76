#ifndef LARDER_MEDIA_ROW_H
#define LARDER_MEDIA_ROW_H

#include "core.h"

/**
 * Reads a stored row and makes its entry, with its chat where that is not known yet. NULL with `*wrong` set
 * when it is no CachedMediaMeta of an id that isn't there yet, or when memory has run out.
 */
media_entry *media_row_read(core *l, slice bytes, problem *wrong);

/** Appends the row as JSON. */
void media_row_write(const media_entry *e, text *out);

/** Whether `name` may be the name of a file: 1 to `MEDIA_FILENAME_MAX` code points. */
bool media_is_filename(const char *name);

#endif
