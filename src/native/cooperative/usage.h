/*
 * How much GPU memory the container's processes hold: one file that all of them map, /run/gpu-runtime/usage/memory.
 *
 * The file has a row for each limit and in it a place for each process: what the process holds, and what it is just asking for. No lock guards it,
 * because whoever holds a lock may be killed. Instead
 *
 *   - a place belongs to the process that has the kernel's record lock (fcntl F_SETLK) on the byte of its number. The kernel lets go of it however
 *     the process ends, a fork does not inherit it, and it needs no pid: reused pids, other pid namespaces and other users make no difference.
 *     A place with numbers and without its lock is a dead process's; whoever would be refused, or is asked how much is in use, clears it.
 *   - only the owner writes to its place, always its whole number and never a difference, so a place that something else scribbled on is right
 *     again with the owner's next call.
 *   - who asks for memory first writes what it wants, then adds up the row with all that others hold and want, and takes the memory only if that
 *     fits. Of two that ask at the same moment one sees the other or both do. Where both do and only one can have it, the lower place waits for
 *     the higher, which withdraws and asks again.
 *
 * This is a limit that programs keep by agreement. One that wants to can write anything here, and cut the file off while another reads it. What it
 * writes is only ever added up, with saturation; it can make others be refused, or let itself have more, but nothing is followed into memory.
 */
#ifndef GPU_RUNTIME_USAGE_H
#define GPU_RUNTIME_USAGE_H

#include "limits.h"
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define USAGE_DIRECTORY "/run/gpu-runtime/usage"
#define USAGE_FILE USAGE_DIRECTORY "/memory"

enum { LARGEST_PROCESS_COUNT = 512, NO_PLACE = -1 };

/* What one process says of one GPU, in bytes. */
struct place {
    _Atomic uint64_t held;
    _Atomic uint64_t wanted;
};

struct usage_file {
    _Atomic uint64_t version;
    uint64_t reserved[511];
    struct place row[][LARGEST_PROCESS_COUNT];
};

/* One process's view of it. */
struct usage {
    struct usage_file *file;                    /* NULL: not mapped */
    int descriptor;                             /* never closed: closing any descriptor of the file would give up the record lock */
    dev_t device;
    ino_t inode;
    int place;                                  /* NO_PLACE: none yet */
    pid_t owner;                                /* who has it */
    uint64_t held[LARGEST_LIMIT_COUNT];         /* what the place must say */
};

/* Gets the file and a place in it, or gets them again where they were lost. On false it has said why. */
bool usage_join(struct usage *usage);

/* Adds to what this process holds if all the container's use stays within the limit. The caller has joined, and its threads take turns. */
bool usage_reserve(struct usage *usage, int limit, uint64_t bytes);

/* Adds what is in use already and can no longer be refused. */
void usage_record(struct usage *usage, int limit, uint64_t bytes);

void usage_give_back(struct usage *usage, int limit, uint64_t bytes);

/* What all live processes of the container hold on this GPU. The caller has joined or looks only (usage_look). */
uint64_t usage_total(struct usage *usage, int limit);

/* Maps the file to read from, without a place. True also where there is none yet, which means that nothing is in use. */
bool usage_look(struct usage *usage);

#endif
