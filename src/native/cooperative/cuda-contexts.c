/*
 * Contexts take hundreds of MiB that no argument tells: they are measured (measure.h). With a context goes all memory that was allocated in it.
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

static void release_primary(CUdevice device)
{
    CUresult (*release)(CUdevice) = REAL(cuDevicePrimaryCtxRelease_v2, (CUdevice));

    if (release)
        release(device);
}

/* One call that makes a context, whichever of them. */
struct creation {
    CUresult (*call)(const struct creation *creation);
    void *real;
    CUhandle *context;
    CUdevice device;
    unsigned flags;
    void *parameters;
    int count;
};

/* What another container takes in the same moment is measured too, where NVML does not list this process. So one that seems too large is tried
   again before the program is told that there is no memory. */
enum { ATTEMPTS = 3 };

static CUresult create(const struct creation *creation, enum holding_kind kind, CUresult (*undo)(CUhandle))
{
    struct measured measured;
    CUresult result;

    if (!creation->real)
        return CUDA_ERROR_NOT_FOUND;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        if (measure_begin(&measured, creation->device) != CUDA_SUCCESS)
            return CUDA_ERROR_OUT_OF_MEMORY;
        result = creation->call(creation);
        if (result != CUDA_SUCCESS) {
            charge_return(&measured.charge);
            return result;
        }
        if (measure_end(&measured) == CUDA_SUCCESS) {
            /* A primary context's key is its device, since that is what its release names. */
            charge_keep(&measured.charge, kind, kind == PRIMARY_CONTEXT ? (uint64_t)creation->device : (uint64_t)(uintptr_t)*creation->context,
                kind == PRIMARY_CONTEXT ? *creation->context : NULL, 0);
            return CUDA_SUCCESS;
        }
        if (undo)
            undo(*creation->context);
        else
            release_primary(creation->device);
        charge_return(&measured.charge);
    }
    return CUDA_ERROR_OUT_OF_MEMORY;
}

static CUresult create_context(const struct creation *creation)
{
    return create(creation, CONTEXT, REAL(cuCtxDestroy_v2, (CUhandle)));
}

static CUresult call_plain(const struct creation *creation)
{
    return ((CUresult (*)(CUhandle *, unsigned, CUdevice))creation->real)(creation->context, creation->flags, creation->device);
}

INTERCEPTED CUresult cuCtxCreate(CUhandle *context, unsigned flags, CUdevice device)
{
    return create_context(&(struct creation) {
        call_plain, REAL(cuCtxCreate, (CUhandle *, unsigned, CUdevice)), context, device, flags, NULL, 0 });
}

INTERCEPTED CUresult cuCtxCreate_v2(CUhandle *context, unsigned flags, CUdevice device)
{
    return create_context(&(struct creation) {
        call_plain, REAL(cuCtxCreate_v2, (CUhandle *, unsigned, CUdevice)), context, device, flags, NULL, 0 });
}

static CUresult call_with_affinity(const struct creation *creation)
{
    return ((CUresult (*)(CUhandle *, void *, int, unsigned, CUdevice))creation->real)(
        creation->context, creation->parameters, creation->count, creation->flags, creation->device);
}

INTERCEPTED CUresult cuCtxCreate_v3(CUhandle *context, void *affinity, int count, unsigned flags, CUdevice device)
{
    return create_context(&(struct creation) {
        call_with_affinity, REAL(cuCtxCreate_v3, (CUhandle *, void *, int, unsigned, CUdevice)), context, device, flags, affinity, count });
}

static CUresult call_with_parameters(const struct creation *creation)
{
    return ((CUresult (*)(CUhandle *, void *, unsigned, CUdevice))creation->real)(
        creation->context, creation->parameters, creation->flags, creation->device);
}

INTERCEPTED CUresult cuCtxCreate_v4(CUhandle *context, void *parameters, unsigned flags, CUdevice device)
{
    return create_context(&(struct creation) {
        call_with_parameters, REAL(cuCtxCreate_v4, (CUhandle *, void *, unsigned, CUdevice)), context, device, flags, parameters, 0 });
}

static CUresult call_green(const struct creation *creation)
{
    return ((CUresult (*)(CUhandle *, void *, CUdevice, unsigned))creation->real)(
        creation->context, creation->parameters, creation->device, creation->flags);
}

/* A green context lives in the primary one; what it takes of its own is measured too. */
INTERCEPTED CUresult cuGreenCtxCreate(CUhandle *context, void *resources, CUdevice device, unsigned flags)
{
    return create(&(struct creation) {
        call_green, REAL(cuGreenCtxCreate, (CUhandle *, void *, CUdevice, unsigned)), context, device, flags, resources, 0 },
        GREEN_CONTEXT, REAL(cuGreenCtxDestroy, (CUhandle)));
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

static CUresult call_retain(const struct creation *creation)
{
    return ((CUresult (*)(CUhandle *, CUdevice))creation->real)(creation->context, creation->device);
}

INTERCEPTED CUresult cuDevicePrimaryCtxRetain(CUhandle *context, CUdevice device)
{
    CUresult (*real)(CUhandle *, CUdevice) = REAL(cuDevicePrimaryCtxRetain, (CUhandle *, CUdevice));
    struct holding kept;

    if (charge_find(PRIMARY_CONTEXT, (uint64_t)device, &kept) && primary_is_active(device))
        return real(context, device);
    return create(&(struct creation) { call_retain, real, context, device, 0, NULL, 0 }, PRIMARY_CONTEXT, NULL);
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
