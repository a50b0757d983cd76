#ifndef LARDER_NUMBER_H
#define LARDER_NUMBER_H

/**
 * What cJSON calls instead of `strtod` (CMakeLists.txt renames it): the C library's pulls a third of the
 * module's size in with it. Exact for whole numbers within 2^53, which are all that the core reads of
 * numbers, and for decimals of up to 15 digits; others may be off in the last place. Records are stored as
 * the bytes they came as, so nothing of a number is lost by it.
 */
double larder_strtod(const char *string, char **end);

#endif
