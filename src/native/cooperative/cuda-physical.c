/*
 * Physical memory (cuMemCreate) and its mappings. The driver frees it when the last handle is released and the last mapping is gone, in whichever
 * order, and so it is counted until then: programs like to release the handle as soon as the memory is mapped.
 */
#include "charges.h"
#include "devices.h"
#include "measure.h"
#include "physical.h"
#include "real.h"

INTERCEPTED CUresult cuMemCreate(CUallocation *handle, size_t bytes, const struct allocation_properties *properties, uint64_t flags)
{
    CUresult (*real)(CUallocation *, size_t, const struct allocation_properties *, uint64_t)
        = REAL(cuMemCreate, (CUallocation *, size_t, const struct allocation_properties *, uint64_t));
    struct charge charge;
    CUresult result;

    if (!real)
        return CUDA_ERROR_NOT_FOUND;
    /* The host's memory is not the GPU's. */
    if (!properties || properties->location.type != LOCATION_DEVICE)
        return real(handle, bytes, properties, flags);
    if (charge_take(&charge, limit_of_device(properties->location.id), bytes) != CUDA_SUCCESS)
        return CUDA_ERROR_OUT_OF_MEMORY;
    result = real(handle, bytes, properties, flags);
    return physical_settle(&charge, result, result == CUDA_SUCCESS ? *handle : 0);
}

/* The memory is its maker's, who is charged where it is one of the container's processes; what the driver takes beyond that is measured. */
INTERCEPTED CUresult cuMemImportFromShareableHandle(CUallocation *handle, void *shared, int type)
{
    CUresult (*real)(CUallocation *, void *, int) = REAL(cuMemImportFromShareableHandle, (CUallocation *, void *, int));
    CUresult (*release)(CUallocation) = REAL(cuMemRelease, (CUallocation));
    struct measured measured;
    CUresult result;

    if (!real)
        return CUDA_ERROR_NOT_FOUND;
    if (measure_begin_current(&measured) != CUDA_SUCCESS)
        return CUDA_ERROR_OUT_OF_MEMORY;
    result = real(handle, shared, type);
    if (result == CUDA_SUCCESS && measure_end(&measured) != CUDA_SUCCESS) {
        if (release)
            release(*handle);
        charge_return(&measured.charge);
        return CUDA_ERROR_OUT_OF_MEMORY;
    }
    return physical_settle(&measured.charge, result, result == CUDA_SUCCESS ? *handle : 0);
}

INTERCEPTED CUresult cuMemRelease(CUallocation handle)
{
    CUresult (*real)(CUallocation) = REAL(cuMemRelease, (CUallocation));
    struct released released;
    CUresult result;

    if (!real)
        return CUDA_ERROR_NOT_FOUND;
    released = physical_lift_handle(handle);
    result = real(handle);
    physical_finish(&released, result);
    return result;
}

INTERCEPTED CUresult cuMemRetainAllocationHandle(CUallocation *handle, void *address)
{
    CUresult (*real)(CUallocation *, void *) = REAL(cuMemRetainAllocationHandle, (CUallocation *, void *));
    CUresult result = real ? real(handle, address) : CUDA_ERROR_NOT_FOUND;

    if (result == CUDA_SUCCESS)
        physical_retain(*handle, (CUdeviceptr)(uintptr_t)address);
    return result;
}

INTERCEPTED CUresult cuMemMap(CUdeviceptr pointer, size_t bytes, size_t offset, CUallocation handle, uint64_t flags)
{
    CUresult (*real)(CUdeviceptr, size_t, size_t, CUallocation, uint64_t) = REAL(cuMemMap, (CUdeviceptr, size_t, size_t, CUallocation, uint64_t));
    CUresult result = real ? real(pointer, bytes, offset, handle, flags) : CUDA_ERROR_NOT_FOUND;

    if (result == CUDA_SUCCESS)
        physical_map(handle, pointer, bytes);
    return result;
}

INTERCEPTED CUresult cuMemUnmap(CUdeviceptr pointer, size_t bytes)
{
    CUresult (*real)(CUdeviceptr, size_t) = REAL(cuMemUnmap, (CUdeviceptr, size_t));
    CUresult result = real ? real(pointer, bytes) : CUDA_ERROR_NOT_FOUND;

    if (result == CUDA_SUCCESS)
        physical_unmap(pointer, bytes);
    return result;
}
