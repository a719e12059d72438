/*
 * A lock between the threads of one process. Not pthread's, which is in another library before glibc 2.34. After a fork the child has the memory
 * of its parent, held locks and all: so every lock is in memory that a child does not go on using (process.h).
 */
#ifndef GPU_RUNTIME_LOCK_H
#define GPU_RUNTIME_LOCK_H

#include <linux/futex.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

/* 0 free, 1 held, 2 held and somebody waits. */
struct lock {
    _Atomic int state;
};

static inline void lock(struct lock *lock)
{
    int state = 0;

    if (atomic_compare_exchange_strong(&lock->state, &state, 1))
        return;
    while (atomic_exchange(&lock->state, 2) != 0)
        syscall(SYS_futex, &lock->state, FUTEX_WAIT_PRIVATE, 2, NULL, NULL, 0);
}

static inline void unlock(struct lock *lock)
{
    if (atomic_exchange(&lock->state, 0) == 2)
        syscall(SYS_futex, &lock->state, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

#endif
