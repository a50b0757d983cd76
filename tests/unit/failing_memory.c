#include "failing_memory.h"

#include <stdlib.h>

#include "arena.h"

static bool watching;
static size_t counted;
static size_t failing;
static memory_failure failing_how;
static bool failed;
static long blocks;

void memory_fail_at(size_t nth, memory_failure failure) {
    counted = 0;
    failing = nth;
    failing_how = failure;
    failed = false;
}

void memory_watch(bool on) {
    watching = on;
}

bool memory_has_failed(void) {
    return failed;
}

long memory_blocks(void) {
    return blocks;
}

static bool refuse(void) {
    if (!watching) return false;
    counted++;
    if (!failing || counted < failing) return false;
    if (counted > failing && failing_how == MEMORY_FAILS_ONCE) return false;
    return failed = true;
}

static void *took(void *block) {
    if (watching && block) blocks++;
    return block;
}

/* The linker sends every call of `name` to `__wrap_name`, and `__real_name` to what was called before. */

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void __real_free(void *block);
void *__real_arena_take(arena *a, size_t size);
void *__real_arena_take_zeroed(arena *a, size_t size);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
void __wrap_free(void *block);
void *__wrap_arena_take(arena *a, size_t size);
void *__wrap_arena_take_zeroed(arena *a, size_t size);

void *__wrap_malloc(size_t size) {
    return refuse() ? NULL : took(__real_malloc(size));
}

void *__wrap_calloc(size_t count, size_t size) {
    return refuse() ? NULL : took(__real_calloc(count, size));
}

void *__wrap_realloc(void *block, size_t size) {
    if (refuse()) return NULL;
    void *grown = __real_realloc(block, size);
    return block ? grown : took(grown);
}

void __wrap_free(void *block) {
    if (watching && block) blocks--;
    __real_free(block);
}

/** As the arena itself does it. */
static void *refused(arena *a) {
    a->failed = true;
    return NULL;
}

void *__wrap_arena_take(arena *a, size_t size) {
    return refuse() ? refused(a) : __real_arena_take(a, size);
}

void *__wrap_arena_take_zeroed(arena *a, size_t size) {
    return refuse() ? refused(a) : __real_arena_take_zeroed(a, size);
}
