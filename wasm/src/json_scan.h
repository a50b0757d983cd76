#ifndef LARDER_JSON_SCAN_H
#define LARDER_JSON_SCAN_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/** Finding the bytes that matter in JSON, eight at a time. */

static inline bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static inline const char *behind_space(const char *at, const char *end) {
    while (at < end && is_space(*at)) at++;
    return at;
}

/* Eight bytes at once, the first one lowest: the high bit of each byte that is looked for. Above the lowest
 * of these there may be false ones. */
#define EACH_BYTE(byte) (UINT64_C(0x0101010101010101) * (byte))

static inline uint64_t zero_bytes(uint64_t word) {
    return (word - EACH_BYTE(1)) & ~word & EACH_BYTE(0x80);
}

static inline uint64_t quotes_and_escapes(uint64_t word) {
    return zero_bytes(word ^ EACH_BYTE('"')) | zero_bytes(word ^ EACH_BYTE('\\'));
}

/** Whatever is no plain text inside a string: quotes, backslashes, control characters, anything but ASCII. */
static inline uint64_t no_plain_text(uint64_t word) {
    const uint64_t control = (word - EACH_BYTE(0x20)) & ~word & EACH_BYTE(0x80);
    return quotes_and_escapes(word) | control | (word & EACH_BYTE(0x80));
}

/** Skips bytes, eight at a time, up to one that is looked for or to the last few before the end. */
static inline const char *skip_until(uint64_t (*wanted)(uint64_t word), const char *at, const char *end) {
    while (end - at >= 8) {
        uint64_t word;
        memcpy(&word, at, sizeof word);
        const uint64_t found = wanted(word);
        if (found) return at + (__builtin_ctzll(found) >> 3);
        at += 8;
    }
    return at;
}

#endif
