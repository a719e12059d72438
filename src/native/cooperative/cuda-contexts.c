/*
 * Contexts take hundreds of MiB that no argument tells: measured (measure.h). With a context goes all memory that was allocated in it.
 */
#include "devices.h"
#include "measure.h"
#include "real.h"

static bool lives_in(const struct holding *holding, const void *context)
{
    return holding->context == (uint64_t)(uintptr_t)context && (holding->kind == POINTER || holding->kind == ARRAY
        || holding->kind == MIPMAPPED_ARRAY || holding->kind == EXTERNAL_MEMORY);
}

static bool lives_in_or_came_from_pool(const struct holding *holding, const void *context)
{
    return lives_in(holding, context) || (holding->kind == POOL_POINTER && holding->context == (uint64_t)(uintptr_t)context);
}

static CUresult destroy_context(CUresult (*real)(CUhandle), CUhandle context)
{
    struct charge charge;
    CUresult result;

    if (!real)
        return CUDA_ERROR_NOT_FOUND;
    charge = charge_lift(CONTEXT, (uint64_t)(uintptr_t)context);
    result = real(context);
    if (result != CUDA_SUCCESS) {
        charge_restore(&charge);
        return result;
    }
    charge_return(&charge);
    if (context)
        charge_return_all(lives_in, context);
    return result;
}

INTERCEPTED CUresult cuCtxDestroy_v2(CUhandle context)
{
    return destroy_context(REAL(cuCtxDestroy_v2, (CUhandle)), context);
}

INTERCEPTED CUresult cuCtxDestroy(CUhandle context)
{
    return destroy_context(REAL(cuCtxDestroy, (CUhandle)), context);
}

static CUresult settle(struct measured *measured, CUresult result, CUhandle *context)
{
    CUresult (*undo)(CUhandle) = REAL(cuCtxDestroy_v2, (CUhandle));

    if (result == CUDA_SUCCESS && measure_end(measured) != CUDA_SUCCESS) {
        if (undo)
            undo(*context);
        result = CUDA_ERROR_OUT_OF_MEMORY;
    }
    if (result == CUDA_SUCCESS)
        charge_keep(&measured->charge, CONTEXT, (uint64_t)(uintptr_t)*context, NULL, 0);
    else
        charge_return(&measured->charge);
    return result;
}

INTERCEPTED CUresult cuCtxCreate(CUhandle *context, unsigned flags, CUdevice device)
{
    CUresult (*real)(CUhandle *, unsigned, CUdevice) = REAL(cuCtxCreate, (CUhandle *, unsigned, CUdevice));
    struct measured measured;

    if (!real)
        return CUDA_ERROR_NOT_FOUND;
    if (measure_begin(&measured, device) != CUDA_SUCCESS)
        return CUDA_ERROR_OUT_OF_MEMORY;
    return settle(&measured, real(context, flags, device), context);
}

INTERCEPTED CUresult cuCtxCreate_v2(CUhandle *context, unsigned flags, CUdevice device)
{
    CUresult (*real)(CUhandle *, unsigned, CUdevice) = REAL(cuCtxCreate_v2, (CUhandle *, unsigned, CUdevice));
    struct measured measured;

    if (!real)
        return CUDA_ERROR_NOT_FOUND;
    if (measure_begin(&measured, device) != CUDA_SUCCESS)
        return CUDA_ERROR_OUT_OF_MEMORY;
    return settle(&measured, real(context, flags, device), context);
}

INTERCEPTED CUresult cuCtxCreate_v3(CUhandle *context, void *affinity, int count, unsigned flags, CUdevice device)
{
    CUresult (*real)(CUhandle *, void *, int, unsigned, CUdevice) = REAL(cuCtxCreate_v3, (CUhandle *, void *, int, unsigned, CUdevice));
    struct measured measured;

    if (!real)
        return CUDA_ERROR_NOT_FOUND;
    if (measure_begin(&measured, device) != CUDA_SUCCESS)
        return CUDA_ERROR_OUT_OF_MEMORY;
    return settle(&measured, real(context, affinity, count, flags, device), context);
}

INTERCEPTED CUresult cuCtxCreate_v4(CUhandle *context, void *parameters, unsigned flags, CUdevice device)
{
    CUresult (*real)(CUhandle *, void *, unsigned, CUdevice) = REAL(cuCtxCreate_v4, (CUhandle *, void *, unsigned, CUdevice));
    struct measured measured;

    if (!real)
        return CUDA_ERROR_NOT_FOUND;
    if (measure_begin(&measured, device) != CUDA_SUCCESS)
        return CUDA_ERROR_OUT_OF_MEMORY;
    return settle(&measured, real(context, parameters, flags, device), context);
}

/* A green context lives in the primary one; what it takes of its own is measured too. */
INTERCEPTED CUresult cuGreenCtxCreate(CUhandle *context, void *resources, CUdevice device, unsigned flags)
{
    CUresult (*real)(CUhandle *, void *, CUdevice, unsigned) = REAL(cuGreenCtxCreate, (CUhandle *, void *, CUdevice, unsigned));
    CUresult (*undo)(CUhandle) = REAL(cuGreenCtxDestroy, (CUhandle));
    struct measured measured;
    CUresult result;

    if (!real)
        return CUDA_ERROR_NOT_FOUND;
    if (measure_begin(&measured, device) != CUDA_SUCCESS)
        return CUDA_ERROR_OUT_OF_MEMORY;
    result = real(context, resources, device, flags);
    if (result == CUDA_SUCCESS && measure_end(&measured) != CUDA_SUCCESS) {
        if (undo)
            undo(*context);
        result = CUDA_ERROR_OUT_OF_MEMORY;
    }
    if (result == CUDA_SUCCESS)
        charge_keep(&measured.charge, GREEN_CONTEXT, (uint64_t)(uintptr_t)*context, NULL, 0);
    else
        charge_return(&measured.charge);
    return result;
}

INTERCEPTED CUresult cuGreenCtxDestroy(CUhandle context)
{
    CUresult (*real)(CUhandle) = REAL(cuGreenCtxDestroy, (CUhandle));
    struct charge charge;
    CUresult result;

    if (!real)
        return CUDA_ERROR_NOT_FOUND;
    charge = charge_lift(GREEN_CONTEXT, (uint64_t)(uintptr_t)context);
    result = real(context);
    if (result == CUDA_SUCCESS)
        charge_return(&charge);
    else
        charge_restore(&charge);
    return result;
}

/* ---- The primary context: one a device, made by the first to retain it and gone with the last release. ---- */

static bool primary_is_active(CUdevice device)
{
    CUresult (*get_state)(CUdevice, unsigned *, int *) = REAL(cuDevicePrimaryCtxGetState, (CUdevice, unsigned *, int *));
    unsigned flags;
    int is_active = 0;

    return get_state && get_state(device, &flags, &is_active) == CUDA_SUCCESS && is_active;
}

INTERCEPTED CUresult cuDevicePrimaryCtxRetain(CUhandle *context, CUdevice device)
{
    CUresult (*real)(CUhandle *, CUdevice) = REAL(cuDevicePrimaryCtxRetain, (CUhandle *, CUdevice));
    CUresult (*undo)(CUdevice) = REAL(cuDevicePrimaryCtxRelease_v2, (CUdevice));
    struct measured measured;
    struct holding kept;
    CUresult result;

    if (!real)
        return CUDA_ERROR_NOT_FOUND;
    if (charge_find(PRIMARY_CONTEXT, (uint64_t)device, &kept) && primary_is_active(device))
        return real(context, device);
    if (measure_begin(&measured, device) != CUDA_SUCCESS)
        return CUDA_ERROR_OUT_OF_MEMORY;
    result = real(context, device);
    if (result == CUDA_SUCCESS && measure_end(&measured) != CUDA_SUCCESS) {
        if (undo)
            undo(device);
        result = CUDA_ERROR_OUT_OF_MEMORY;
    }
    if (result == CUDA_SUCCESS)
        charge_keep(&measured.charge, PRIMARY_CONTEXT, (uint64_t)device, *context, 0);
    else
        charge_return(&measured.charge);
    return result;
}

/* Two threads may retain it first at once, and then both have measured something. */
static void settle_primary(CUdevice device)
{
    if (primary_is_active(device))
        return;
    for (;;) {
        struct charge charge = charge_lift(PRIMARY_CONTEXT, (uint64_t)device);
        if (!charge.process)
            return;
        charge_return(&charge);
        charge_return_all(lives_in_or_came_from_pool, (const void *)(uintptr_t)charge.holding.context);
    }
}

static CUresult end_primary(CUresult (*real)(CUdevice), CUdevice device)
{
    CUresult result = real ? real(device) : CUDA_ERROR_NOT_FOUND;

    if (result == CUDA_SUCCESS)
        settle_primary(device);
    return result;
}

INTERCEPTED CUresult cuDevicePrimaryCtxRelease_v2(CUdevice device)
{
    return end_primary(REAL(cuDevicePrimaryCtxRelease_v2, (CUdevice)), device);
}

INTERCEPTED CUresult cuDevicePrimaryCtxRelease(CUdevice device)
{
    return end_primary(REAL(cuDevicePrimaryCtxRelease, (CUdevice)), device);
}

INTERCEPTED CUresult cuDevicePrimaryCtxReset_v2(CUdevice device)
{
    return end_primary(REAL(cuDevicePrimaryCtxReset_v2, (CUdevice)), device);
}

INTERCEPTED CUresult cuDevicePrimaryCtxReset(CUdevice device)
{
    return end_primary(REAL(cuDevicePrimaryCtxReset, (CUdevice)), device);
}
