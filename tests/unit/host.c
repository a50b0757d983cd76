#include "host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "failing_memory.h"

void host_start(host *h, uint32_t seed) {
    *h = (host){.now_ms = START_MS, .calls = cJSON_CreateArray()};
    memory_watch(true);
    h->core = larder_new(seed);
    memory_watch(false);
}

void host_stop(host *h) {
    memory_watch(true);
    larder_free(h->core);
    memory_watch(false);
    text_free(&h->frames);
    cJSON_Delete(h->plan);
    cJSON_Delete(h->calls);
    *h = (host){0};
}

/* ---- events ---- */

static cJSON *call_by_id(const host *h, int64_t id) {
    cJSON *call;
    cJSON_ArrayForEach(call, h->calls) {
        if ((int64_t)cJSON_GetObjectItem(call, "id")->valuedouble == id) return call;
    }
    return NULL;
}

/** Writes the header with the call in full where it has only the call's id. */
static void write_header(const host *h, text *out, const char *header) {
    static const char mark[] = "\"call\":";
    const char *call = strstr(header, mark);
    const char *number = call ? call + sizeof mark - 1 : NULL;
    if (!number || *number == '{' || *number == 'n') {
        text_raw(out, header);
        return;
    }
    char *end;
    cJSON *full = call_by_id(h, strtoll(number, &end, 10));
    if (!full) fail_msg("there is no such call: %s", header);
    char *printed = cJSON_PrintUnformatted(full);
    text_bytes(out, (slice){header, (size_t)(number - header)});
    text_raw(out, printed);
    text_raw(out, end);
    free(printed);
}

static void write_size(text *out, size_t size) {
    const char bytes[] = {(char)size, (char)(size >> 8), (char)(size >> 16), (char)(size >> 24)};
    text_bytes(out, (slice){bytes, sizeof bytes});
}

void host_event(host *h, const char *header, const char *body) {
    text full = {0};
    write_header(h, &full, header);
    const slice bytes = slice_of(body);
    write_size(&h->frames, full.size);
    write_size(&h->frames, bytes.size);
    text_bytes(&h->frames, (slice){full.at, full.size});
    text_bytes(&h->frames, bytes);
    text_free(&full);
}

/* ---- steps ---- */

static int step(host *h) {
    if (!h->core) return LARDER_NO_MEMORY;
    void *input = larder_input(h->core, h->frames.size);
    if (!input) return LARDER_NO_MEMORY;
    if (h->frames.size) memcpy(input, h->frames.at, h->frames.size);
    return larder_step(h->core, (double)h->now_ms);
}

static void remember_calls(host *h) {
    cJSON *call;
    cJSON_ArrayForEach(call, cJSON_GetObjectItem(h->plan, "calls")) {
        cJSON_AddItemToArray(h->calls, cJSON_Duplicate(call, true));
    }
}

int host_step(host *h) {
    memory_watch(true);
    const int result = step(h);
    memory_watch(false);
    text_clear(&h->frames);
    cJSON_Delete(h->plan);
    h->plan = NULL;
    if (result == LARDER_NO_MEMORY) return result;
    h->plan = cJSON_ParseWithLength(larder_plan(h->core), larder_plan_size(h->core));
    assert_non_null(h->plan);
    remember_calls(h);
    return result;
}

int host_do(host *h, const char *header, const char *body) {
    host_event(h, header, body);
    return host_step(h);
}

void host_hydrate(host *h, const char *header, const char *body) {
    const int result = host_do(h, header, body);
    if (result == LARDER_READS) host_do(h, "{\"type\":\"rows\"}", "[[],[]]");
    else assert_int_equal(result, LARDER_DONE);
}

void host_hydrated(host *h, const char *chat_rows, const char *position_row) {
    host_hydrated_queue(h, chat_rows, position_row, "");
}

void host_hydrated_queue(host *h, const char *chat_rows, const char *position_row, const char *queue_rows) {
    text body = {0};
    host_start(h, HOST_SEED);
    text_format(&body,
                "{\"chat_meta\":[%s],\"cache_stats\":[%s%s{\"key\":\"stats\"}],\"offline_queue\":[%s]}",
                chat_rows, position_row, *position_row ? "," : "", queue_rows);
    host_hydrate(h, "{\"type\":\"hydrate\"}", text_z(&body));
    text_free(&body);
}

/* ---- calls ---- */

static bool is_call(const cJSON *call, const char *method, const char *request_id) {
    const cJSON *params = cJSON_GetObjectItem(call, "params");
    const char *of = cJSON_GetStringValue(cJSON_GetObjectItem(params, "requestId"));
    if (strcmp(cJSON_GetStringValue(cJSON_GetObjectItem(call, "method")), method) != 0) return false;
    return !request_id || (of && strcmp(of, request_id) == 0);
}

static int call_index(const host *h, const char *method, const char *request_id) {
    for (int i = 0; i < cJSON_GetArraySize(h->calls); i++) {
        if (is_call(cJSON_GetArrayItem(h->calls, i), method, request_id)) return i;
    }
    return -1;
}

int64_t host_call(const host *h, const char *method, const char *request_id) {
    const int at = call_index(h, method, request_id);
    if (at < 0) return 0;
    return (int64_t)cJSON_GetObjectItem(cJSON_GetArrayItem(h->calls, at), "id")->valuedouble;
}

int host_reply(host *h, const char *method, const char *request_id, const char *end, const char *body) {
    char header[256];
    const int64_t id = host_call(h, method, request_id);
    if (!id) fail_msg("%s is not under way", method);
    snprintf(header, sizeof header, "{\"type\":\"reply\",\"call\":%lld,%s}", (long long)id, end);
    host_event(h, header, body);
    cJSON_DeleteItemFromArray(h->calls, call_index(h, method, request_id));
    return host_step(h);
}

/* ---- looking at the plan ---- */

const char *host_part(const host *h, const char *name) {
    static char printed[65536];
    const cJSON *part = cJSON_GetObjectItem(h->plan, name);
    assert_true(cJSON_PrintPreallocated((cJSON *)(uintptr_t)part, printed, sizeof printed, false));
    return printed;
}

static int64_t number_of(const cJSON *params, const char *name) {
    const cJSON *found = cJSON_GetObjectItem(params, name);
    return found ? (int64_t)found->valuedouble : 0;
}

static void describe_messages(text *out, const cJSON *params) {
    const int64_t after = number_of(params, "afterSequence");
    const int64_t before = number_of(params, "beforeSequence");
    const char *since = cJSON_GetStringValue(cJSON_GetObjectItem(params, "sinceRevision"));
    const char *chat = cJSON_GetStringValue(cJSON_GetObjectItem(params, "requestId"));
    text_format(out, "chat %d", (int)id_number(chat));
    if (before) text_format(out, " from %lld to %lld", (long long)after + 1, (long long)before - 1);
    else if (after) text_format(out, " after %lld", (long long)after);
    else text_format(out, " newest %lld", (long long)number_of(params, "limit"));
    if (since) text_format(out, " since %s", since);
}

static void describe_call(text *out, const cJSON *call) {
    const cJSON *params = cJSON_GetObjectItem(call, "params");
    const char *cursor = cJSON_GetStringValue(cJSON_GetObjectItem(params, "cursor"));
    if (out->size) text_raw(out, "; ");
    if (is_call(call, "fetchMessages", NULL)) describe_messages(out, params);
    else if (is_call(call, "subscribe", NULL)) text_raw(out, "stream");
    else if (cursor) text_format(out, "list from %s", cursor);
    else text_raw(out, "list");
}

/** Hands out a text's content until the next time, so that the caller needn't free it. */
static const char *lend(text *made) {
    static char lent[65536];
    snprintf(lent, sizeof lent, "%s", text_z(made));
    text_free(made);
    return lent;
}

const char *host_calls(const host *h) {
    text out = {0};
    const cJSON *call;
    cJSON_ArrayForEach(call, cJSON_GetObjectItem(h->plan, "calls")) {
        if (!is_call(call, "estimateStorage", NULL)) describe_call(&out, call);
    }
    return lend(&out);
}

static void add_code(text *out, const cJSON *from) {
    const char *code = cJSON_GetStringValue(cJSON_GetObjectItem(from, "code"));
    if (!code || strstr(text_z(out), code)) return;
    if (out->size) text_raw(out, " ");
    text_raw(out, code);
}

const char *host_errors(const host *h) {
    text out = {0};
    const cJSON *each;
    cJSON_ArrayForEach(each, cJSON_GetObjectItem(h->plan, "signals")) add_code(&out, each);
    cJSON_ArrayForEach(each, cJSON_GetObjectItem(h->plan, "replies")) add_code(&out, each);
    return lend(&out);
}
