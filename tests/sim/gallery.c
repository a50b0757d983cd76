#include "gallery.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "world.h"

/** Contents from here on are no file's. */
static const int64_t first_other = 1000000;

static media_file pick_file(world *w, int chat, int file) {
    prng *p = &w->gallery.random;
    const int64_t most = prng_hits(p, 1500) ? 8 * w->swarm.media_size : w->swarm.media_size;
    return (media_file){
        .bytes = {1 + chat * GALLERY_FILES_MAX + file, prng_between(p, prng_hits(p, 500) ? 0 : 1, most)},
        .has_hash = !prng_hits(p, 1500),
        .has_size = !prng_hits(p, 1500),
        .missing = prng_hits(p, 400),
        .wrong = prng_hits(p, 400),
    };
}

void gallery_start(world *w) {
    w->gallery.random = prng_for(w->seed, "gallery");
    w->gallery.file_count = w->swarm.media_files;
    for (int chat = 0; chat < SERVER_CHATS_MAX; chat++) {
        for (int file = 0; file < GALLERY_FILES_MAX; file++)
            w->gallery.files[chat][file] = pick_file(w, chat, file);
    }
}

media_file *gallery_find(world *w, int chat, int file) {
    const bool there = server_find(w, chat) && file >= 0 && file < w->gallery.file_count;
    return there ? &w->gallery.files[chat][file] : NULL;
}

/** Where neither hash nor length is known nobody can tell. */
bool gallery_gives(const media_file *file) {
    return file && !file->missing && (!file->wrong || (!file->has_hash && !file->has_size));
}

bool gallery_tells(const media_file *file, media_bytes bytes) {
    if (file->has_hash && (bytes.content != file->bytes.content || bytes.size != file->bytes.size))
        return true;
    return file->has_size && bytes.size != file->bytes.size;
}

media_bytes gallery_others(world *w, int64_t size) {
    return (media_bytes){first_other + ++w->gallery.others, size};
}

static const char *const endings[] = {".jpg", ":x.png", "/../y.gif", "\xc3\xbc.mp4", "\"q\".pdf"};
enum { ENDINGS = sizeof endings / sizeof *endings };

void gallery_name(char out[GALLERY_NAME_BYTES], int file) {
    snprintf(out, GALLERY_NAME_BYTES, "%d%s", file, endings[file % ENDINGS]);
}

int gallery_read_name(const char *name) {
    char back[GALLERY_NAME_BYTES];
    const int file = name ? atoi(name) : -1;
    if (file < 0 || file >= GALLERY_FILES_MAX) return -1;
    gallery_name(back, file);
    return strcmp(back, name) == 0 ? file : -1;
}

void gallery_id(char out[GALLERY_ID_BYTES], int chat, int file) {
    char id[ID_BYTES], name[GALLERY_NAME_BYTES];
    id_of_chat(id, chat);
    gallery_name(name, file);
    snprintf(out, GALLERY_ID_BYTES, "%s:%s", id, name);
}

void gallery_hash(char out[GALLERY_HASH_BYTES], media_bytes bytes) {
    prng p = {(uint64_t)bytes.content * 0x9E3779B97F4A7C15U + (uint64_t)bytes.size};
    for (int i = 0; i < 4; i++) snprintf(out + 16 * i, 17, "%016" PRIx64, prng_next(&p));
}
