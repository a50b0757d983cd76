#include "host_events.h"

#include <stdlib.h>
#include <string.h>

enum { FRAME_HEAD_BYTES = 8 };

/* ---- lists ---- */

static void reserve(event_list *list) {
    if (list->count < list->capacity) return;
    list->capacity = list->capacity ? list->capacity * 2 : 8;
    list->at = checked(realloc(list->at, list->capacity * sizeof(host_event *)));
}

void events_append(event_list *list, host_event *event) {
    reserve(list);
    list->at[list->count++] = event;
}

void events_prepend(event_list *list, host_event *event) {
    reserve(list);
    memmove(list->at + 1, list->at, list->count * sizeof(host_event *));
    list->at[0] = event;
    list->count++;
}

event_list events_take(event_list *list, size_t count) {
    event_list taken = {0};
    for (size_t i = 0; i < count; i++) events_append(&taken, list->at[i]);
    list->count -= count;
    memmove(list->at, list->at + count, list->count * sizeof(host_event *));
    return taken;
}

void events_clear(event_list *list) {
    for (size_t i = 0; i < list->count; i++) event_free(list->at[i]);
    free(list->at);
    *list = (event_list){0};
}

host_event **events_find_command(event_list *list, const char *command) {
    for (size_t i = 0; *command && i < list->count; i++) {
        if (strcmp(list->at[i]->command, command) == 0) return &list->at[i];
    }
    return NULL;
}

host_event **events_find_standing(event_list *list, const char *standing) {
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->at[i]->standing, standing) == 0) return &list->at[i];
    }
    return NULL;
}

void events_remove(event_list *list, host_event **at) {
    event_free(*at);
    list->count--;
    memmove(at, at + 1, (size_t)(list->at + list->count - at) * sizeof(host_event *));
}

/* ---- events ---- */

host_event *event_copy(const host_event *event) {
    host_event *copy = host_event_new(copy_of(event->header));
    strcpy(copy->command, event->command);
    strcpy(copy->standing, event->standing);
    copy->page_of = event->page_of;
    return copy;
}

void event_free(host_event *event) {
    free(event->header);
    free(event->answer);
    buffer_free(&event->body);
    free(event);
}

/* ---- frames ---- */

static void put_size(buffer *out, size_t size) {
    const char bytes[] = {(char)(size & 255), (char)(size >> 8 & 255), (char)(size >> 16 & 255),
                          (char)(size >> 24 & 255)};
    buffer_bytes(out, bytes, sizeof bytes);
}

static void put_frame(buffer *out, const char *header, size_t header_size, const buffer *body) {
    put_size(out, header_size);
    put_size(out, body->size);
    buffer_bytes(out, header, header_size);
    if (body->size) buffer_bytes(out, body->at, body->size);
}

static void put_event(buffer *out, const host_event *event) {
    buffer header = {0};
    buffer_bytes(&header, event->header, strlen(event->header) - 1);
    if (event->attempt > 1)
        buffer_print(&header, ",\"attempt\":%d,\"abortReason\":\"aborted\"", event->attempt);
    buffer_text(&header, "}");
    put_frame(out, header.at, header.size, &event->body);
    buffer_free(&header);
}

static int step(larder *core, buffer *frames, double now_ms) {
    memcpy(checked(larder_input(core, frames->size)), frames->at, frames->size);
    buffer_free(frames);
    return larder_step(core, now_ms);
}

int events_step(larder *core, const event_list *events, double now_ms) {
    buffer frames = {0};
    for (size_t i = 0; i < events->count; i++) put_event(&frames, events->at[i]);
    return step(core, &frames, now_ms);
}

int events_step_rows(larder *core, const buffer *rows, double now_ms) {
    static const char header[] = "{\"type\":\"rows\"}";
    buffer frames = {0};
    put_frame(&frames, header, sizeof header - 1, rows);
    return step(core, &frames, now_ms);
}
