#include "pantry.h"

#include <stdlib.h>
#include <string.h>

#include "gen/schema.h"

pantry pantry_new(void) {
    return (pantry){cJSON_CreateObject(), cJSON_CreateArray(), cJSON_CreateObject(), cJSON_CreateObject(),
                    cJSON_CreateObject()};
}

void pantry_free(pantry *s) {
    cJSON_Delete(s->messages);
    cJSON_Delete(s->blocks);
    cJSON_Delete(s->chats);
    cJSON_Delete(s->stats);
    cJSON_Delete(s->queue);
}

static const char *text_of(const cJSON *row, const char *name) {
    const char *found = cJSON_GetStringValue(cJSON_GetObjectItem(row, name));
    return found ? found : "";
}

static int64_t number_of(const cJSON *row, const char *name) {
    const cJSON *found = cJSON_GetObjectItem(row, name);
    return cJSON_IsNumber(found) ? (int64_t)found->valuedouble : -1;
}

static bool is_of(const cJSON *row, const char *request_id) {
    return strcmp(text_of(row, "requestId"), request_id) == 0;
}

/* ---- writes ---- */

static cJSON *store_by_key(const pantry *s, const char *store) {
    if (strcmp(store, STORE_MESSAGES) == 0) return s->messages;
    if (strcmp(store, STORE_CHAT_META) == 0) return s->chats;
    if (strcmp(store, STORE_OFFLINE_QUEUE) == 0) return s->queue;
    return strcmp(store, STORE_CACHE_STATS) == 0 ? s->stats : NULL;
}

static const char *key_of(const cJSON *store, const pantry *s, const cJSON *row) {
    return text_of(row, store == s->chats ? "requestId" : store == s->stats ? "key" : "id");
}

static void put_row(const pantry *s, cJSON *store, const cJSON *row, bool add) {
    const char *key = key_of(store, s, row);
    if (add && cJSON_GetObjectItem(store, key)) fail_msg("%s is there already", key);
    cJSON_DeleteItemFromObject(store, key);
    cJSON_AddItemToObject(store, key, cJSON_Duplicate(row, true));
}

static void add_block(const pantry *s, const host *h, const cJSON *row) {
    cJSON *copy = cJSON_Duplicate(row, true);
    const slice data = {larder_bytes(h->core) + number_of(row, "data"), (size_t)number_of(row, "bytes")};
    char *bytes = malloc(data.size + 1);
    memcpy(bytes, data.at, data.size);
    bytes[data.size] = 0;
    cJSON_ReplaceItemInObject(copy, "data", cJSON_CreateString(bytes));
    free(bytes);
    cJSON_AddItemToArray(s->blocks, copy);
}

static void delete_block(const pantry *s, const cJSON *key) {
    const char *request_id = cJSON_GetArrayItem(key, 0)->valuestring;
    const int64_t first = (int64_t)cJSON_GetArrayItem(key, 1)->valuedouble;
    for (int i = cJSON_GetArraySize(s->blocks); i-- > 0;) {
        const cJSON *block = cJSON_GetArrayItem(s->blocks, i);
        if (is_of(block, request_id) && number_of(block, "firstSequence") == first)
            cJSON_DeleteItemFromArray(s->blocks, i);
    }
}

static void carry_out(const pantry *s, const host *h, const cJSON *write) {
    const cJSON *each;
    const char *op = text_of(write, "op");
    cJSON *store = store_by_key(s, text_of(write, "store"));
    const bool blocks = strcmp(text_of(write, "store"), STORE_MESSAGE_BLOCKS) == 0;
    cJSON_ArrayForEach(each, cJSON_GetObjectItem(write, "keys")) {
        if (blocks) delete_block(s, each);
        else if (store) cJSON_DeleteItemFromObject(store, each->valuestring);
    }
    cJSON_ArrayForEach(each, cJSON_GetObjectItem(write, "rows")) {
        if (blocks) add_block(s, h, each);
        else if (store) put_row(s, store, each, strcmp(op, "add") == 0);
    }
}

/* ---- counting ---- */

static int64_t row_bytes(const cJSON *row) {
    return LIMIT_ROW_OVERHEAD_BYTES + (int64_t)strlen(text_of(row, "content"));
}

int64_t pantry_count_bytes(const pantry *s, const char *request_id) {
    int64_t bytes = 0;
    const cJSON *row;
    cJSON_ArrayForEach(row, s->messages) bytes += is_of(row, request_id) ? row_bytes(row) : 0;
    cJSON_ArrayForEach(row, s->blocks) bytes += is_of(row, request_id) ? number_of(row, "bytes") : 0;
    return bytes;
}

int64_t pantry_count_messages(const pantry *s, const char *request_id) {
    int64_t count = 0;
    const cJSON *row;
    cJSON_ArrayForEach(row, s->messages) count += is_of(row, request_id);
    cJSON_ArrayForEach(row, s->blocks) count += is_of(row, request_id) ? number_of(row, "count") : 0;
    return count;
}

int64_t pantry_of_chat(const pantry *s, const char *request_id, const char *name) {
    return number_of(cJSON_GetObjectItem(s->chats, request_id), name);
}

int64_t pantry_said_bytes(const pantry *s, const char *request_id) {
    const int64_t said = pantry_of_chat(s, request_id, "messageBytes");
    return said < 0 ? 0 : said;
}

int64_t pantry_stat(const pantry *s, const char *name) {
    return number_of(cJSON_GetObjectItem(s->stats, "stats"), name);
}

/* ---- reads ---- */

static void append_row(text *out, const cJSON *row) {
    char *printed = cJSON_PrintUnformatted(row);
    text_comma(out);
    text_raw(out, printed);
    free(printed);
}

static int by_sequence(const void *left, const void *right) {
    const int64_t a = number_of(*(const cJSON *const *)left, "sequenceNumber");
    const int64_t b = number_of(*(const cJSON *const *)right, "sequenceNumber");
    return (a > b) - (a < b);
}

static void read_range(const pantry *s, const cJSON *read, text *out) {
    const cJSON *from = cJSON_GetObjectItem(read, "from"), *to = cJSON_GetObjectItem(read, "to"), *row;
    const int64_t least = (int64_t)cJSON_GetArrayItem(from, 1)->valuedouble;
    const int64_t most = (int64_t)cJSON_GetArrayItem(to, 1)->valuedouble, limit = number_of(read, "limit");
    const cJSON *found[4096];
    size_t count = 0;
    cJSON_ArrayForEach(row, s->messages) {
        const int64_t at = number_of(row, "sequenceNumber");
        if (is_of(row, cJSON_GetArrayItem(from, 0)->valuestring) && at >= least && at <= most) {
            assert_true(count < COUNT(found));
            found[count++] = row;
        }
    }
    qsort(found, count, sizeof *found, by_sequence);
    for (size_t i = 0; i < count && (limit < 0 || (int64_t)i < limit); i++) append_row(out, found[i]);
}

static void read_keys(const pantry *s, const cJSON *read, text *out) {
    const cJSON *key;
    cJSON_ArrayForEach(key, cJSON_GetObjectItem(read, "keys")) {
        const cJSON *row = cJSON_GetObjectItem(s->messages, key->valuestring);
        if (row) append_row(out, row);
    }
}

static void read_tally(const pantry *s, const cJSON *read, text *out) {
    const bool blocks = strcmp(text_of(read, "store"), STORE_MESSAGE_BLOCKS) == 0;
    const cJSON *chat, *row, *store = blocks ? s->blocks : s->messages;
    cJSON_ArrayForEach(chat, s->chats) {
        int64_t bytes = 0, count = 0, first = 0, last = 0;
        cJSON_ArrayForEach(row, store) {
            const int64_t at = number_of(row, blocks ? "firstSequence" : "sequenceNumber");
            if (!is_of(row, text_of(chat, "requestId"))) continue;
            bytes += blocks ? number_of(row, "bytes") : row_bytes(row);
            if (at >= LIMIT_PROVISIONAL_SEQUENCE_MIN) continue;
            count += blocks ? number_of(row, "count") : 1;
            first = first && first < at ? first : at;
            last = last > at ? last : at;
        }
        text_comma(out);
        text_format(out, "{\"requestId\":\"%s\",\"count\":%lld,\"firstSequence\":%lld,\"lastSequence\":%lld",
                    text_of(chat, "requestId"), (long long)count, (long long)first, (long long)last);
        text_format(out, ",\"bytes\":%lld}", (long long)bytes);
    }
}

static const cJSON *next_block(const pantry *s, const cJSON *read, int64_t above) {
    const cJSON *next = NULL, *row;
    cJSON_ArrayForEach(row, s->blocks) {
        const int64_t first = number_of(row, "firstSequence");
        const bool meets =
            first <= number_of(read, "to") && number_of(row, "lastSequence") >= number_of(read, "from");
        if (!is_of(row, text_of(read, "requestId")) || !meets || first <= above) continue;
        if (!next || first < number_of(next, "firstSequence")) next = row;
    }
    return next;
}

static void hand_in_blocks(const pantry *s, host *h, const cJSON *read) {
    int64_t left = number_of(read, "limit");
    const cJSON *block = next_block(s, read, -1);
    for (; block && left--; block = next_block(s, read, number_of(block, "firstSequence"))) {
        text header = {0};
        text_format(&header, "{\"type\":\"block\",\"requestId\":\"%s\"", text_of(block, "requestId"));
        for (const char *const *name =
                 (const char *[]){"firstSequence", "lastSequence", "count", "bytes", NULL};
             *name; name++)
            text_number_member(&header, *name, number_of(block, *name));
        text_raw(&header, "}");
        host_event(h, text_z(&header), text_of(block, "data"));
        text_free(&header);
    }
}

static void answer(const pantry *s, host *h) {
    const cJSON *read;
    text rows = {0};
    text_raw(&rows, "[");
    cJSON_ArrayForEach(read, cJSON_GetObjectItem(h->plan, "reads")) {
        text_comma(&rows);
        text_raw(&rows, "[");
        if (cJSON_GetObjectItem(read, "keys")) read_keys(s, read, &rows);
        else if (cJSON_GetObjectItem(read, "tally")) read_tally(s, read, &rows);
        else if (!cJSON_GetObjectItem(read, "requestId")) read_range(s, read, &rows);
        text_raw(&rows, "]");
    }
    text_raw(&rows, "]");
    host_event(h, "{\"type\":\"rows\"}", text_z(&rows));
    cJSON_ArrayForEach(read, cJSON_GetObjectItem(h->plan, "reads")) {
        if (cJSON_GetObjectItem(read, "requestId")) hand_in_blocks(s, h, read);
    }
    text_free(&rows);
}

/* ---- steps ---- */

static int go_on(pantry *s, host *h, int result) {
    for (int rounds = 0; result != LARDER_NO_MEMORY; rounds++) {
        const cJSON *write;
        cJSON_ArrayForEach(write, cJSON_GetObjectItem(h->plan, "writes")) carry_out(s, h, write);
        if (result == LARDER_DONE) return result;
        assert_true(rounds < 1000);
        if (result == LARDER_READS) answer(s, h);
        result = host_step(h);
    }
    return result;
}

int pantry_step(pantry *s, host *h) {
    return go_on(s, h, host_step(h));
}

int pantry_do(pantry *s, host *h, const char *header, const char *body) {
    return go_on(s, h, host_do(h, header, body));
}

int pantry_reply(pantry *s, host *h, const char *method, const char *request_id, const char *end,
                 const char *body) {
    return go_on(s, h, host_reply(h, method, request_id, end, body));
}

static void append_all(text *out, const cJSON *rows) {
    const cJSON *row;
    text_raw(out, "[");
    cJSON_ArrayForEach(row, rows) append_row(out, row);
    text_raw(out, "]");
}

void pantry_hydrate(pantry *s, host *h, const char *more) {
    text header = {0}, body = {0};
    host_start(h, HOST_SEED);
    text_format(&header, "{\"type\":\"hydrate\"%s}", more);
    text_raw(&body, "{\"chat_meta\":");
    append_all(&body, s->chats);
    text_raw(&body, ",\"cache_stats\":");
    append_all(&body, s->stats);
    text_raw(&body, ",\"offline_queue\":");
    append_all(&body, s->queue);
    text_raw(&body, "}");
    pantry_do(s, h, text_z(&header), text_z(&body));
    text_free(&header);
    text_free(&body);
}
