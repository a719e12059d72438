/* Finding, making and mapping the file of usage.h. */
#ifndef GPU_RUNTIME_USAGE_FILE_H
#define GPU_RUNTIME_USAGE_FILE_H

#include "usage.h"

/* The file at its path, made if there is none; then mapped. On false it has said why. */
bool usage_file_open(struct usage *usage);

/* As it is, for reading; usage->file stays NULL where there is none. False if there is one that cannot be read. */
bool usage_file_look(struct usage *usage);

bool usage_file_has_our_version(const struct usage *usage);

/* Whether descriptor, name and size are still those of the file that was mapped; a file that was cut off gets its size again. */
bool usage_file_is_ours(struct usage *usage);

/* Forgets a file that is nobody's any more: another stands at its path, or the descriptor has become something else's. */
void usage_file_leave(struct usage *usage);

#endif
