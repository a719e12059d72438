#define _GNU_SOURCE
#include "measure.h"
#include "real.h"
#include <dlfcn.h>

#if defined(__x86_64__)
__asm__(".symver dlopen, dlopen@GLIBC_2.2.5");
__asm__(".symver dlsym, dlsym@GLIBC_2.2.5");
#elif defined(__aarch64__)
__asm__(".symver dlopen, dlopen@GLIBC_2.17");
__asm__(".symver dlsym, dlsym@GLIBC_2.17");
#endif

struct nvml {
    nvmlReturn_t (*init)(void);
    nvmlReturn_t (*get_handle)(const char *, nvmlDevice_t *);
    nvmlReturn_t (*get_memory)(nvmlDevice_t, struct nvml_memory *);
    nvmlReturn_t (*get_compute)(nvmlDevice_t, unsigned *, struct nvml_process *);
};

static void *either(void *library, const char *name, const char *older)
{
    void *address = dlsym(library, name);
    return address ? address : dlsym(library, older);
}

static bool load(struct nvml *nvml)
{
    /* By its name, so that ours is loaded and brings the driver's: the other way round a program that opens NVML after us would get the driver's. */
    void *library = dlopen("libnvidia-ml.so.1", RTLD_LAZY);
    void *real = library ? loaded_library(DRIVER_DIRECTORY "libnvidia-ml.so.1") : NULL;

    if (!real)
        return false;
    nvml->init = dlsym(real, "nvmlInit_v2");
    nvml->get_handle = dlsym(real, "nvmlDeviceGetHandleByPciBusId_v2");
    nvml->get_memory = dlsym(real, "nvmlDeviceGetMemoryInfo");
    nvml->get_compute = either(real, "nvmlDeviceGetComputeRunningProcesses_v3", "nvmlDeviceGetComputeRunningProcesses_v2");
    return nvml->init && nvml->get_handle && nvml->get_memory;
}

/* Initialised again each time, which NVML counts and which costs little from the second time on: a program may have shut it down in between. */
void nvml_use(const char *pci_address, struct gpu_use *use)
{
    struct nvml nvml;
    struct nvml_memory memory;
    nvmlDevice_t device;

    if (!load(&nvml) || nvml.init() != NVML_SUCCESS || nvml.get_handle(pci_address, &device) != NVML_SUCCESS)
        return;
    if (nvml.get_memory(device, &memory) == NVML_SUCCESS) {
        use->has_used = true;
        use->used = memory.used;
    }
    use->process_count = LARGEST_LISTED_COUNT;
    use->has_processes = nvml.get_compute && nvml.get_compute(device, &use->process_count, use->processes) == NVML_SUCCESS
        && use->process_count <= LARGEST_LISTED_COUNT;
}
