#include "devices.h"
#include "process.h"
#include "real.h"

enum { NOT_ASKED = 0, STORED_OFFSET = 2 };

static int ask_limit_of_device(CUdevice device)
{
    char address[32] = "";
    CUresult (*get_address)(char *, int, CUdevice) = REAL(cuDeviceGetPCIBusId, (char *, int, CUdevice));
    const char *end;
    uint64_t packed;

    if (!get_address || get_address(address, sizeof address, device) != CUDA_SUCCESS || !parse_pci_address(address, &end, &packed))
        return UNKNOWN_GPU;
    return limit_of(address);
}

int limit_of_device(CUdevice device)
{
    struct process *process = limits()->count ? this_process() : NULL;
    int limit;

    if (!process)
        return NO_LIMIT;
    if (device < 0 || device >= LARGEST_DEVICE_COUNT)
        return ask_limit_of_device(device);
    limit = atomic_load_explicit(&process->limit_of_device[device], memory_order_relaxed);
    if (limit != NOT_ASKED)
        return limit - STORED_OFFSET;
    limit = ask_limit_of_device(device);
    if (limit != UNKNOWN_GPU)
        atomic_store_explicit(&process->limit_of_device[device], limit + STORED_OFFSET, memory_order_relaxed);
    return limit;
}

bool current_device(CUdevice *device)
{
    CUresult (*get_device)(CUdevice *) = REAL(cuCtxGetDevice, (CUdevice *));
    return get_device && get_device(device) == CUDA_SUCCESS;
}

CUhandle current_context(void)
{
    CUresult (*get_current)(CUhandle *) = REAL(cuCtxGetCurrent, (CUhandle *));
    CUhandle context = NULL;

    return get_current && get_current(&context) == CUDA_SUCCESS ? context : NULL;
}

int limit_of_current_device(void)
{
    CUdevice device;
    return limits()->count && current_device(&device) ? limit_of_device(device) : NO_LIMIT;
}

static bool device_of_context(CUhandle context, CUdevice *device)
{
    CUresult (*push)(CUhandle) = REAL(cuCtxPushCurrent_v2, (CUhandle));
    CUresult (*pop)(CUhandle *) = REAL(cuCtxPopCurrent_v2, (CUhandle *));
    CUhandle popped;
    bool is_known;

    if (!push || !pop || push(context) != CUDA_SUCCESS)
        return false;
    is_known = current_device(device);
    pop(&popped);
    return is_known;
}

int limit_of_stream(CUhandle stream, CUhandle *context)
{
    CUresult (*get_context)(CUhandle, CUhandle *) = REAL(cuStreamGetCtx, (CUhandle, CUhandle *));
    CUhandle current = current_context(), own = NULL;
    CUdevice device;

    *context = current;
    if (!limits()->count)
        return NO_LIMIT;
    if ((uintptr_t)stream > STREAM_PER_THREAD && get_context && get_context(stream, &own) == CUDA_SUCCESS && own != current
        && device_of_context(own, &device)) {
        *context = own;
        return limit_of_device(device);
    }
    return limit_of_current_device();
}
