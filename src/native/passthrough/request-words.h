/* Whether a bundle can ask for GPUs at all. */
#ifndef GPU_RUNTIME_REQUEST_WORDS_H
#define GPU_RUNTIME_REQUEST_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/* Whether config.json has a word without which no GPU is asked for, in any place, plain or in disguise; also where it cannot be read. */
bool may_ask_for_gpus(const char *bundle);

/* The same of its text. */
bool has_request_word(const char *text, size_t length);

#endif
