/** Any bytes as one record: what the strict check lets through must parse, and its pieces must be found. */
#include <stdlib.h>

#include "door.h"
#include "gen/schema.h"
#include "record.h"

/** What a good record says can be asked for in any way. */
static void ask(const record *read) {
    for (int i = 0; i < cached_message_record.count; i++) {
        const slice text = record_slice(read, i);
        const char *copy = record_text(read, i);
        if ((text.at != NULL) != (copy != NULL)) abort();
        record_integer(read, i, 0);
        if (record_has(read, i) && !record_json(read, i)) abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const slice bytes = {(const char *)data, size};
    arena memory = {0};
    cJSON *parsed = NULL;
    const json_result checked = json_check(bytes);
    if (json_parse(bytes, &memory, &parsed) != checked || (checked == JSON_OK && !parsed)) abort();
    record read;
    problem wrong;
    if (record_read(bytes, &cached_message_record, &memory, &read, &wrong)) {
        text out = {0};
        ask(&read);
        record_write_open(&out, &read, &cached_message_record);
        text_raw(&out, "}");
        if (json_check((slice){out.at, out.size}) != JSON_OK) abort();
        text_free(&out);
    }
    arena_free(&memory);
    return 0;
}
