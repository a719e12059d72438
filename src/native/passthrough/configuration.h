/* Our configuration, as far as it decides what passes through. */
#ifndef GPU_RUNTIME_CONFIGURATION_H
#define GPU_RUNTIME_CONFIGURATION_H

#include <stdbool.h>

/* Whether the configuration, if there is one, leaves these keys alone. Each is given with its quotes. */
bool has_defaults(char **environment, const char *const *keys);

#endif
