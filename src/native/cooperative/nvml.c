/*
 * libnvidia-ml.so.1 in front of the driver's: where a GPU has a limit, its memory is the limit, and what is used of it is what the container's
 * processes hold. BAR1 is another matter and stays as it is. It looks at the accounts only; it takes no place in them.
 */
#include "nvml-types.h"
#include "process.h"
#include "real.h"
#include <stddef.h>

#define EXPORTED __attribute__((visibility("default")))

/* The same shape of function pointer as the driver's CUresult: an int. */
typedef nvmlReturn_t CUresult;

static int limit_of_handle(nvmlDevice_t device)
{
    nvmlReturn_t (*get_pci)(nvmlDevice_t, struct nvml_pci_info *) = REAL(nvmlDeviceGetPciInfo_v3, (nvmlDevice_t, struct nvml_pci_info *));
    struct nvml_pci_info info;

    if (limits()->count == 0 || !get_pci || get_pci(device, &info) != NVML_SUCCESS)
        return NO_LIMIT;
    info.bus_id[sizeof info.bus_id - 1] = '\0';
    return limit_of(info.bus_id);
}

static bool used_of(int limit, uint64_t *used)
{
    struct process *process = this_process();
    bool is_known;

    if (!process)
        return false;
    lock(&process->lock);
    is_known = usage_look(&process->usage);
    if (is_known)
        *used = usage_total(&process->usage, limit);
    unlock(&process->lock);
    return is_known;
}

/* False if the use cannot be known: nothing is then said rather than something wrong. */
static bool apply(int limit, uint64_t *total, uint64_t *free, uint64_t *used)
{
    uint64_t held;

    if (!used_of(limit, &held))
        return false;
    if (*total > limits()->bytes[limit])
        *total = limits()->bytes[limit];
    *used = held < *total ? held : *total;
    *free = *total - *used;
    return true;
}

EXPORTED nvmlReturn_t nvmlDeviceGetMemoryInfo(nvmlDevice_t device, struct nvml_memory *memory)
{
    nvmlReturn_t (*real)(nvmlDevice_t, struct nvml_memory *) = REAL(nvmlDeviceGetMemoryInfo, (nvmlDevice_t, struct nvml_memory *));
    nvmlReturn_t result = real ? real(device, memory) : NVML_ERROR_FUNCTION_NOT_FOUND;
    int limit = result == NVML_SUCCESS ? limit_of_handle(device) : NO_LIMIT;

    if (limit != NO_LIMIT && !apply(limit, &memory->total, &memory->free, &memory->used))
        return NVML_ERROR_UNKNOWN;
    return result;
}

/* What the driver reserves for itself is none of the limit. */
EXPORTED nvmlReturn_t nvmlDeviceGetMemoryInfo_v2(nvmlDevice_t device, struct nvml_memory_v2 *memory)
{
    nvmlReturn_t (*real)(nvmlDevice_t, struct nvml_memory_v2 *) = REAL(nvmlDeviceGetMemoryInfo_v2, (nvmlDevice_t, struct nvml_memory_v2 *));
    nvmlReturn_t result = real ? real(device, memory) : NVML_ERROR_FUNCTION_NOT_FOUND;
    int limit = result == NVML_SUCCESS ? limit_of_handle(device) : NO_LIMIT;

    if (limit == NO_LIMIT)
        return result;
    if (!apply(limit, &memory->total, &memory->free, &memory->used))
        return NVML_ERROR_UNKNOWN;
    memory->reserved = 0;
    return result;
}
