#define _GNU_SOURCE
#include "process.h"
#include <sys/mman.h>

#ifndef MADV_WIPEONFORK
#define MADV_WIPEONFORK 18
#endif

static _Atomic(struct process *) current;

static struct process *new_process(void)
{
    struct process *process = mmap(NULL, sizeof *process, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (process == MAP_FAILED)
        return NULL;
    /* A child reads pid 0 then, also one that has its parent's number in another pid namespace. */
    madvise(process, sizeof *process, MADV_WIPEONFORK);
    process->pid = getpid();
    process->usage.place = NO_PLACE;
    process->usage.descriptor = -1;
    return process;
}

struct process *this_process(void)
{
    struct process *process = atomic_load(&current);

    while (!process || process->pid != getpid()) {
        struct process *fresh = new_process();
        if (!fresh)
            return NULL;
        if (atomic_compare_exchange_strong(&current, &process, fresh))
            return fresh;
        munmap(fresh, sizeof *fresh);
    }
    return process;
}
