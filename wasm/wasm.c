/**
 * The only file that knows it is WebAssembly: it names what the module exports. The linker drops what is not
 * reached from here.
 */
#include <emscripten.h>

#include "larder.h"
#include "larder_tab.h"

EMSCRIPTEN_KEEPALIVE larder *core_new(uint32_t seed) {
    return larder_new(seed);
}

EMSCRIPTEN_KEEPALIVE void *core_input(larder *l, size_t size) {
    return larder_input(l, size);
}

EMSCRIPTEN_KEEPALIVE int core_step(larder *l, double now_ms) {
    return larder_step(l, now_ms);
}

EMSCRIPTEN_KEEPALIVE const char *core_plan(const larder *l) {
    return larder_plan(l);
}

EMSCRIPTEN_KEEPALIVE size_t core_plan_size(const larder *l) {
    return larder_plan_size(l);
}

EMSCRIPTEN_KEEPALIVE const char *core_bytes(const larder *l) {
    return larder_bytes(l);
}

EMSCRIPTEN_KEEPALIVE void core_free(larder *l) {
    larder_free(l);
}

EMSCRIPTEN_KEEPALIVE larder_tab *tab_new(uint32_t seed) {
    return larder_tab_new(seed);
}

EMSCRIPTEN_KEEPALIVE void *tab_input(larder_tab *t, size_t size) {
    return larder_tab_input(t, size);
}

EMSCRIPTEN_KEEPALIVE int tab_step(larder_tab *t, double now_ms) {
    return larder_tab_step(t, now_ms);
}

EMSCRIPTEN_KEEPALIVE const char *tab_plan(const larder_tab *t) {
    return larder_tab_plan(t);
}

EMSCRIPTEN_KEEPALIVE size_t tab_plan_size(const larder_tab *t) {
    return larder_tab_plan_size(t);
}

EMSCRIPTEN_KEEPALIVE void tab_free(larder_tab *t) {
    larder_tab_free(t);
}
