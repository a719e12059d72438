/* Functions of the driver's own library, which ours stands in front of. */
#ifndef GPU_RUNTIME_REAL_H
#define GPU_RUNTIME_REAL_H

#include <stdatomic.h>

/* Where gpu-runtime mounts the driver's libraries in a container that has a cooperative limit. */
#define DRIVER_DIRECTORY "/usr/lib/gpu-runtime/driver/"

/* A library that is loaded already: by our own DT_NEEDED. Another one is never loaded by this path, or a later dlopen of its SONAME would find
   it in place of ours. NULL if it is not loaded. */
void *loaded_library(const char *path);

/* The address of a function of a loaded library, NULL where it has none; looked for once. */
void *real_address(_Atomic(void *) *cache, const char *name);

/* The same without a cache. */
void *real_symbol(const char *name);

/* REAL(cuMemFree_v2, (CUdeviceptr)): a pointer to the driver's function, NULL where this driver has none. */
#define REAL(name, parameters)                                             \
    ({                                                                     \
        static _Atomic(void *) cached_;                                    \
        (CUresult (*) parameters)real_address(&cached_, #name);            \
    })

#endif
