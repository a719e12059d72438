/*
 * Memory that Vulkan, OpenGL or Direct3D allocated and CUDA is given. Its size is an argument, and it is charged whole: those interfaces are not
 * intercepted, so nobody else of the container was charged for it.
 */
#include "charges.h"
#include "devices.h"
#include "real.h"

INTERCEPTED CUresult cuImportExternalMemory(CUhandle *memory, const struct external_memory_descriptor *descriptor)
{
    CUresult (*real)(CUhandle *, const struct external_memory_descriptor *)
        = REAL(cuImportExternalMemory, (CUhandle *, const struct external_memory_descriptor *));
    struct charge charge;
    CUresult result;

    if (!real)
        return CUDA_ERROR_NOT_FOUND;
    if (charge_take(&charge, limit_of_current_device(), descriptor ? descriptor->size : 0) != CUDA_SUCCESS)
        return CUDA_ERROR_OUT_OF_MEMORY;
    result = real(memory, descriptor);
    if (result == CUDA_SUCCESS)
        charge_keep(&charge, EXTERNAL_MEMORY, (uint64_t)(uintptr_t)*memory, current_context(), 0);
    else
        charge_return(&charge);
    return result;
}

INTERCEPTED CUresult cuDestroyExternalMemory(CUhandle memory)
{
    CUresult (*real)(CUhandle) = REAL(cuDestroyExternalMemory, (CUhandle));
    struct charge charge;
    CUresult result;

    if (!real)
        return CUDA_ERROR_NOT_FOUND;
    charge = charge_lift(EXTERNAL_MEMORY, (uint64_t)(uintptr_t)memory);
    result = real(memory);
    if (result == CUDA_SUCCESS)
        charge_return(&charge);
    else
        charge_restore(&charge);
    return result;
}
