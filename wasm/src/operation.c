#include "operation.h"

#include <stdlib.h>
#include <string.h>

#include "moment.h"
#include "plant.h"

static const operation_rule rules[] = {
    [OPERATION_TYPE_SEND_MESSAGE] = {.line = LINE_MESSAGES,
                                     .method = CALL_METHOD_SEND_MESSAGE,
                                     .answer = ANSWER_MESSAGE,
                                     .payload = &send_message_payload_record},
    [OPERATION_TYPE_MARK_READ] = {.line = LINE_RECEIPTS,
                                  .merges = true,
                                  .method = CALL_METHOD_MARK_READ,
                                  .answer = ANSWER_COUNTS,
                                  .payload = &mark_read_payload_record},
};

const operation_rule *operation_rule_of(const operation *o) {
    return &rules[o->type];
}

void operation_free(operation *o) {
    if (!o) return;
    free(o->id);
    free(o->payload);
    free(o->temp_id);
    free(o->last_error);
    free(o->extra);
    free(o);
}

static operation *allocate(operation_type type, const char *id) {
    operation *o = calloc(1, sizeof *o);
    if (!o) return NULL;
    o->type = type;
    o->attempted_ms = o->next_try_ms = -1;
    o->tries_max = LIMIT_OPERATION_TRIES_MAX;
    o->id = slice_copy(slice_of(id));
    if (o->id) return o;
    operation_free(o);
    return NULL;
}

bool operation_set_payload(operation *o, slice payload) {
    return slice_replace(&o->payload, payload);
}

operation *operation_new(operation_type type, const char *id, chat *c, slice payload) {
    operation *o = allocate(type, id);
    if (!o) return NULL;
    o->chat = c;
    const bool keyed = rules[type].answer == ANSWER_MESSAGE;
    if (operation_set_payload(o, payload) && (!keyed || chat_replace(&o->temp_id, id))) return o;
    operation_free(o);
    return NULL;
}

/* ---- the row, read ---- */

static void take_fields(operation *o, const record *row) {
    o->created_ms = record_integer(row, OFFLINE_OPERATION_CREATED_AT, 0);
    o->attempted_ms = record_integer(row, OFFLINE_OPERATION_ATTEMPTED_AT, -1);
    o->tries = record_integer(row, OFFLINE_OPERATION_RETRY_COUNT, 0);
    o->tries_max = record_integer(row, OFFLINE_OPERATION_MAX_RETRIES, LIMIT_OPERATION_TRIES_MAX);
    o->next_try_ms = record_integer(row, OFFLINE_OPERATION_NEXT_RETRY_AT, -1);
    o->sequence = record_integer(row, OFFLINE_OPERATION_SEQUENCE_NUMBER, 0);
    o->may_have_arrived = record_true(row, OFFLINE_OPERATION_MAY_HAVE_ARRIVED);
}

/** The payload's own bytes, and the members that this version doesn't know. */
static bool keep_raw(operation *o, const record *row) {
    return operation_set_payload(o, row->value[OFFLINE_OPERATION_PAYLOAD]) &&
           record_keep_unknown(&o->extra, row, &offline_operation_record);
}

static bool take_texts(operation *o, const record *row, const record *payload) {
    const bool keyed = rules[o->type].answer == ANSWER_MESSAGE;
    if (keyed && !chat_replace(&o->temp_id, record_text(payload, SEND_MESSAGE_PAYLOAD_TEMP_ID))) return false;
    if (!keyed) o->up_to = record_integer(payload, MARK_READ_PAYLOAD_UP_TO_SEQUENCE, 0);
    return chat_replace(&o->last_error, record_text(row, OFFLINE_OPERATION_LAST_ERROR)) && keep_raw(o, row);
}

static operation *no_memory(operation *o, problem *wrong) {
    operation_free(o);
    *wrong = (problem){.code = ERROR_CODE_NO_MEMORY};
    return NULL;
}

operation *operation_hydrate(chat_table *chats, slice row, arena *memory, problem *wrong) {
    record read, payload;
    if (!record_read(row, &offline_operation_record, memory, &read, wrong)) return NULL;
    const int type = record_enum(&read, OFFLINE_OPERATION_TYPE, operation_type_names);
    if (!record_read(read.value[OFFLINE_OPERATION_PAYLOAD], rules[type].payload, memory, &payload, wrong))
        return NULL;
    operation *o = allocate((operation_type)type, record_text(&read, OFFLINE_OPERATION_ID));
    if (!o) return no_memory(o, wrong);
    o->status = (operation_status)record_enum(&read, OFFLINE_OPERATION_STATUS, operation_status_names);
    o->chat = chat_ensure(chats, record_text(&read, OFFLINE_OPERATION_REQUEST_ID));
    if (!o->chat || !take_texts(o, &read, &payload)) return no_memory(o, wrong);
    take_fields(o, &read);
    return o;
}

/* ---- the row, written ---- */

/** -1 stands for null. */
static void moment_member(text *out, const char *name, int64_t ms) {
    text_name(out, name);
    if (ms < 0) text_raw(out, "null");
    else text_number(out, ms);
}

void operation_write(const operation *o, text *out) {
    text_raw(out, "{");
    text_string_member(out, "id", o->id);
    text_string_member(out, "type", operation_type_names[o->type]);
    text_string_member(out, "requestId", o->chat->request_id);
    text_name(out, "payload");
    text_raw(out, o->payload);
    text_string_member(out, "status", operation_status_names[o->status]);
    text_number_member(out, "createdAt", o->created_ms);
    moment_member(out, "attemptedAt", o->attempted_ms);
    text_number_member(out, "retryCount", o->tries);
    text_number_member(out, "maxRetries", o->tries_max);
    moment_member(out, "nextRetryAt", o->next_try_ms);
    text_string_member(out, "lastError", o->last_error);
    if (o->sequence) text_number_member(out, "sequenceNumber", o->sequence);
    if (o->may_have_arrived) text_raw(out, ",\"mayHaveArrived\":true");
    if (o->extra) text_raw(out, o->extra);
    text_raw(out, "}");
}

/* ---- the message ---- */

static bool is_message_field(slice key) {
    for (int i = 0; i < cached_message_record.count; i++) {
        if (slice_is(key, cached_message_record.fields[i].name)) return true;
    }
    return false;
}

static void raw_member(text *out, slice key, slice value) {
    text_comma(out);
    text_raw(out, "\"");
    text_bytes(out, key);
    text_raw(out, "\":");
    text_bytes(out, value);
}

/** What the app gave, but for what the core says of every message; the record's defaults where it gave none.
 */
static void write_given(const operation *o, bool with_content, text *out) {
    static const char *const given[] = {"content", "isScreenshot", "screenshotFileName"};
    static const char *const fallbacks[] = {NULL, "false", "null"};
    bool found[3] = {!with_content};
    json_cursor cursor;
    slice key, value;
    json_enter(&cursor, slice_of(o->payload), '{');
    while (json_member(&cursor, &key, &value)) {
        int at = 0;
        while (at < 3 && !slice_is(key, given[at])) at++;
        const bool skipped = at < 3 ? at == 0 && !with_content : is_message_field(key);
        if (!skipped) raw_member(out, key, value);
        if (at < 3) found[at] = true;
    }
    for (int i = 1; i < 3; i++) {
        if (!found[i]) raw_member(out, slice_of(given[i]), slice_of(fallbacks[i]));
    }
}

void operation_write_message(const operation *o, const char *sender, bool with_content, int64_t now_ms,
                             text *out) {
    const bool failed = o->status == OPERATION_STATUS_FAILED;
    char created_at[MOMENT_BYTES];
    text_raw(out, "{");
    text_string_member(out, "id", o->temp_id);
    text_string_member(out, "requestId", o->chat->request_id);
    text_number_member(out, "sequenceNumber", o->sequence);
    text_string_member(out, "senderId", sender);
    text_string_member(out, "sender", NULL);
    write_given(o, with_content, out);
    text_string_member(out, "createdAt", moment_write(created_at, o->created_ms));
    text_raw(out, ",\"updatedAt\":null,\"fileName\":null,\"fileSize\":null,\"fileMimeType\":null");
    text_raw(out, ",\"isReadByCurrentUser\":true");
    text_string_member(out, "tempId", o->temp_id);
    text_string_member(out, "clientTempId", o->temp_id);
    text_string_member(out, "status",
                       message_status_names[failed ? MESSAGE_STATUS_FAILED : MESSAGE_STATUS_PENDING]);
    if (failed && o->last_error) text_string_member(out, "errorMessage", o->last_error);
    text_number_member(out, "_cachedAt", now_ms);
    text_number_member(out, "_syncVersion", 1);
    text_raw(out, "}");
}

/* ---- the call ---- */

/** The idempotency key. (As a planted bug, another one for each try.) */
static void write_key(const operation *o, text *out) {
    text_string_member(out, "clientTempId", o->temp_id);
    if (!PLANTED(key_per_attempt) || out->failed) return;
    out->at[out->size - 2] = (char)('0' + o->tries % 10);
}

void operation_write_params(const operation *o, text *out) {
    json_cursor cursor;
    slice key, value;
    text_string_member(out, "requestId", o->chat->request_id);
    if (o->temp_id) write_key(o, out);
    json_enter(&cursor, slice_of(o->payload), '{');
    while (json_member(&cursor, &key, &value)) {
        if (!slice_is(key, "tempId")) raw_member(out, key, value);
    }
}

static bool has_member(slice object, slice name) {
    json_cursor cursor;
    slice key, value;
    bool found = false;
    json_enter(&cursor, object, '{');
    while (!found && json_member(&cursor, &key, &value))
        found = key.size == name.size && memcmp(key.at, name.at, name.size) == 0;
    return found;
}

/** Appends the members of an object but for the key, and for those that `others` has. */
static void copy_members(slice object, slice others, text *out) {
    json_cursor cursor;
    slice key, value;
    if (!json_enter(&cursor, object, '{')) return;
    while (json_member(&cursor, &key, &value)) {
        if (!slice_is(key, "tempId") && !has_member(others, key)) raw_member(out, key, value);
    }
}

bool operation_message_payload(slice given, slice before, const char *temp_id, arena *memory, slice *payload,
                               problem *wrong) {
    json_cursor cursor;
    text made = {0};
    record read;
    const bool ok = json_check(given) == JSON_OK && json_enter(&cursor, given, '{');
    *wrong = (problem){.code = ERROR_CODE_RECORD_SYNTAX};
    if (!ok) return false;
    text_raw(&made, "{");
    text_string_member(&made, "tempId", temp_id);
    copy_members(before, given, &made);
    copy_members(given, slice_of("{}"), &made);
    text_raw(&made, "}");
    char *copy = made.failed ? NULL : arena_take(memory, made.size);
    if (copy) memcpy(copy, made.at, made.size);
    else *wrong = (problem){.code = ERROR_CODE_NO_MEMORY};
    *payload = (slice){copy, made.size};
    text_free(&made);
    return copy && record_read(*payload, &send_message_payload_record, memory, &read, wrong);
}
