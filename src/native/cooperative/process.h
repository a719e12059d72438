/* What is one process's own. A fork's child begins anew: its parent's memory stays the parent's, and so do its locks. */
#ifndef GPU_RUNTIME_PROCESS_H
#define GPU_RUNTIME_PROCESS_H

#include "holdings.h"
#include "lock.h"
#include "usage.h"

enum { LARGEST_DEVICE_COUNT = 64 };

struct process {
    pid_t pid;
    struct lock lock;                               /* guards the rest, never held over a call of the driver's */
    struct usage usage;
    struct holdings holdings;
    uint64_t last_physical;
    _Atomic int limit_of_device[LARGEST_DEVICE_COUNT];   /* 0 not looked for, else the limit's index + 2, where -1 is NO_LIMIT */
    _Atomic unsigned nvml_pid;                      /* as which NVML lists this process; 0: not seen yet */
};

/* NULL only without memory. */
struct process *this_process(void);

#endif
