#ifndef LARDER_ASKER_H
#define LARDER_ASKER_H

#include "core.h"

struct download;

/** A command that waits for an entry to be fetched. Each of them counts as a read that found nothing here. */
typedef struct media_asker {
    UT_hash_handle hh; /* by command */
    char *command;
    struct download *download;
    struct media_asker *prev, *next; /* of the same download */
} asker;

/** The one that waits as this command; NULL where there is none. */
asker *asker_find(const core *l, const char *command);
void asker_add(core *l, struct download *d, const char *command);
/** It gets no answer. */
void asker_forget(core *l, asker *a);

/** Who waits for a download is told that it is not to be had. */
void askers_refuse(core *l, struct download *d, error_code code, const char *reason);
/** Who waits gets what came: where it is stored, or, if it is not kept, the host's name of the bytes. */
void askers_serve(core *l, struct download *d, bool kept, int64_t held);

/** Answers a command with what is stored. */
void asker_answer_kept(core *l, const media_entry *e, const char *command);

#endif
