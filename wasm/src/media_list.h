#ifndef LARDER_MEDIA_LIST_H
#define LARDER_MEDIA_LIST_H

#include "command.h"

/**
 * Entries compared with what was found on the disk. Bytes that no entry knows are deleted; an entry whose
 * bytes are missing or damaged loses them.
 */

/** All files that there are, after a start: `[{"requestId":…,"key":…}]`. */
void media_list_files(core *l, const event *e);

/**
 * What a check has found: `{"orphans":[keys], "files":[{"requestId":…,"key":…}], "missing":[ids],
 * "damaged":[ids]}`. What an entry has lost is fetched again; sizes are counted anew.
 */
void media_list_repair(core *l, const event *e);

#endif
