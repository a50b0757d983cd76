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

void *registry_remove(void *table, void *one) {
    element *all = table;
    HASH_DEL(all, (element *)one);
    return all;
}
