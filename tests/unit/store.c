#include "store.h"

#include <stdlib.h>
#include <string.h>

static const char *text_of(const cJSON *row, const char *name) {
    const char *found = cJSON_GetStringValue(cJSON_GetObjectItem(row, name));
    return found ? found : "";
}

static int64_t sequence_of(const cJSON *row) {
    return (int64_t)cJSON_GetNumberValue(cJSON_GetObjectItem(row, "sequenceNumber"));
}

store store_new(const char *words) {
    text list = {0};
    text_raw(&list, "[");
    write_messages(&list, words);
    text_raw(&list, "]");
    store s = {cJSON_Parse(text_z(&list))};
    text_free(&list);
    assert_non_null(s.rows);
    return s;
}

void store_free(store *s) {
    cJSON_Delete(s->rows);
    s->rows = NULL;
}

/* ---- writes ---- */

static int index_of(const store *s, const char *id) {
    for (int i = 0; i < cJSON_GetArraySize(s->rows); i++) {
        if (strcmp(text_of(cJSON_GetArrayItem(s->rows, i), "id"), id) == 0) return i;
    }
    return -1;
}

static bool is_taken(const store *s, const cJSON *row) {
    const cJSON *other;
    cJSON_ArrayForEach(other, s->rows) {
        if (strcmp(text_of(other, "id"), text_of(row, "id")) == 0) continue;
        const bool chat = strcmp(text_of(other, "requestId"), text_of(row, "requestId")) == 0;
        if (chat && sequence_of(other) == sequence_of(row)) return true;
    }
    return false;
}

static void delete_row(store *s, const char *id) {
    const int at = index_of(s, id);
    if (at >= 0) cJSON_DeleteItemFromArray(s->rows, at);
}

/** JSON.parse keeps the last of duplicate keys; cJSON keeps all and finds the first. */
static void drop_duplicates(cJSON *row) {
    for (cJSON *member = row->child; member;) {
        cJSON *next = member->next;
        bool again = false;
        for (const cJSON *later = next; later; later = later->next) {
            again = again || strcmp(later->string, member->string) == 0;
        }
        if (again) cJSON_Delete(cJSON_DetachItemViaPointer(row, member));
        member = next;
    }
}

static bool put_row(store *s, const cJSON *row, bool may_replace) {
    if (is_taken(s, row) || (!may_replace && index_of(s, text_of(row, "id")) >= 0)) return false;
    cJSON *copy = cJSON_Duplicate(row, true);
    drop_duplicates(copy);
    delete_row(s, text_of(row, "id"));
    cJSON_AddItemToArray(s->rows, copy);
    return true;
}

static bool carry_out(store *s, const cJSON *write) {
    const cJSON *each;
    if (strcmp(text_of(write, "store"), "messages") != 0) return true;
    cJSON_ArrayForEach(each, cJSON_GetObjectItem(write, "keys")) delete_row(s, each->valuestring);
    cJSON_ArrayForEach(each, cJSON_GetObjectItem(write, "rows")) {
        if (!put_row(s, each, strcmp(text_of(write, "op"), "add") != 0)) return false;
    }
    return true;
}

bool store_write(store *s, const cJSON *writes) {
    const cJSON *write;
    cJSON_ArrayForEach(write, writes) {
        if (!carry_out(s, write)) return false;
    }
    return true;
}

/* ---- reads ---- */

static bool in_range(const cJSON *row, const cJSON *read) {
    const cJSON *from = cJSON_GetObjectItem(read, "from");
    const cJSON *to = cJSON_GetObjectItem(read, "to");
    const char *request_id = cJSON_GetArrayItem(from, 0)->valuestring;
    const int64_t sequence = sequence_of(row);
    return strcmp(text_of(row, "requestId"), request_id) == 0 &&
           sequence >= (int64_t)cJSON_GetArrayItem(from, 1)->valuedouble &&
           sequence <= (int64_t)cJSON_GetArrayItem(to, 1)->valuedouble;
}

static bool is_asked(const cJSON *row, const cJSON *read) {
    const cJSON *keys = cJSON_GetObjectItem(read, "keys");
    const cJSON *key;
    if (!keys) return in_range(row, read);
    cJSON_ArrayForEach(key, keys) {
        if (strcmp(text_of(row, "id"), key->valuestring) == 0) return true;
    }
    return false;
}

void store_read(const store *s, const cJSON *reads, text *out) {
    const cJSON *read;
    text_raw(out, "[");
    cJSON_ArrayForEach(read, reads) {
        const cJSON *row;
        text_comma(out);
        text_raw(out, "[");
        cJSON_ArrayForEach(row, s->rows) {
            if (!is_asked(row, read)) continue;
            char *printed = cJSON_PrintUnformatted(row);
            text_comma(out);
            text_raw(out, printed);
            free(printed);
        }
        text_raw(out, "]");
    }
    text_raw(out, "]");
}

/* ---- looking at it ---- */

static int by_place(const void *left, const void *right) {
    const cJSON *a = *(const cJSON *const *)left, *b = *(const cJSON *const *)right;
    const int chats = strcmp(text_of(a, "requestId"), text_of(b, "requestId"));
    if (chats) return chats;
    return sequence_of(a) < sequence_of(b) ? -1 : sequence_of(a) > sequence_of(b);
}

static void describe_row(const cJSON *row, text *out) {
    const int64_t id = id_number(text_of(row, "id"));
    const cJSON *version = cJSON_GetObjectItem(row, "_syncVersion");
    const char *edited = text_of(row, "updatedAt");
    if (out->size) text_raw(out, " ");
    text_format(out, "%lld", (long long)sequence_of(row));
    if (id != sequence_of(row)) text_format(out, "#%lld", (long long)id);
    if (*edited) text_format(out, "@%d", atoi(edited + sizeof "2026-01-16T09:00:" - 1));
    if (version && version->valueint > 1) text_format(out, "v%d", version->valueint);
    if (strcmp(text_of(row, "requestId"), CHAT_2) == 0) text_raw(out, "*");
}

void store_describe(const store *s, text *out) {
    const cJSON *sorted[256];
    size_t count = 0;
    const cJSON *row;
    cJSON_ArrayForEach(row, s->rows) {
        assert_true(count < COUNT(sorted));
        sorted[count++] = row;
    }
    qsort(sorted, count, sizeof *sorted, by_place);
    for (size_t i = 0; i < count; i++) describe_row(sorted[i], out);
}

int store_count(const store *s, const char *request_id) {
    int count = 0;
    const cJSON *row;
    cJSON_ArrayForEach(row, s->rows) count += strcmp(text_of(row, "requestId"), request_id) == 0;
    return count;
}
