/* Becoming the low-level runtime for what is not ours to act on, before the managed runtime starts. */
#ifndef GPU_RUNTIME_PASSTHROUGH_H
#define GPU_RUNTIME_PASSTHROUGH_H

#include "allocations.h"

/* A container that holds GPUs is being deleted by a child. */
struct deletion {
    int child; /* 0 where there is none */
    struct allocation allocation;
};

/* What pass_through began, and main ends. */
extern struct deletion deletion;

/* Returns where the rest is not done by becoming the low-level runtime. */
void pass_through(int argc, char **argv, char **environment);

#endif
