/* How much memory there is: the limit, and what the container has left of it. */
#include "charges.h"
#include "devices.h"
#include "real.h"

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static unsigned in_32_bits(uint64_t value)
{
    return value < UINT32_MAX ? (unsigned)value : UINT32_MAX;
}

/* Use beyond the limit leaves nothing free; it is no error. */
static void apply(int limit, uint64_t *free, uint64_t *total)
{
    uint64_t bytes, used;

    if (limit < 0)
        return;
    bytes = limits()->bytes[limit];
    if (!charged_total(limit, &used))
        used = bytes;
    *total = smaller(*total, bytes);
    *free = smaller(*free, used < bytes ? bytes - used : 0);
}

INTERCEPTED CUresult cuMemGetInfo_v2(size_t *free, size_t *total)
{
    CUresult (*real)(size_t *, size_t *) = REAL(cuMemGetInfo_v2, (size_t *, size_t *));
    CUresult result = real ? real(free, total) : CUDA_ERROR_NOT_FOUND;

    if (result == CUDA_SUCCESS && free && total) {
        uint64_t left = *free, all = *total;
        apply(limit_of_current_device(), &left, &all);
        *free = left;
        *total = all;
    }
    return result;
}

INTERCEPTED CUresult cuMemGetInfo(unsigned *free, unsigned *total)
{
    CUresult (*real)(unsigned *, unsigned *) = REAL(cuMemGetInfo, (unsigned *, unsigned *));
    CUresult result = real ? real(free, total) : CUDA_ERROR_NOT_FOUND;

    if (result == CUDA_SUCCESS && free && total) {
        uint64_t left = *free, all = *total;
        apply(limit_of_current_device(), &left, &all);
        *free = in_32_bits(left);
        *total = in_32_bits(all);
    }
    return result;
}

INTERCEPTED CUresult cuDeviceTotalMem_v2(size_t *bytes, CUdevice device)
{
    CUresult (*real)(size_t *, CUdevice) = REAL(cuDeviceTotalMem_v2, (size_t *, CUdevice));
    CUresult result = real ? real(bytes, device) : CUDA_ERROR_NOT_FOUND;
    int limit = limit_of_device(device);

    if (result == CUDA_SUCCESS && limit >= 0)
        *bytes = smaller(*bytes, limits()->bytes[limit]);
    return result;
}

INTERCEPTED CUresult cuDeviceTotalMem(unsigned *bytes, CUdevice device)
{
    CUresult (*real)(unsigned *, CUdevice) = REAL(cuDeviceTotalMem, (unsigned *, CUdevice));
    CUresult result = real ? real(bytes, device) : CUDA_ERROR_NOT_FOUND;
    int limit = limit_of_device(device);

    if (result == CUDA_SUCCESS && limit >= 0)
        *bytes = in_32_bits(smaller(*bytes, limits()->bytes[limit]));
    return result;
}
