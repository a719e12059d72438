/* The low-level runtime, found as src/GpuRuntime.Linux/Processes/LowLevelRuntime.cs finds it. */
#ifndef GPU_RUNTIME_LOW_LEVEL_RUNTIME_H
#define GPU_RUNTIME_LOW_LEVEL_RUNTIME_H

#include <limits.h>
#include <stdbool.h>

/* The program of this name on the search path; false when there is none. */
bool find_runtime(const char *name, char **environment, char path[PATH_MAX]);

#endif
