/* Memory from pools, in a stream's order. */
#include "charges.h"
#include "devices.h"
#include "graphs.h"
#include "measure.h"
#include "real.h"

/* Neither a stream that is being recorded nor the memory of the graph that comes of it is the pool's. */
static void keep(struct charge *charge, CUresult result, const CUdeviceptr *pointer, CUhandle stream, CUhandle context)
{
    CUhandle graph;

    if (result != CUDA_SUCCESS)
        charge_return(charge);
    else if (charge->process && (graph = recorded_graph(stream)) != NULL)
        charge_keep(charge, GRAPH, (uint64_t)(uintptr_t)graph, NULL, 0);
    else
        charge_keep(charge, POOL_POINTER, *pointer, context, 0);
}

typedef CUresult allocate_async(CUdeviceptr *, size_t, CUhandle);
typedef CUresult allocate_from_pool(CUdeviceptr *, size_t, CUhandle, CUhandle);

static CUresult allocate(allocate_async *real, CUdeviceptr *pointer, size_t bytes, CUhandle stream)
{
    CUhandle context;
    struct charge charge;
    CUresult result;

    if (!real)
        return CUDA_ERROR_NOT_FOUND;
    if (charge_take(&charge, limit_of_stream(stream, &context), bytes) != CUDA_SUCCESS)
        return CUDA_ERROR_OUT_OF_MEMORY;
    result = real(pointer, bytes, stream);
    keep(&charge, result, pointer, stream, context);
    return result;
}

INTERCEPTED CUresult cuMemAllocAsync(CUdeviceptr *pointer, size_t bytes, CUhandle stream)
{
    return allocate(REAL(cuMemAllocAsync, (CUdeviceptr *, size_t, CUhandle)), pointer, bytes, stream);
}

INTERCEPTED CUresult cuMemAllocAsync_ptsz(CUdeviceptr *pointer, size_t bytes, CUhandle stream)
{
    return allocate(REAL(cuMemAllocAsync_ptsz, (CUdeviceptr *, size_t, CUhandle)), pointer, bytes, stream);
}

/* The GPU of a pool that the program did not make is the one that has it as its default or its current pool. */
static int limit_of_pool(CUhandle pool, CUhandle stream, CUhandle *context)
{
    CUresult (*get_default)(CUhandle *, CUdevice) = REAL(cuDeviceGetDefaultMemPool, (CUhandle *, CUdevice));
    CUresult (*get_count)(int *) = REAL(cuDeviceGetCount, (int *));
    int of_stream = limit_of_stream(stream, context), count = 0;
    struct holding made;
    CUhandle candidate;

    if (!limits()->count)
        return NO_LIMIT;
    if (charge_find(POOL, (uint64_t)(uintptr_t)pool, &made))
        return made.limit;
    if (get_default && get_count && get_count(&count) == CUDA_SUCCESS)
        for (CUdevice device = 0; device < count; device++)
            if (get_default(&candidate, device) == CUDA_SUCCESS && candidate == pool)
                return limit_of_device(device);
    return of_stream;
}

static CUresult allocate_in_pool(allocate_from_pool *real, CUdeviceptr *pointer, size_t bytes, CUhandle pool, CUhandle stream)
{
    CUhandle context;
    struct charge charge;
    CUresult result;

    if (!real)
        return CUDA_ERROR_NOT_FOUND;
    if (charge_take(&charge, limit_of_pool(pool, stream, &context), bytes) != CUDA_SUCCESS)
        return CUDA_ERROR_OUT_OF_MEMORY;
    result = real(pointer, bytes, pool, stream);
    keep(&charge, result, pointer, stream, context);
    return result;
}

INTERCEPTED CUresult cuMemAllocFromPoolAsync(CUdeviceptr *pointer, size_t bytes, CUhandle pool, CUhandle stream)
{
    return allocate_in_pool(REAL(cuMemAllocFromPoolAsync, (CUdeviceptr *, size_t, CUhandle, CUhandle)), pointer, bytes, pool, stream);
}

INTERCEPTED CUresult cuMemAllocFromPoolAsync_ptsz(CUdeviceptr *pointer, size_t bytes, CUhandle pool, CUhandle stream)
{
    return allocate_in_pool(REAL(cuMemAllocFromPoolAsync_ptsz, (CUdeviceptr *, size_t, CUhandle, CUhandle)), pointer, bytes, pool, stream);
}

/* A new pool holds nothing. It is remembered for the GPU that its allocations are of; a pool in the host's memory has no limit. */
INTERCEPTED CUresult cuMemPoolCreate(CUhandle *pool, const struct pool_properties *properties)
{
    CUresult (*real)(CUhandle *, const struct pool_properties *) = REAL(cuMemPoolCreate, (CUhandle *, const struct pool_properties *));
    CUresult result = real ? real(pool, properties) : CUDA_ERROR_NOT_FOUND;

    if (result == CUDA_SUCCESS)
        charge_remember(POOL, (uint64_t)(uintptr_t)*pool,
            properties->location.type == LOCATION_DEVICE ? limit_of_device(properties->location.id) : NO_LIMIT);
    return result;
}

INTERCEPTED CUresult cuMemPoolDestroy(CUhandle pool)
{
    CUresult (*real)(CUhandle) = REAL(cuMemPoolDestroy, (CUhandle));
    CUresult result;
    struct charge remembered;

    if (!real)
        return CUDA_ERROR_NOT_FOUND;
    remembered = charge_lift(POOL, (uint64_t)(uintptr_t)pool);
    result = real(pool);
    if (result == CUDA_SUCCESS)
        charge_return(&remembered);
    else
        charge_restore(&remembered);
    return result;
}

/* Another process made the pool and what is in it, and is charged for it where it is one of the container's. What the driver takes here beyond that
   no argument tells, so it is measured. */
INTERCEPTED CUresult cuMemPoolImportFromShareableHandle(CUhandle *pool, void *handle, int type, uint64_t flags)
{
    CUresult (*real)(CUhandle *, void *, int, uint64_t) = REAL(cuMemPoolImportFromShareableHandle, (CUhandle *, void *, int, uint64_t));
    struct measured measured;
    CUresult result;

    if (!real)
        return CUDA_ERROR_NOT_FOUND;
    if (measure_begin_current(&measured) != CUDA_SUCCESS)
        return CUDA_ERROR_OUT_OF_MEMORY;
    result = real(pool, handle, type, flags);
    if (result != CUDA_SUCCESS)
        charge_return(&measured.charge);
    else if (measure_end(&measured) == CUDA_SUCCESS)
        charge_keep(&measured.charge, POOL, (uint64_t)(uintptr_t)*pool, NULL, 0);
    else {
        CUresult (*undo)(CUhandle) = REAL(cuMemPoolDestroy, (CUhandle));
        if (undo)
            undo(*pool);
        charge_return(&measured.charge);
        return CUDA_ERROR_OUT_OF_MEMORY;
    }
    return result;
}

INTERCEPTED CUresult cuMemPoolImportPointer(CUdeviceptr *pointer, CUhandle pool, void *exported)
{
    CUresult (*real)(CUdeviceptr *, CUhandle, void *) = REAL(cuMemPoolImportPointer, (CUdeviceptr *, CUhandle, void *));
    struct measured measured;
    CUresult result;

    if (!real)
        return CUDA_ERROR_NOT_FOUND;
    if (measure_begin_current(&measured) != CUDA_SUCCESS)
        return CUDA_ERROR_OUT_OF_MEMORY;
    result = real(pointer, pool, exported);
    if (result != CUDA_SUCCESS)
        charge_return(&measured.charge);
    else if (measure_end(&measured) == CUDA_SUCCESS)
        charge_keep(&measured.charge, POOL_POINTER, *pointer, current_context(), 0);
    else {
        CUresult (*undo)(CUdeviceptr) = REAL(cuMemFree_v2, (CUdeviceptr));
        if (undo)
            undo(*pointer);
        charge_return(&measured.charge);
        return CUDA_ERROR_OUT_OF_MEMORY;
    }
    return result;
}
