/*
 * cuGetProcAddress: the driver chooses, by name, CUDA version and kind of default stream; where it chooses a function that ours stands in for, the
 * caller gets ours. What it gives out are the addresses of its exported functions (observed with 535), and so ours are found by them,
 * whatever rules it chooses by. A variant that only a later driver has is none of ours and passes.
 */
#include "cuda-types.h"
#include "real.h"
#include <stdbool.h>

#define INTERCEPT(name) extern CUresult name();
#include "intercepted.h"
#undef INTERCEPT

static const struct {
    const char *name;
    CUresult (*ours)();
} intercepted[] = {
#define INTERCEPT(name) { #name, name },
#include "intercepted.h"
#undef INTERCEPT
};

enum { COUNT = sizeof intercepted / sizeof intercepted[0] };

static void *stand_in_for(void *address)
{
    static _Atomic(void *) theirs[COUNT];

    for (int i = 0; i < COUNT; i++)
        if (real_address(&theirs[i], intercepted[i].name) == address)
            return (void *)intercepted[i].ours;
    return address;
}

static void stand_in(CUresult result, void **function)
{
    if (result == CUDA_SUCCESS && function && *function)
        *function = stand_in_for(*function);
}

INTERCEPTED CUresult cuGetProcAddress(const char *symbol, void **function, int version, uint64_t flags)
{
    CUresult (*real)(const char *, void **, int, uint64_t) = REAL(cuGetProcAddress, (const char *, void **, int, uint64_t));
    CUresult result = real ? real(symbol, function, version, flags) : CUDA_ERROR_NOT_FOUND;

    stand_in(result, function);
    return result;
}

INTERCEPTED CUresult cuGetProcAddress_v2(const char *symbol, void **function, int version, uint64_t flags, int *status)
{
    CUresult (*real)(const char *, void **, int, uint64_t, int *) = REAL(cuGetProcAddress_v2, (const char *, void **, int, uint64_t, int *));
    CUresult result = real ? real(symbol, function, version, flags, status) : CUDA_ERROR_NOT_FOUND;

    stand_in(result, function);
    return result;
}
