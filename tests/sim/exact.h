#ifndef SIM_EXACT_H
#define SIM_EXACT_H

#include <cJSON.h>

/** The value as JSON, with whole numbers as they are: cJSON rounds those from 10^15 on. By `cJSON_free`. */
char *exact_print(const cJSON *value);

#endif
