/* A stand-in for libnvidia-ml.so.1: what it says of memory and processes is the truth of stand-in.h. */
#include "stand-in.h"

struct memory { unsigned long long total, free, used; };
struct memory_v2 { unsigned version; unsigned long long total, reserved, free, used; };
struct pci { char legacy[16]; unsigned domain, bus, device, id, subsystem; char bus_id[32]; };
struct process { unsigned pid; unsigned long long used; unsigned gpu_instance, compute_instance; };

API int nvmlInit_v2(void)
{
    return 0;
}

API int nvmlDeviceGetHandleByIndex_v2(unsigned index, void **device)
{
    *device = (void *)(uintptr_t)(index + 1);
    return index < GPUS ? 0 : 2;
}

API int nvmlDeviceGetHandleByPciBusId_v2(const char *address, void **device)
{
    for (unsigned i = 0; i < GPUS; i++)
        if (strcasecmp(address, ADDRESSES[i]) == 0)
            return nvmlDeviceGetHandleByIndex_v2(i, device);
    return 6;
}

static int gpu_of(void *device)
{
    return (int)(uintptr_t)device - 1;
}

API int nvmlDeviceGetPciInfo_v3(void *device, struct pci *pci)
{
    memset(pci, 0, sizeof *pci);
    snprintf(pci->bus_id, sizeof pci->bus_id, "0000%s", ADDRESSES[gpu_of(device)]);
    return 0;
}

API int nvmlDeviceGetMemoryInfo(void *device, struct memory *memory)
{
    lock_truth();
    memory->used = true_total(gpu_of(device));
    unlock_truth();
    memory->total = GPU_BYTES;
    memory->free = GPU_BYTES - memory->used;
    return 0;
}

API int nvmlDeviceGetMemoryInfo_v2(void *device, struct memory_v2 *memory)
{
    struct memory plain;

    if (memory->version != (sizeof *memory | 2 << 24))
        return 25;
    nvmlDeviceGetMemoryInfo(device, &plain);
    memory->total = plain.total;
    memory->used = plain.used;
    memory->reserved = 4096;
    memory->free = plain.free - memory->reserved;
    return 0;
}

API int nvmlDeviceGetBAR1MemoryInfo(void *device, struct memory *memory)
{
    (void)device;
    *memory = (struct memory) { 256 << 20, 255 << 20, 1 << 20 };
    return 0;
}

API int nvmlDeviceGetComputeRunningProcesses_v3(void *device, unsigned *count, struct process *processes)
{
    unsigned found = 0;

    lock_truth();
    for (int i = 0; i < PROCESSES; i++)
        if (truth->process[i].pid && truth->process[i].bytes[gpu_of(device)] && found < *count)
            processes[found++] = (struct process) { (unsigned)truth->process[i].pid + NVML_PID_OFFSET, truth->process[i].bytes[gpu_of(device)], 0, 0 };
    unlock_truth();
    *count = found;
    return 0;
}
