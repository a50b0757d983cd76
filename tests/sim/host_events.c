#include "host_events.h"

#include <inttypes.h>
#include <stdio.h>
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

bool events_is_reply(const host_event *event) {
    static const char start[] = "{\"type\":\"reply\"";
    return strncmp(event->header, start, sizeof start - 1) == 0;
}

event_list events_take_replies(event_list *list) {
    event_list taken = {0};
    size_t left = 0;
    for (size_t i = 0; i < list->count; i++) {
        if (events_is_reply(list->at[i])) events_append(&taken, list->at[i]);
        else list->at[left++] = list->at[i];
    }
    list->count = left;
    return taken;
}

void events_move(event_list *from, event_list *to) {
    for (size_t i = 0; i < from->count; i++) events_append(to, from->at[i]);
    free(from->at);
    *from = (event_list){0};
}

bool events_any_command(const event_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        if (*list->at[i]->command) return true;
    }
    return false;
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

static const char *text_of(const cJSON *header, const char *name) {
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(header, name));
    return text ? text : "";
}

host_event *event_of_header(const char *text) {
    cJSON *header = checked(cJSON_Parse(text));
    host_event *event = host_event_new(copy_of(text));
    const char *type = text_of(header, "type"), *view = text_of(header, "view");
    snprintf(event->command, sizeof event->command, "%s", text_of(header, "command"));
    event->mailed = *text_of(header, "mail") != 0;
    event->ends_standing = strcmp(type, "close") == 0;
    if (*view) snprintf(event->standing, sizeof event->standing, "open %s", view);
    if (strcmp(type, "connectivity") == 0) strcpy(event->standing, type);
    if (strcmp(type, "mediaForget") == 0)
        snprintf(event->forgets, sizeof event->forgets, "%s", text_of(header, "of"));
    cJSON_Delete(header);
    return event;
}

host_event *event_copy(const host_event *event) {
    host_event *copy = host_event_new(copy_of(event->header));
    strcpy(copy->command, event->command);
    strcpy(copy->standing, event->standing);
    copy->ends_standing = event->ends_standing;
    copy->mailed = event->mailed;
    strcpy(copy->forgets, event->forgets);
    copy->page_of = event->page_of;
    copy->of_media = event->of_media;
    copy->held = event->held;
    copy->bytes = event->bytes;
    buffer_bytes(&copy->body, event->body.at, event->body.size);
    return copy;
}

void event_free(host_event *event) {
    if (!event) return;
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

static void put_frame(buffer *out, const buffer *header, const char *body, size_t size) {
    put_size(out, header->size);
    put_size(out, size);
    buffer_bytes(out, header->at, header->size);
    if (size) buffer_bytes(out, body, size);
}

static void put_event(buffer *out, const host_event *event, bool joins) {
    buffer header = {0};
    buffer_bytes(&header, event->header, strlen(event->header) - 1);
    if (event->attempt > 1)
        buffer_print(&header, ",\"attempt\":%d,\"abortReason\":\"aborted\"", event->attempt);
    if (joins) buffer_text(&header, ",\"joins\":true");
    if (event->quota) buffer_print(&header, ",\"quota\":%d", event->quota);
    buffer_text(&header, "}");
    put_frame(out, &header, event->body.at, event->body.size);
    buffer_free(&header);
}

static int step(larder *core, buffer *frames, double now_ms) {
    memcpy(checked(larder_input(core, frames->size)), frames->at, frames->size);
    buffer_free(frames);
    return larder_step(core, now_ms);
}

int events_step(larder *core, const event_list *events, bool join, double now_ms) {
    buffer frames = {0};
    for (size_t i = 0; i < events->count; i++) put_event(&frames, events->at[i], join);
    return step(core, &frames, now_ms);
}

void events_put_block(buffer *frames, const row *r) {
    buffer header = {0};
    buffer_print(&header, "{\"type\":\"block\",\"requestId\":\"%s\",\"firstSequence\":%" PRId64,
                 r->request_id, r->sequence);
    buffer_print(&header, ",\"lastSequence\":%" PRId64 ",\"count\":%" PRId64, r->block->last_sequence,
                 r->block->count);
    buffer_print(&header, ",\"bytes\":%" PRId64 "}", r->block->bytes);
    put_frame(frames, &header, r->block->data, r->block->size);
    buffer_free(&header);
}

int events_step_rows(larder *core, const buffer *rows, const buffer *blocks, double now_ms) {
    buffer header = {0}, frames = {0};
    buffer_text(&header, "{\"type\":\"rows\"}");
    put_frame(&frames, &header, rows->at, rows->size);
    if (blocks->size) buffer_bytes(&frames, blocks->at, blocks->size);
    buffer_free(&header);
    return step(core, &frames, now_ms);
}
