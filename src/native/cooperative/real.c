#define _GNU_SOURCE
#include "real.h"
#include <dlfcn.h>
#include <stddef.h>

/* Both libraries run in images with any glibc since 2.17: dlopen and dlsym moved from libdl to libc in 2.34, and the old names serve in both. */
#if defined(__x86_64__)
__asm__(".symver dlopen, dlopen@GLIBC_2.2.5");
__asm__(".symver dlsym, dlsym@GLIBC_2.2.5");
#elif defined(__aarch64__)
__asm__(".symver dlopen, dlopen@GLIBC_2.17");
__asm__(".symver dlsym, dlsym@GLIBC_2.17");
#endif

static char absent;

void *loaded_library(const char *path)
{
    return dlopen(path, RTLD_LAZY | RTLD_NOLOAD);
}

void *real_symbol(const char *name)
{
    static _Atomic(void *) library;
    void *handle = atomic_load_explicit(&library, memory_order_acquire);

    if (!handle) {
        handle = loaded_library(DRIVER_DIRECTORY DRIVER_LIBRARY);
        atomic_store_explicit(&library, handle, memory_order_release);
    }
    return handle ? dlsym(handle, name) : NULL;
}

void *real_address(_Atomic(void *) *cache, const char *name)
{
    void *address = atomic_load_explicit(cache, memory_order_acquire);

    if (!address) {
        address = real_symbol(name);
        atomic_store_explicit(cache, address ? address : &absent, memory_order_release);
    }
    return address == &absent ? NULL : address;
}
