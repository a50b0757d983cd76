#include "number.h"

#include <stdbool.h>
#include <stdint.h>

enum { EXPONENT_MAX = 400 }; /* far past what a double holds */

typedef struct {
    uint64_t digits;
    int exponent; /* of ten */
} decimal;

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/** Takes digits as long as they fit; those behind count as powers of ten, or for nothing after the point. */
static const char *take_digits(const char *at, decimal *number, bool fraction) {
    const char *end = at;
    while (is_digit(*end)) end++;
    const char *last = end;
    while (fraction && last > at && last[-1] == '0') last--; /* `1.00` is 1, not 100 / 100 */
    for (; at < last; at++) {
        const bool fits = number->digits < UINT64_MAX / 10 - 1;
        if (fits) number->digits = number->digits * 10 + (uint64_t)(*at - '0');
        if (fits && fraction) number->exponent--;
        if (!fits && !fraction) number->exponent++;
    }
    return end;
}

static const char *take_exponent(const char *at, decimal *number) {
    const bool negative = *at == '-';
    int exponent = 0;
    if (*at == '-' || *at == '+') at++;
    for (; is_digit(*at); at++) {
        if (exponent < EXPONENT_MAX) exponent = exponent * 10 + (*at - '0');
    }
    number->exponent += negative ? -exponent : exponent;
    return at;
}

static double scaled(decimal number) {
    double value = (double)number.digits;
    double power = 1;
    int exponent = number.exponent < 0 ? -number.exponent : number.exponent;
    if (exponent > EXPONENT_MAX) exponent = EXPONENT_MAX;
    for (int i = 0; i < exponent; i++) power *= 10;
    if (number.digits == 0) return 0;
    return number.exponent < 0 ? value / power : value * power;
}

double larder_strtod(const char *string, char **end) {
    const char *at = string;
    decimal number = {0, 0};
    const bool negative = *at == '-';
    if (negative) at++;
    at = take_digits(at, &number, false);
    if (*at == '.') at = take_digits(at + 1, &number, true);
    if (*at == 'e' || *at == 'E') at = take_exponent(at + 1, &number);
    *end = (char *)(uintptr_t)at;
    return negative ? -scaled(number) : scaled(number);
}
