/* What a container holds by the ledger of src/GpuRuntime.Linux/Allocations, as far as deleting a container needs it. */
#ifndef GPU_RUNTIME_ALLOCATIONS_H
#define GPU_RUNTIME_ALLOCATIONS_H

#include <limits.h>
#include <stdbool.h>

#define STATE_DIRECTORY "/run/gpu-runtime"

struct allocation {
    char key[17];
    char entry[NAME_MAX + 1];
    char runtime_state[PATH_MAX];
};

/* Names a container's entry; false when the id or the root is one that only the managed side can name. */
bool allocation_name(struct allocation *allocation, const char *root, const char *id);

/* A descriptor of the ledger, of a state directory that is ours alone; negative where there is none. */
int allocation_ledger(void);

/* Whether the container has an entry in the ledger of the default state directory. */
bool allocation_exists(const struct allocation *allocation);

/* Takes the entry away once the low-level runtime keeps nothing of the container. What fails here, the next sweep of the ledger does. */
void allocation_release(const struct allocation *allocation);

#endif
