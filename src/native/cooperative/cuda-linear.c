/* Memory of a known size that a context owns, and its frees. */
#include "charges.h"
#include "devices.h"
#include "real.h"

static void keep(struct charge *charge, CUresult result, CUdeviceptr pointer)
{
    if (result == CUDA_SUCCESS)
        charge_keep(charge, POINTER, pointer, current_context(), 0);
    else
        charge_return(charge);
}

INTERCEPTED CUresult cuMemAlloc_v2(CUdeviceptr *pointer, size_t bytes)
{
    CUresult (*real)(CUdeviceptr *, size_t) = REAL(cuMemAlloc_v2, (CUdeviceptr *, size_t));
    struct charge charge;
    CUresult result;

    if (!real)
        return CUDA_ERROR_NOT_FOUND;
    if (charge_take(&charge, limit_of_current_device(), bytes) != CUDA_SUCCESS)
        return CUDA_ERROR_OUT_OF_MEMORY;
    result = real(pointer, bytes);
    keep(&charge, result, result == CUDA_SUCCESS ? *pointer : 0);
    return result;
}

INTERCEPTED CUresult cuMemAlloc(CUdeviceptr_v1 *pointer, unsigned bytes)
{
    CUresult (*real)(CUdeviceptr_v1 *, unsigned) = REAL(cuMemAlloc, (CUdeviceptr_v1 *, unsigned));
    struct charge charge;
    CUresult result;

    if (!real)
        return CUDA_ERROR_NOT_FOUND;
    if (charge_take(&charge, limit_of_current_device(), bytes) != CUDA_SUCCESS)
        return CUDA_ERROR_OUT_OF_MEMORY;
    result = real(pointer, bytes);
    keep(&charge, result, result == CUDA_SUCCESS ? *pointer : 0);
    return result;
}

INTERCEPTED CUresult cuMemAllocManaged(CUdeviceptr *pointer, size_t bytes, unsigned flags)
{
    CUresult (*real)(CUdeviceptr *, size_t, unsigned) = REAL(cuMemAllocManaged, (CUdeviceptr *, size_t, unsigned));
    struct charge charge;
    CUresult result;

    if (!real)
        return CUDA_ERROR_NOT_FOUND;
    /* Counted whole: all of it can come to be in the GPU's memory. */
    if (charge_take(&charge, limit_of_current_device(), bytes) != CUDA_SUCCESS)
        return CUDA_ERROR_OUT_OF_MEMORY;
    result = real(pointer, bytes, flags);
    keep(&charge, result, result == CUDA_SUCCESS ? *pointer : 0);
    return result;
}

static uint64_t area(uint64_t width, uint64_t height)
{
    uint64_t bytes;
    return __builtin_mul_overflow(width, height, &bytes) ? UINT64_MAX : bytes;
}

static CUresult free_pointer(CUdeviceptr pointer)
{
    CUresult (*real)(CUdeviceptr) = REAL(cuMemFree_v2, (CUdeviceptr));
    return real ? real(pointer) : CUDA_ERROR_NOT_FOUND;
}

static CUresult free_pointer_v1(CUdeviceptr pointer)
{
    CUresult (*real)(CUdeviceptr_v1) = REAL(cuMemFree, (CUdeviceptr_v1));
    return real ? real((CUdeviceptr_v1)pointer) : CUDA_ERROR_NOT_FOUND;
}

/* Only the driver knows the pitch: rows are counted as they were asked for, then as they came, which may be more than the limit allows. */
static CUresult settle_pitch(struct charge *charge, CUdeviceptr pointer, uint64_t bytes, CUresult (*undo)(CUdeviceptr))
{
    if (charge_resize(charge, bytes) == CUDA_SUCCESS) {
        keep(charge, CUDA_SUCCESS, pointer);
        return CUDA_SUCCESS;
    }
    undo(pointer);
    charge_return(charge);
    return CUDA_ERROR_OUT_OF_MEMORY;
}

INTERCEPTED CUresult cuMemAllocPitch_v2(CUdeviceptr *pointer, size_t *pitch, size_t width, size_t height, unsigned element)
{
    CUresult (*real)(CUdeviceptr *, size_t *, size_t, size_t, unsigned)
        = REAL(cuMemAllocPitch_v2, (CUdeviceptr *, size_t *, size_t, size_t, unsigned));
    struct charge charge;
    CUresult result;

    if (!real)
        return CUDA_ERROR_NOT_FOUND;
    if (charge_take(&charge, limit_of_current_device(), area(width, height)) != CUDA_SUCCESS)
        return CUDA_ERROR_OUT_OF_MEMORY;
    result = real(pointer, pitch, width, height, element);
    if (result == CUDA_SUCCESS)
        return settle_pitch(&charge, *pointer, area(*pitch, height), free_pointer);
    charge_return(&charge);
    return result;
}

INTERCEPTED CUresult cuMemAllocPitch(CUdeviceptr_v1 *pointer, unsigned *pitch, unsigned width, unsigned height, unsigned element)
{
    CUresult (*real)(CUdeviceptr_v1 *, unsigned *, unsigned, unsigned, unsigned)
        = REAL(cuMemAllocPitch, (CUdeviceptr_v1 *, unsigned *, unsigned, unsigned, unsigned));
    struct charge charge;
    CUresult result;

    if (!real)
        return CUDA_ERROR_NOT_FOUND;
    if (charge_take(&charge, limit_of_current_device(), area(width, height)) != CUDA_SUCCESS)
        return CUDA_ERROR_OUT_OF_MEMORY;
    result = real(pointer, pitch, width, height, element);
    if (result == CUDA_SUCCESS)
        return settle_pitch(&charge, *pointer, area(*pitch, height), free_pointer_v1);
    charge_return(&charge);
    return result;
}

static struct charge lift_pointer(CUdeviceptr pointer)
{
    struct charge charge = charge_lift(POINTER, pointer);
    return charge.process ? charge : charge_lift(POOL_POINTER, pointer);
}

static CUresult settle_free(struct charge *charge, CUresult result)
{
    if (result == CUDA_SUCCESS)
        charge_return(charge);
    else
        charge_restore(charge);
    return result;
}

INTERCEPTED CUresult cuMemFree_v2(CUdeviceptr pointer)
{
    struct charge charge = lift_pointer(pointer);
    return settle_free(&charge, free_pointer(pointer));
}

INTERCEPTED CUresult cuMemFree(CUdeviceptr_v1 pointer)
{
    struct charge charge = lift_pointer(pointer);
    return settle_free(&charge, free_pointer_v1(pointer));
}

/* Given back at the call: in the stream's order the driver may use the memory for the next allocation from then on. */
INTERCEPTED CUresult cuMemFreeAsync(CUdeviceptr pointer, CUhandle stream)
{
    CUresult (*real)(CUdeviceptr, CUhandle) = REAL(cuMemFreeAsync, (CUdeviceptr, CUhandle));
    struct charge charge = lift_pointer(pointer);
    return settle_free(&charge, real ? real(pointer, stream) : CUDA_ERROR_NOT_FOUND);
}

INTERCEPTED CUresult cuMemFreeAsync_ptsz(CUdeviceptr pointer, CUhandle stream)
{
    CUresult (*real)(CUdeviceptr, CUhandle) = REAL(cuMemFreeAsync_ptsz, (CUdeviceptr, CUhandle));
    struct charge charge = lift_pointer(pointer);
    return settle_free(&charge, real ? real(pointer, stream) : CUDA_ERROR_NOT_FOUND);
}
