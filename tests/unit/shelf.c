#include "shelf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/schema.h"

static const char chat_row[] =
    "{\"requestId\":\"" CHAT_1 "\",\"lastSyncedSequence\":10,\"lastSyncedAt\":1768553400000,"
    "\"messageCount\":10,\"messageBytes\":1000,\"serverRevision\":\"r10\"}";

static const char *string_of(const cJSON *object, const char *name) {
    const char *string = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
    return string ? string : "";
}

static int64_t number_of(const cJSON *object, const char *name) {
    const cJSON *number = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsNumber(number) ? (int64_t)number->valuedouble : 0;
}

/** Hands out a text's content until the next time, so that the caller needn't free it. */
static const char *lend(text *made) {
    static char lent[8192];
    snprintf(lent, sizeof lent, "%s", made->size ? text_z(made) : "");
    text_free(made);
    return lent;
}

/* ---- the stores ---- */

static void put(cJSON *into, const char *key, const cJSON *row) {
    cJSON_DeleteItemFromObjectCaseSensitive(into, key);
    cJSON_AddItemToObject(into, key, cJSON_Duplicate(row, true));
}

static void put_row(shelf *s, const char *store, const cJSON *row) {
    if (strcmp(store, STORE_MEDIA_META) == 0) put(s->rows, string_of(row, "id"), row);
    if (strcmp(store, STORE_CHAT_META) == 0) put(s->chats, string_of(row, "requestId"), row);
    if (strcmp(store, STORE_MEDIA_BLOBS) == 0)
        put(s->blobs, string_of(row, "key"), cJSON_GetObjectItem(row, "size"));
    if (strcmp(store, STORE_CACHE_STATS) != 0 || strcmp(string_of(row, "key"), "stats") != 0) return;
    cJSON_Delete(s->stats);
    s->stats = cJSON_Duplicate(row, true);
}

static void delete_key(shelf *s, const char *store, const cJSON *key) {
    cJSON *from = strcmp(store, STORE_MEDIA_META) == 0    ? s->rows
                  : strcmp(store, STORE_MEDIA_BLOBS) == 0 ? s->blobs
                                                          : NULL;
    if (from) cJSON_DeleteItemFromObjectCaseSensitive(from, cJSON_GetStringValue(key));
}

static void write_group(shelf *s, const cJSON *group) {
    const char *store = string_of(group, "store");
    const cJSON *each;
    cJSON_ArrayForEach(each, cJSON_GetObjectItem(group, "rows")) put_row(s, store, each);
    cJSON_ArrayForEach(each, cJSON_GetObjectItem(group, "keys")) delete_key(s, store, each);
}

static void drop_call(shelf *s, int64_t id) {
    for (int i = 0; i < cJSON_GetArraySize(s->h.calls); i++) {
        if (number_of(cJSON_GetArrayItem(s->h.calls, i), "id") == id) {
            cJSON_DeleteItemFromArray(s->h.calls, i);
            return;
        }
    }
}

/** Calls that nobody waits for are carried out at once. */
static void carry_out(shelf *s, const cJSON *call) {
    const cJSON *each, *params = cJSON_GetObjectItem(call, "params");
    if (strcmp(string_of(call, "method"), "abortCall") == 0) drop_call(s, number_of(params, "call"));
    cJSON_ArrayForEach(each, cJSON_GetObjectItem(params, "files")) {
        cJSON_DeleteItemFromObjectCaseSensitive(s->blobs, string_of(each, "key"));
    }
}

static void take_answer(shelf *s, const cJSON *reply) {
    assert_null(cJSON_GetObjectItem(s->answers, string_of(reply, "command"))); /* only once */
    put(s->answers, string_of(reply, "command"), reply);
}

static void apply(shelf *s) {
    const cJSON *each;
    cJSON_ArrayForEach(each, cJSON_GetObjectItem(s->h.plan, "writes")) write_group(s, each);
    cJSON_ArrayForEach(each, cJSON_GetObjectItem(s->h.plan, "calls")) carry_out(s, each);
    cJSON_ArrayForEach(each, cJSON_GetObjectItem(s->h.plan, "replies")) take_answer(s, each);
    drop_call(s, 0);
}

/* ---- what must hold ---- */

static bool is_known(const shelf *s, const char *key) {
    const cJSON *row;
    cJSON_ArrayForEach(row, s->rows) {
        const bool named = strcmp(string_of(row, "localBlobKey"), key) == 0 ||
                           strcmp(string_of(row, "thumbnailBlobKey"), key) == 0;
        if (named) return true;
    }
    return false;
}

/** The stored bytes of a row; its blobs must be there. */
static int64_t stored_bytes(const shelf *s, const cJSON *row) {
    const char *key = string_of(row, "localBlobKey"), *thumbnail = string_of(row, "thumbnailBlobKey");
    int64_t bytes = 0;
    if (*key && !cJSON_GetObjectItem(s->blobs, key)) fail_msg("%s has no bytes", string_of(row, "id"));
    if (*thumbnail) assert_non_null(cJSON_GetObjectItem(s->blobs, thumbnail));
    if (*key) bytes += number_of(row, "fileSize");
    if (*thumbnail) bytes += number_of(row, "thumbnailSize");
    return bytes;
}

static void check(const shelf *s) {
    const cJSON *each;
    int64_t bytes = 0, count = 0, calls = 0;
    cJSON_ArrayForEach(each, s->blobs) {
        if (!is_known(s, each->string)) fail_msg("%s is nobody's", each->string);
    }
    cJSON_ArrayForEach(each, s->rows) {
        bytes += stored_bytes(s, each);
        count += *string_of(each, "localBlobKey") != 0;
    }
    cJSON_ArrayForEach(each, s->h.calls) calls += strcmp(string_of(each, "method"), "fetchMedia") == 0;
    assert_int_equal(number_of(s->stats, "mediaSize"), bytes);
    assert_int_equal(number_of(s->stats, "mediaCount"), count);
    assert_in_range(calls, 0, LIMIT_MEDIA_CALLS_MAX);
}

/* ---- steps ---- */

static void answer_reads(shelf *s) {
    text rows = {0};
    const int count = cJSON_GetArraySize(cJSON_GetObjectItem(s->h.plan, "reads"));
    for (int i = 0; i < count; i++) text_raw(&rows, i ? ",[]" : "[[]");
    text_raw(&rows, "]");
    host_event(&s->h, "{\"type\":\"rows\"}", text_z(&rows));
    text_free(&rows);
}

static void step(shelf *s) {
    int result;
    while ((result = host_step(&s->h)) == LARDER_READS || result == LARDER_MORE) {
        apply(s);
        if (result == LARDER_READS) answer_reads(s);
    }
    assert_int_equal(result, LARDER_DONE);
    apply(s);
    check(s);
}

void shelf_do(shelf *s, const char *header, const char *body) {
    host_event(&s->h, header, body);
    step(s);
}

void shelf_event(shelf *s, const char *type, const char *format, ...) {
    char members[2048];
    text header = {0};
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(members, sizeof members, format, arguments);
    va_end(arguments);
    text_format(&header, "{\"type\":\"%s\",\"requestId\":\"" CHAT_1 "\"%s%s}", type, *members ? "," : "",
                members);
    shelf_do(s, text_z(&header), NULL);
    text_free(&header);
}

static void print_elements(text *out, const cJSON *object) {
    const cJSON *each;
    cJSON_ArrayForEach(each, object) {
        char *printed = cJSON_PrintUnformatted(each);
        if (out->size) text_raw(out, ",");
        text_raw(out, printed);
        free(printed);
    }
}

/** A new core on what is stored, with a list that is caught up with and no estimate. */
static void hydrate(shelf *s, const char *header) {
    text body = {0}, event = {0}, rows = {0}, chats = {0};
    char *stats = cJSON_PrintUnformatted(s->stats);
    print_elements(&rows, s->rows);
    print_elements(&chats, s->chats);
    text_format(&event, "{\"type\":\"hydrate\",\"layout\":\"blocks\"%s}", header);
    text_format(&body,
                "{\"cache_stats\":[{\"key\":\"sync\",\"sealed\":true,\"blocks\":true},%s],\"chat_meta\":[%s],"
                "\"media_meta\":[",
                stats, text_z(&chats));
    text_raw(&body, rows.size ? text_z(&rows) : "");
    text_raw(&body, "]}");
    shelf_do(s, text_z(&event), text_z(&body));
    host_reply(&s->h, "fetchChats", NULL, "\"status\":200", "{\"chats\":[],\"cursor\":\"c\"}");
    apply(s);
    free(stats);
    text_free(&body);
    text_free(&event);
    text_free(&rows);
    text_free(&chats);
}

static void take_stored(shelf *s, const char *rows) {
    text list = {0};
    int64_t bytes = 0, count = 0;
    text_raw(&list, "[");
    text_raw(&list, rows);
    text_raw(&list, "]");
    cJSON *each, *all = cJSON_Parse(text_z(&list));
    assert_non_null(all);
    cJSON_ArrayForEach(each, all) {
        const char *key = string_of(each, "localBlobKey"), *thumbnail = string_of(each, "thumbnailBlobKey");
        put(s->rows, string_of(each, "id"), each);
        if (*key) put(s->blobs, key, cJSON_GetObjectItem(each, "fileSize"));
        if (*thumbnail) put(s->blobs, thumbnail, cJSON_GetObjectItem(each, "thumbnailSize"));
        bytes += stored_bytes(s, each);
        count += *key != 0;
    }
    s->stats = cJSON_CreateObject();
    cJSON_AddStringToObject(s->stats, "key", "stats");
    cJSON_AddNumberToObject(s->stats, "messagesSize", 1000);
    cJSON_AddNumberToObject(s->stats, "mediaSize", (double)bytes);
    cJSON_AddNumberToObject(s->stats, "mediaCount", (double)count);
    cJSON_Delete(all);
    text_free(&list);
}

void shelf_start(shelf *s, const char *header, const char *rows) {
    *s = (shelf){.rows = cJSON_CreateObject(),
                 .blobs = cJSON_CreateObject(),
                 .chats = cJSON_CreateObject(),
                 .answers = cJSON_CreateObject()};
    cJSON_AddItemToObject(s->chats, CHAT_1, cJSON_Parse(chat_row));
    take_stored(s, rows);
    host_start(&s->h, HOST_SEED);
    hydrate(s, header);
}

void shelf_restart(shelf *s, const char *header) {
    const int64_t now_ms = s->h.now_ms;
    host_stop(&s->h);
    host_start(&s->h, HOST_SEED + 1);
    s->h.now_ms = now_ms;
    hydrate(s, header);
}

void shelf_stop(shelf *s) {
    host_stop(&s->h);
    cJSON_Delete(s->rows);
    cJSON_Delete(s->blobs);
    cJSON_Delete(s->chats);
    cJSON_Delete(s->stats);
    cJSON_Delete(s->answers);
}

/* ---- files ---- */

void shelf_get(shelf *s, int command, const char *filename) {
    shelf_event(s, "mediaGet", "\"command\":\"%d\",\"filename\":\"%s\"", command, filename);
}

static const cJSON *call_of(const shelf *s, const char *filename) {
    const cJSON *call;
    cJSON_ArrayForEach(call, s->h.calls) {
        const cJSON *params = cJSON_GetObjectItem(call, "params");
        if (strcmp(string_of(call, "method"), "fetchMedia") != 0) continue;
        if (strcmp(string_of(params, "filename"), filename) == 0) return call;
    }
    fail_msg("%s is not being fetched", filename);
    return NULL;
}

static void end_call(shelf *s, const cJSON *call, const char *members) {
    text header = {0};
    const int64_t id = number_of(call, "id");
    char *printed = cJSON_PrintUnformatted(call);
    text_format(&header, "{\"type\":\"reply\",\"call\":%s,%s}", printed, members);
    free(printed);
    drop_call(s, id);
    shelf_do(s, text_z(&header), NULL);
    text_free(&header);
}

void shelf_come(shelf *s, const char *filename, int64_t size, const char *more) {
    text members = {0};
    const cJSON *call = call_of(s, filename), *params = cJSON_GetObjectItem(call, "params");
    const int64_t files_from = number_of(params, "filesFrom");
    const bool file = files_from && size >= files_from;
    char key[64];
    snprintf(key, sizeof key, "f-%s", string_of(params, "key"));
    if (file) cJSON_AddNumberToObject(s->blobs, key, (double)size);
    text_format(&members, "\"status\":200,\"held\":%d,\"size\":%d,\"place\":\"%s\"%s", (int)++s->held,
                (int)size, file ? "files" : "database", more);
    end_call(s, call, text_z(&members));
    text_free(&members);
}

void shelf_fail(shelf *s, const char *filename, const char *end) {
    end_call(s, call_of(s, filename), end);
}

void shelf_reply(shelf *s, const char *method, const char *end) {
    const cJSON *call;
    cJSON_ArrayForEach(call, s->h.calls) {
        if (strcmp(string_of(call, "method"), method) != 0) continue;
        end_call(s, call, end);
        return;
    }
    fail_msg("%s is not under way", method);
}

void shelf_fill(shelf *s, const char *filename, int64_t size) {
    shelf_event(s, "mediaGet", "\"command\":\"fill %s %d\",\"filename\":\"%s\"", filename, (int)s->held,
                filename);
    shelf_come(s, filename, size, "");
}

void shelf_wait(shelf *s) {
    const cJSON *deadline = cJSON_GetObjectItem(s->h.plan, "deadline");
    assert_true(cJSON_IsNumber(deadline));
    s->h.now_ms = (int64_t)deadline->valuedouble;
    shelf_do(s, "{\"type\":\"deadline\"}", NULL);
}

/* ---- looking ---- */

const cJSON *shelf_row(const shelf *s, const char *filename) {
    char id[128];
    snprintf(id, sizeof id, CHAT_1 ":%s", filename);
    return cJSON_GetObjectItemCaseSensitive(s->rows, id);
}

const char *shelf_member(const shelf *s, const char *filename, const char *member) {
    static char printed[256];
    const cJSON *row = shelf_row(s, filename), *found = cJSON_GetObjectItem(row, member);
    if (!row) return "none";
    if (!found) return "missing";
    if (cJSON_IsString(found)) return found->valuestring;
    assert_true(cJSON_PrintPreallocated((cJSON *)(uintptr_t)found, printed, sizeof printed, false));
    return printed;
}

const char *shelf_answer(const shelf *s, int command) {
    char name[16];
    snprintf(name, sizeof name, "%d", command);
    const cJSON *answer = cJSON_GetObjectItem(s->answers, name);
    const cJSON *kept = cJSON_GetObjectItem(cJSON_GetObjectItem(answer, "result"), "kept");
    if (!answer) return "waits";
    if (cJSON_GetObjectItem(answer, "code")) return string_of(answer, "code");
    return cJSON_IsTrue(kept) ? "kept" : kept ? "held" : "done";
}

static int by_name(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char *shelf_files(const shelf *s) {
    const char *names[256];
    size_t count = 0;
    text out = {0};
    const cJSON *row;
    cJSON_ArrayForEach(row, s->rows) {
        if (*string_of(row, "localBlobKey")) names[count++] = string_of(row, "filename");
    }
    qsort(names, count, sizeof *names, by_name);
    for (size_t i = 0; i < count; i++) text_format(&out, i ? " %s" : "%s", names[i]);
    return lend(&out);
}

const char *shelf_fetched(const shelf *s) {
    text out = {0};
    const cJSON *call;
    cJSON_ArrayForEach(call, s->h.calls) {
        if (strcmp(string_of(call, "method"), "fetchMedia") != 0) continue;
        text_format(&out, out.size ? " %s" : "%s",
                    string_of(cJSON_GetObjectItem(call, "params"), "filename"));
    }
    return lend(&out);
}

const char *shelf_call(const shelf *s, const char *method) {
    text out = {0};
    const cJSON *call;
    cJSON_ArrayForEach(call, cJSON_GetObjectItem(s->h.plan, "calls")) {
        if (strcmp(string_of(call, "method"), method) != 0) continue;
        char *printed = cJSON_PrintUnformatted(cJSON_GetObjectItem(call, "params"));
        text_raw(&out, printed);
        free(printed);
    }
    return lend(&out);
}
