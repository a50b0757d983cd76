#include "registry.h"

#include <string.h>

typedef struct {
    UT_hash_handle hh;
} element;

void *registry_find(void *table, const char *key) {
    element *all = table, *found = NULL;
    HASH_FIND_STR(all, key, found);
    return found;
}

void *registry_add(void *table, void *one, const char *key) {
    element *all = table, *added = one;
    HASH_ADD_KEYPTR(hh, all, key, strlen(key), added);
    return added->hh.tbl ? all : NULL;
}

void *registry_ensure(void *table, void *one, const char *key, void **there) {
    element *all = table, *added = one, *found = NULL;
    const size_t size = strlen(key);
    unsigned hash;
    HASH_VALUE(key, size, hash);
    HASH_FIND_BYHASHVALUE(hh, all, key, size, hash, found);
    *there = found;
    if (found) return all;
    HASH_ADD_KEYPTR_BYHASHVALUE(hh, all, key, size, hash, added);
    return added->hh.tbl ? all : NULL;
}

void registry_clear(void *table) {
    element *all = table;
    HASH_CLEAR(hh, all);
}

void *registry_remove(void *table, void *one) {
    element *all = table;
    HASH_DEL(all, (element *)one);
    return all;
}
