#ifndef LARDER_REGISTRY_H
#define LARDER_REGISTRY_H

#include <stdbool.h>

/* Memory can run out in the hash table too; its macros then leave the new element out. */
#define HASH_NONFATAL_OOM 1
#include <uthash.h>

/**
 * Structs by their text key. Each has a `UT_hash_handle hh` as its first member, and its key lives as long as
 * it does. uthash's macros are large, so that they stand in one place for all tables. `table` is a pointer to
 * the first struct, or NULL; from there on `hh.next` leads to the others in the order in which they came.
 */

/** The struct with this key, or NULL. */
void *registry_find(void *table, const char *key);

/** Adds one whose key isn't there yet; gives the table, or NULL when memory has run out. */
void *registry_add(void *table, void *one, const char *key);

/** As `registry_add`, unless its key is there; `*there` is then the struct that has it, else NULL. */
void *registry_ensure(void *table, void *one, const char *key, void **there);

/** Forgets all at once; the structs stay their owner's. */
void registry_clear(void *table);

/** Takes one out; gives the table, which is NULL when it was the last. */
void *registry_remove(void *table, void *one);

#endif
