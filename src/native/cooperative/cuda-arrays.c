/* Arrays, which textures and surfaces read. */
#include "array-size.h"
#include "devices.h"
#include "measure.h"
#include "real.h"

/* A size that is known is charged before the driver is asked; one that is not is measured after it. */
struct array_charge {
    bool is_measured;
    struct measured measured;
};

static CUresult take(struct array_charge *array, bool is_known, uint64_t bytes)
{
    array->is_measured = !is_known;
    return is_known ? charge_take(&array->measured.charge, limit_of_current_device(), bytes) : measure_begin_current(&array->measured);
}

static CUresult settle(struct array_charge *array, CUresult result, CUhandle handle, enum holding_kind kind)
{
    CUresult (*undo)(CUhandle) = kind == ARRAY ? REAL(cuArrayDestroy, (CUhandle)) : REAL(cuMipmappedArrayDestroy, (CUhandle));

    if (result == CUDA_SUCCESS && array->is_measured && measure_end(&array->measured) != CUDA_SUCCESS) {
        if (undo)
            undo(handle);
        result = CUDA_ERROR_OUT_OF_MEMORY;
    }
    if (result == CUDA_SUCCESS)
        charge_keep(&array->measured.charge, kind, (uint64_t)(uintptr_t)handle, current_context(), 0);
    else
        charge_return(&array->measured.charge);
    return result;
}

/* What the driver says of a missing descriptor is its own affair. */
static CUresult create(CUresult (*real)(CUhandle *, const void *), CUhandle *handle, const void *argument, const struct array3d_descriptor *array)
{
    struct array_charge charge;
    uint64_t bytes;
    bool is_known;
    CUresult result;

    if (!real)
        return CUDA_ERROR_NOT_FOUND;
    is_known = array_bytes(array, &bytes);
    if (take(&charge, is_known, bytes) != CUDA_SUCCESS)
        return CUDA_ERROR_OUT_OF_MEMORY;
    result = real(handle, argument);
    return settle(&charge, result, result == CUDA_SUCCESS ? *handle : NULL, ARRAY);
}

INTERCEPTED CUresult cuArrayCreate_v2(CUhandle *handle, const struct array_descriptor *array)
{
    struct array3d_descriptor size = { .format = 0 };

    if (array)
        size = (struct array3d_descriptor) { array->width, array->height, 0, array->format, array->channels, 0 };
    return create(REAL(cuArrayCreate_v2, (CUhandle *, const void *)), handle, array, &size);
}

INTERCEPTED CUresult cuArrayCreate(CUhandle *handle, const struct array_descriptor_v1 *array)
{
    struct array3d_descriptor size = { .format = 0 };

    if (array)
        size = (struct array3d_descriptor) { array->width, array->height, 0, array->format, array->channels, 0 };
    return create(REAL(cuArrayCreate, (CUhandle *, const void *)), handle, array, &size);
}

INTERCEPTED CUresult cuArray3DCreate_v2(CUhandle *handle, const struct array3d_descriptor *array)
{
    struct array3d_descriptor size = { .format = 0 };

    return create(REAL(cuArray3DCreate_v2, (CUhandle *, const void *)), handle, array, array ? array : &size);
}

INTERCEPTED CUresult cuArray3DCreate(CUhandle *handle, const struct array3d_descriptor_v1 *array)
{
    struct array3d_descriptor size = { .format = 0 };

    if (array)
        size = (struct array3d_descriptor) { array->width, array->height, array->depth, array->format, array->channels, array->flags };
    return create(REAL(cuArray3DCreate, (CUhandle *, const void *)), handle, array, &size);
}

INTERCEPTED CUresult cuMipmappedArrayCreate(CUhandle *handle, const struct array3d_descriptor *array, unsigned levels)
{
    CUresult (*real)(CUhandle *, const struct array3d_descriptor *, unsigned)
        = REAL(cuMipmappedArrayCreate, (CUhandle *, const struct array3d_descriptor *, unsigned));
    struct array_charge charge;
    uint64_t bytes = 0;
    bool is_known;
    CUresult result;

    if (!real)
        return CUDA_ERROR_NOT_FOUND;
    is_known = array && mipmapped_array_bytes(array, levels, &bytes);
    if (take(&charge, is_known, bytes) != CUDA_SUCCESS)
        return CUDA_ERROR_OUT_OF_MEMORY;
    result = real(handle, array, levels);
    return settle(&charge, result, result == CUDA_SUCCESS ? *handle : NULL, MIPMAPPED_ARRAY);
}

static CUresult destroy(CUresult (*real)(CUhandle), CUhandle handle, enum holding_kind kind)
{
    struct charge charge;
    CUresult result;

    if (!real)
        return CUDA_ERROR_NOT_FOUND;
    charge = charge_lift(kind, (uint64_t)(uintptr_t)handle);
    result = real(handle);
    if (result == CUDA_SUCCESS)
        charge_return(&charge);
    else
        charge_restore(&charge);
    return result;
}

INTERCEPTED CUresult cuArrayDestroy(CUhandle array)
{
    return destroy(REAL(cuArrayDestroy, (CUhandle)), array, ARRAY);
}

INTERCEPTED CUresult cuMipmappedArrayDestroy(CUhandle array)
{
    return destroy(REAL(cuMipmappedArrayDestroy, (CUhandle)), array, MIPMAPPED_ARRAY);
}
