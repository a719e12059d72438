#include "measure.h"
#include "devices.h"
#include "real.h"

static void look(CUdevice device, int limit, struct gpu_use *use)
{
    CUresult (*get_address)(char *, int, CUdevice) = REAL(cuDeviceGetPCIBusId, (char *, int, CUdevice));
    CUresult (*get_info)(size_t *, size_t *) = REAL(cuMemGetInfo_v2, (size_t *, size_t *));
    char address[LONGEST_PCI_ADDRESS];
    size_t free, total;
    CUdevice current;

    use->has_free = use->has_used = use->has_processes = false;
    if (!charged_to_others(limit, &use->of_others))
        use->of_others = 0;
    if (get_address && get_address(address, sizeof address, device) == CUDA_SUCCESS)
        nvml_use(address, use);
    if (get_info && current_device(&current) && current == device && get_info(&free, &total) == CUDA_SUCCESS) {
        use->has_free = true;
        use->free = free;
    }
}

CUresult measure_begin(struct measured *measured, CUdevice device)
{
    CUresult result = charge_take(&measured->charge, limit_of_device(device), 0);

    measured->device = device;
    if (result == CUDA_SUCCESS && measured->charge.process)
        look(device, measured->charge.holding.limit, &measured->before);
    return result;
}

CUresult measure_begin_current(struct measured *measured)
{
    CUdevice device;

    if (limits()->count && current_device(&device))
        return measure_begin(measured, device);
    return charge_take(&measured->charge, NO_LIMIT, 0);
}

static uint64_t growth(uint64_t before, uint64_t after)
{
    return after > before ? after - before : 0;
}

static const struct nvml_process *listed(const struct gpu_use *use, unsigned pid)
{
    for (unsigned i = 0; i < use->process_count; i++)
        if (use->processes[i].pid == pid)
            return &use->processes[i];
    return NULL;
}

/* NVML knows processes by their pids on the host, which this one cannot know. It is the one that a first context brought into the list. */
static unsigned own_pid(struct process *process, const struct gpu_use *before, const struct gpu_use *after)
{
    unsigned pid = atomic_load(&process->nvml_pid), count = 0;

    if (pid)
        return pid;
    for (unsigned i = 0; i < after->process_count; i++)
        if (!listed(before, after->processes[i].pid)) {
            pid = after->processes[i].pid;
            count++;
        }
    if (count != 1)
        return 0;
    atomic_store(&process->nvml_pid, pid);
    return pid;
}

static bool own_growth(struct process *process, const struct gpu_use *before, const struct gpu_use *after, uint64_t *bytes)
{
    const struct nvml_process *old, *new;
    unsigned pid;

    if (!before->has_processes || !after->has_processes || (pid = own_pid(process, before, after)) == 0)
        return false;
    old = listed(before, pid);
    new = listed(after, pid);
    if (!new || new->used == UINT64_MAX || (old && old->used == UINT64_MAX))
        return false;
    *bytes = growth(old ? old->used : 0, new->used);
    return true;
}

/* What all of the GPU's use grew by, less what is known to be others'. */
static uint64_t own_share(const struct measured *measured, const struct gpu_use *after, uint64_t bytes)
{
    uint64_t of_others = growth(measured->before.of_others, after->of_others);
    return growth(of_others, bytes);
}

CUresult measure_end(struct measured *measured)
{
    const struct gpu_use *before = &measured->before;
    struct gpu_use after;
    uint64_t bytes, smallest = UINT64_MAX;

    if (!measured->charge.process)
        return CUDA_SUCCESS;
    look(measured->device, measured->charge.holding.limit, &after);
    if (own_growth(measured->charge.process, before, &after, &bytes))
        smallest = bytes;
    if (before->has_used && after.has_used && (bytes = own_share(measured, &after, growth(before->used, after.used))) < smallest)
        smallest = bytes;
    if (before->has_free && after.has_free && (bytes = own_share(measured, &after, growth(after.free, before->free))) < smallest)
        smallest = bytes;
    return charge_resize(&measured->charge, smallest == UINT64_MAX ? 0 : smallest);
}
