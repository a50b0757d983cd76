#include "blocks.h"

#include <stdlib.h>
#include <string.h>

#include "buffer.h"
#include "ids.h"
#include "outgoing.h"

static const cJSON *member(const cJSON *object, const char *name) {
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

static bool take_text(char out[KEY_BYTES], const cJSON *object, const char *name) {
    const char *text = cJSON_GetStringValue(member(object, name));
    if (!text || strlen(text) >= KEY_BYTES) return false;
    strcpy(out, text);
    return true;
}

static shown_status status_of(const char *name) {
    static const char *const names[] = {"", "pending", "sent", "failed"};
    for (int i = SHOWN_PENDING; name && i <= SHOWN_FAILED; i++) {
        if (strcmp(name, names[i]) == 0) return (shown_status)i;
    }
    return SHOWN_OTHERWISE;
}

bool brief_read(brief *out, const cJSON *message) {
    const char *content = cJSON_GetStringValue(member(message, "content"));
    const char *version = content ? strstr(content, " version ") : NULL;
    const cJSON *sequence = member(message, "sequenceNumber");
    *out = (brief){.version = version ? atoi(version + strlen(" version ")) : -1};
    outgoing_read_text(content, &out->written, &out->draft);
    out->temp = id_read_operation(cJSON_GetStringValue(member(message, "tempId")));
    out->status = status_of(cJSON_GetStringValue(member(message, "status")));
    const bool named = take_text(out->id, message, "id");
    if (!take_text(out->request_id, message, "requestId") || !cJSON_IsNumber(sequence)) return false;
    out->sequence = (int64_t)sequence->valuedouble;
    return named;
}

static bool take_number(int64_t *out, const cJSON *row, const char *name) {
    const cJSON *number = member(row, name);
    if (!cJSON_IsNumber(number)) return false;
    *out = (int64_t)number->valuedouble;
    return true;
}

void block_parse(block *b) {
    const char *end = NULL;
    cJSON *list = cJSON_ParseWithLengthOpts(b->data, b->size, &end, false);
    b->message_count = 0;
    b->readable = cJSON_IsArray(list) && end == b->data + b->size;
    b->messages = checked(realloc(b->messages, (size_t)(cJSON_GetArraySize(list) + 1) * sizeof *b->messages));
    for (const cJSON *each = b->readable ? list->child : NULL; each; each = each->next)
        b->readable = brief_read(&b->messages[b->message_count++], each) && b->readable;
    cJSON_Delete(list);
}

block *block_new(const cJSON *row, const char *data, size_t size) {
    int64_t time_ms, version;
    block *b = checked(calloc(1, sizeof *b));
    const bool complete =
        take_number(&b->last_sequence, row, "lastSequence") && take_number(&b->count, row, "count") &&
        take_number(&b->bytes, row, "bytes") && take_number(&time_ms, row, "cachedAt") &&
        take_number(&version, row, "syncVersion") && take_number(&b->changes, row, "changes");
    if (!complete) {
        free(b);
        return NULL;
    }
    b->data = checked(malloc(size + 1));
    memcpy(b->data, data, size);
    b->size = size;
    block_parse(b);
    return b;
}

void block_free(block *b) {
    if (!b) return;
    free(b->data);
    free(b->messages);
    free(b);
}
