#include "exact.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

#include "buffer.h"

static const double rounded_min = 1e15;

static bool is_rounded(const cJSON *value) {
    return cJSON_IsNumber(value) && (value->valuedouble >= rounded_min || value->valuedouble <= -rounded_min);
}

static bool has_rounded(const cJSON *value) {
    if (is_rounded(value)) return true;
    for (const cJSON *each = value->child; each; each = each->next) {
        if (has_rounded(each)) return true;
    }
    return false;
}

static void spell_out(cJSON *value) {
    cJSON *next;
    for (cJSON *each = value->child; each; each = next) {
        char digits[24];
        next = each->next;
        spell_out(each);
        if (!is_rounded(each)) continue;
        snprintf(digits, sizeof digits, "%" PRId64, (int64_t)each->valuedouble);
        cJSON *raw = checked(cJSON_CreateRaw(digits));
        raw->string = copy_of(each->string);
        cJSON_ReplaceItemViaPointer(value, each, raw);
    }
}

char *exact_print(const cJSON *value) {
    if (!has_rounded(value)) return checked(cJSON_PrintUnformatted(value));
    cJSON *copy = checked(cJSON_Duplicate(value, true));
    spell_out(copy);
    char *printed = checked(cJSON_PrintUnformatted(copy));
    cJSON_Delete(copy);
    return printed;
}
