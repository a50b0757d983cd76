#include "plan.h"

#include <string.h>

static bool any_failed(const plan *p) {
    return p->writes.failed || p->reads.failed || p->calls.failed || p->signals.failed || p->replies.failed ||
           p->whole.failed || p->bytes.failed;
}

void plan_clear(plan *p) {
    text *parts[] = {&p->writes, &p->reads, &p->calls, &p->signals, &p->replies, &p->whole, &p->bytes};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) text_clear(parts[i]);
    p->open_op = p->open_store = NULL;
    p->durability = DURABILITY_RELAXED;
}

void plan_free(plan *p) {
    text *parts[] = {&p->writes, &p->reads, &p->calls, &p->signals, &p->replies, &p->whole, &p->bytes};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) text_free(parts[i]);
}

static void close_group(plan *p) {
    if (p->open_op) text_raw(&p->writes, "]}");
    p->open_op = p->open_store = NULL;
}

/** Writes are carried out in order, so a group ends when operation or store changes. */
static text *write_into(plan *p, const char *op, const char *store) {
    text *out = &p->writes;
    const bool same = p->open_op && strcmp(p->open_op, op) == 0 && strcmp(p->open_store, store) == 0;
    if (!same) {
        close_group(p);
        text_comma(out);
        text_raw(out, "{\"op\":");
        text_string(out, op);
        text_name(out, "store");
        text_string(out, store);
        text_name(out, strcmp(op, "delete") == 0 ? "keys" : "rows");
        text_raw(out, "[");
        p->open_op = op;
        p->open_store = store;
    }
    text_comma(out);
    return out;
}

text *plan_put(plan *p, const char *store) {
    return write_into(p, "put", store);
}

text *plan_add(plan *p, const char *store) {
    return write_into(p, "add", store);
}

text *plan_add_bytes(plan *p, const char *store) {
    return write_into(p, "addBytes", store);
}

text *plan_put_blob(plan *p, const char *store) {
    return write_into(p, "putBlob", store);
}

void plan_delete(plan *p, const char *store, const char *key) {
    text_string(write_into(p, "delete", store), key);
}

void plan_delete_numbered(plan *p, const char *store, const char *request_id, int64_t number) {
    text *out = write_into(p, "delete", store);
    text_raw(out, "[");
    text_string(out, request_id);
    text_comma(out);
    text_number(out, number);
    text_raw(out, "]");
}

static void range_bound(text *out, const char *name, const char *request_id, int64_t sequence) {
    text_name(out, name);
    text_raw(out, "[");
    text_string(out, request_id);
    text_comma(out);
    text_number(out, sequence);
    text_raw(out, "]");
}

static text *open_read(plan *p, const char *store) {
    text_comma(&p->reads);
    text_raw(&p->reads, "{\"store\":");
    text_string(&p->reads, store);
    return &p->reads;
}

static void close_limited(text *out, int64_t limit) {
    if (limit) {
        text_name(out, "limit");
        text_number(out, limit);
    }
    text_raw(out, "}");
}

void plan_read_rows(plan *p, const char *request_id, int64_t from, int64_t to, int64_t limit) {
    text *out = open_read(p, STORE_MESSAGES);
    text_raw(out, ",\"index\":\"by_request_sequence\"");
    range_bound(out, "from", request_id, from);
    range_bound(out, "to", request_id, to);
    close_limited(out, limit);
}

void plan_read_blocks(plan *p, const char *request_id, int64_t from, int64_t to, int64_t limit) {
    text *out = open_read(p, STORE_MESSAGE_BLOCKS);
    text_name(out, "requestId");
    text_string(out, request_id);
    text_name(out, "from");
    text_number(out, from);
    text_name(out, "to");
    text_number(out, to);
    close_limited(out, limit);
}

text *plan_read_keys(plan *p, const char *store) {
    text *out = open_read(p, store);
    text_name(out, "keys");
    text_raw(out, "[");
    return out;
}

void plan_read_close(plan *p) {
    text_raw(&p->reads, "]}");
}

void plan_read_tally(plan *p, const char *store) {
    text_raw(open_read(p, store), ",\"tally\":true}");
}

bool plan_has_reads(const plan *p) {
    return p->reads.size > 0;
}

text *plan_signal(plan *p, signal_type type) {
    text_comma(&p->signals);
    text_raw(&p->signals, "{\"type\":");
    text_string(&p->signals, signal_type_names[type]);
    return &p->signals;
}

text *plan_call(plan *p) {
    text_comma(&p->calls);
    text_raw(&p->calls, "{");
    return &p->calls;
}

text *plan_call_unanswered(plan *p, call_method method) {
    text *out = plan_call(p);
    text_number_member(out, "id", 0);
    text_string_member(out, "method", call_method_names[method]);
    text_name(out, "params");
    text_raw(out, "{");
    return out;
}

static void optional_member(text *out, const char *name, const char *value) {
    if (!value || !*value) return;
    text_name(out, name);
    text_string(out, value);
}

static text *open_reply(plan *p, const char *command) {
    text *out = &p->replies;
    text_comma(out);
    text_raw(out, "{\"command\":");
    text_string(out, command);
    return out;
}

void plan_reply_wrong(plan *p, const char *command, error_code code, const char *path) {
    text *out = open_reply(p, command);
    optional_member(out, "code", error_code_names[code]);
    optional_member(out, "path", path);
    text_raw(out, "}");
}

text *plan_reply_result(plan *p, const char *command) {
    text *out = open_reply(p, command);
    text_name(out, "result");
    return out;
}

void plan_reply(plan *p, const char *command, error_code code, const char *reason) {
    text *out = open_reply(p, command);
    if (code != ERROR_CODE_NONE) optional_member(out, "code", error_code_names[code]);
    optional_member(out, "reason", reason);
    text_raw(out, "}");
}

void plan_error(plan *p, error_code code, const char *request_id, const char *path, const char *reason) {
    text *out = plan_signal(p, SIGNAL_TYPE_ERROR);
    optional_member(out, "code", error_code_names[code]);
    optional_member(out, "requestId", request_id);
    optional_member(out, "path", path);
    optional_member(out, "reason", reason);
    text_raw(out, "}");
}

static void part(text *whole, const char *name, const text *bytes) {
    text_name(whole, name);
    text_raw(whole, "[");
    text_bytes(whole, (slice){bytes->at, bytes->size});
    text_raw(whole, "]");
}

bool plan_finish(plan *p, int64_t deadline_ms, bool more) {
    close_group(p);
    text *whole = &p->whole;
    text_raw(whole, "{\"durability\":");
    text_string(whole, durability_names[p->durability]);
    text_name(whole, "deadline");
    if (deadline_ms) text_number(whole, deadline_ms);
    else text_raw(whole, "null");
    if (more) text_raw(whole, ",\"more\":true");
    if (p->generation) text_number_member(whole, "generation", p->generation);
    part(whole, "writes", &p->writes);
    part(whole, "reads", &p->reads);
    part(whole, "calls", &p->calls);
    part(whole, "signals", &p->signals);
    part(whole, "replies", &p->replies);
    text_raw(whole, "}");
    return !any_failed(p);
}
