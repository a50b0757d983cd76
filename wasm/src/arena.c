#include "arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK_BYTES = 64 * 1024 };

struct arena_chunk {
    arena_chunk *next;
    size_t size;
    alignas(max_align_t) unsigned char bytes[];
};

static arena_chunk *chunk_new(arena *a, size_t size) {
    if (size < CHUNK_BYTES) size = CHUNK_BYTES;
    if (size > SIZE_MAX - sizeof(arena_chunk)) return NULL;
    arena_chunk *chunk = malloc(sizeof *chunk + size);
    if (!chunk) return NULL;
    chunk->next = a->chunks;
    chunk->size = size;
    a->chunks = chunk;
    a->used = 0;
    return chunk;
}

void *arena_take(arena *a, size_t size) {
    const size_t unit = alignof(max_align_t);
    if (size > SIZE_MAX - unit) return NULL;
    size = (size + unit - 1) / unit * unit;
    arena_chunk *chunk = a->chunks;
    if (!chunk || chunk->size - a->used < size) chunk = chunk_new(a, size);
    if (!chunk) {
        a->failed = true;
        return NULL;
    }
    void *taken = chunk->bytes + a->used;
    a->used += size;
    return taken;
}

void *arena_take_zeroed(arena *a, size_t size) {
    void *taken = arena_take(a, size);
    if (taken) memset(taken, 0, size);
    return taken;
}

char *arena_copy(arena *a, const char *bytes, size_t size) {
    char *copy = arena_take(a, size + 1);
    if (!copy) return NULL;
    memcpy(copy, bytes, size);
    copy[size] = 0;
    return copy;
}

static void free_chunks(arena_chunk *chunk) {
    while (chunk) {
        arena_chunk *next = chunk->next;
        free(chunk);
        chunk = next;
    }
}

arena_mark arena_mark_of(const arena *a) {
    return *a;
}

void arena_rewind(arena *a, arena_mark mark) {
    while (a->chunks != mark.chunks) {
        arena_chunk *newest = a->chunks;
        a->chunks = newest->next;
        free(newest);
    }
    a->used = mark.used;
}

void arena_reset(arena *a) {
    a->used = 0;
    a->failed = false;
    if (!a->chunks) return;
    free_chunks(a->chunks->next);
    a->chunks->next = NULL;
}

void arena_free(arena *a) {
    free_chunks(a->chunks);
    *a = (arena){0};
}
