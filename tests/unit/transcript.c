#include "transcript.h"

#include <stdlib.h>
#include <string.h>

#include "host.h"
#include "json.h"
#include "moment.h"

typedef struct {
    host h;
    text header; /* of the event that is being read; empty where there is none */
    text body;
    bool waiting; /* events have come since the last step */
    text *out;
} player;

/* ---- ids ---- */

/** The number behind `prefix` in a quoted text that ends there; 0 for any other. */
static long long number_behind(const char *at, const char *prefix) {
    const size_t size = strlen(prefix);
    char *end;
    if (strncmp(at, prefix, size) != 0) return 0;
    const long long number = strtoll(at + size, &end, 10);
    return *end == '"' ? number : 0;
}

static const char *behind_quote(const char *at) {
    return strchr(at + 1, '"') + 1;
}

/** Puts ids in the place of `"chat 1"` and `"message 9"`. */
static void expand(text *out, const char *string) {
    char id[ID_BYTES];
    while (*string) {
        const long long chat = number_behind(string, "\"chat ");
        const long long message = number_behind(string, "\"message ");
        if (chat || message) {
            text_format(out, "\"%s\"", chat ? chat_id(id, chat) : message_id(id, message));
            string = behind_quote(string);
        } else {
            text_bytes(out, (slice){string++, 1});
        }
    }
}

/** The opposite. */
static void abbreviate(text *out, const char *string) {
    while (*string) {
        const long long chat = number_behind(string, "\"00000000-0000-4000-9000-");
        const long long message = number_behind(string, "\"00000000-0000-4000-8000-");
        if (chat || message) {
            text_format(out, chat ? "\"chat %lld\"" : "\"message %lld\"", chat ? chat : message);
            string = behind_quote(string);
        } else {
            text_bytes(out, (slice){string++, 1});
        }
    }
}

/* ---- the plan ---- */

static void line(text *out, const char *what, const char *store, slice bytes) {
    text_format(out, "< %s%s%s ", what, store ? " " : "", store ? store : "");
    text_bytes(out, bytes);
    text_raw(out, "\n");
}

static slice member_of(slice object, const char *name) {
    json_cursor cursor;
    slice key, value;
    json_enter(&cursor, object, '{');
    while (json_member(&cursor, &key, &value)) {
        if (slice_is(key, name)) return value;
    }
    return (slice){"", 0};
}

static void unquoted(slice quoted, char out[64]) {
    assert_in_range(quoted.size, 2, 65);
    memcpy(out, quoted.at + 1, quoted.size - 2);
    out[quoted.size - 2] = 0;
}

static void write_writes(text *out, slice writes) {
    json_cursor groups, rows;
    slice group, row;
    char op[64], store[64];
    json_enter(&groups, writes, '[');
    while (json_element(&groups, &group)) {
        unquoted(member_of(group, "op"), op);
        unquoted(member_of(group, "store"), store);
        const slice list = member_of(group, strcmp(op, "delete") == 0 ? "keys" : "rows");
        json_enter(&rows, list, '[');
        while (json_element(&rows, &row)) line(out, op, store, row);
    }
}

static void write_elements(text *out, const char *what, slice list) {
    json_cursor cursor;
    slice element;
    json_enter(&cursor, list, '[');
    while (json_element(&cursor, &element)) line(out, what, NULL, element);
}

static void write_plan(const player *p, text *out) {
    const slice plan = {larder_plan(p->h.core), larder_plan_size(p->h.core)};
    const slice deadline = member_of(plan, "deadline");
    if (slice_is(member_of(plan, "durability"), "\"strict\"")) text_raw(out, "< strict\n");
    write_writes(out, member_of(plan, "writes"));
    write_elements(out, "read", member_of(plan, "reads"));
    write_elements(out, "call", member_of(plan, "calls"));
    write_elements(out, "signal", member_of(plan, "signals"));
    write_elements(out, "reply", member_of(plan, "replies"));
    if (!slice_is(deadline, "null")) {
        const long long at_ms = (long long)cJSON_GetObjectItem(p->h.plan, "deadline")->valuedouble;
        text_format(out, "< deadline in %lld ms\n", at_ms - (long long)p->h.now_ms);
    }
    if (!out->size) text_raw(out, "< nothing\n");
}

/* ---- the events ---- */

static void hand_in(player *p) {
    if (!p->header.size) return;
    text header = {0}, body = {0};
    expand(&header, text_z(&p->header));
    expand(&body, text_z(&p->body));
    host_event(&p->h, text_z(&header), body.size ? text_z(&body) : NULL);
    text_free(&header);
    text_free(&body);
    text_clear(&p->header);
    text_clear(&p->body);
    p->waiting = true;
}

/** Steps when there is something to step for; false when memory has run out. */
static bool finish_step(player *p) {
    hand_in(p);
    if (!p->waiting) return true;
    p->waiting = false;
    if (host_step(&p->h) == LARDER_NO_MEMORY) return false;
    text plan = {0};
    write_plan(p, &plan);
    abbreviate(p->out, text_z(&plan));
    text_free(&plan);
    return true;
}

static void set_time(player *p, slice moment) {
    char string[64] = {0};
    assert_in_range(moment.size, 1, sizeof string - 1);
    memcpy(string, moment.at, moment.size);
    if (!moment_parse(string, &p->h.now_ms)) fail_msg("this is no time: %s", string);
}

static bool starts(slice bytes, const char *with) {
    const size_t size = strlen(with);
    return bytes.size >= size && memcmp(bytes.at, with, size) == 0;
}

static slice behind(slice bytes, const char *start) {
    return (slice){bytes.at + strlen(start), bytes.size - strlen(start)};
}

/** Takes one line; plans aren't looked at, they are made anew. False when memory has run out. */
static bool take_line(player *p, slice each) {
    if (starts(each, "< ")) return finish_step(p);
    if (starts(each, ">   ")) {
        text_bytes(&p->body, behind(each, ">   "));
    } else if (starts(each, "> ")) {
        hand_in(p);
        text_bytes(&p->header, behind(each, "> "));
    } else {
        if (!finish_step(p)) return false;
        if (starts(each, "@ ")) set_time(p, behind(each, "@ "));
    }
    text_bytes(p->out, each);
    text_raw(p->out, "\n");
    return true;
}

int transcript_play(const char *transcript, text *out) {
    player p = {.out = out};
    bool going = true;
    host_start(&p.h, HOST_SEED);
    while (*transcript && going) {
        const size_t size = strcspn(transcript, "\n");
        going = take_line(&p, (slice){transcript, size});
        transcript += size + (transcript[size] == '\n');
    }
    going = going && finish_step(&p);
    host_stop(&p.h);
    text_free(&p.header);
    text_free(&p.body);
    return going ? LARDER_DONE : LARDER_NO_MEMORY;
}
