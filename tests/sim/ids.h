#ifndef SIM_IDS_H
#define SIM_IDS_H

#include <stdbool.h>
#include <stdint.h>

enum { ID_BYTES = 37 };

/** UUIDs that say what they stand for, so that a row can be traced to the server's truth. */
void id_of_chat(char out[ID_BYTES], int chat);
void id_of_message(char out[ID_BYTES], int chat, int64_t sequence);
/** An operation of the outbox, numbered from 1; the order of such ids says nothing. */
void id_of_operation(char out[ID_BYTES], int64_t number);
/** A message that the server made up. */
void id_of_fake(char out[ID_BYTES], int64_t number);

/** The chat that an id stands for; -1: none. */
int id_read_chat(const char *id);
/** The number of the operation that an id stands for; 0: none. */
int64_t id_read_operation(const char *id);
/** Whether the id is of one of the server's messages. */
bool id_read_message(const char *id, int *chat, int64_t *sequence);

#endif
