/* The few types of NVML that are needed, written down from its documented ABI. */
#ifndef GPU_RUNTIME_NVML_TYPES_H
#define GPU_RUNTIME_NVML_TYPES_H

#include <stdint.h>

typedef int nvmlReturn_t;
typedef void *nvmlDevice_t;

enum { NVML_SUCCESS = 0, NVML_ERROR_FUNCTION_NOT_FOUND = 13, NVML_ERROR_UNKNOWN = 999 };

/* nvmlMemory_t. */
struct nvml_memory {
    uint64_t total, free, used;
};

/* nvmlMemory_v2_t; total = reserved + free + used. */
struct nvml_memory_v2 {
    uint32_t version;
    uint64_t total, reserved, free, used;
};

/* nvmlPciInfo_t of nvmlDeviceGetPciInfo_v3. */
struct nvml_pci_info {
    char legacy_bus_id[16];
    uint32_t domain, bus, device, device_id, subsystem_id;
    char bus_id[32];
};

/* nvmlProcessInfo_t of the calls with _v2 and _v3. */
struct nvml_process {
    uint32_t pid;
    uint64_t used;              /* bytes; UINT64_MAX where NVML does not know */
    uint32_t gpu_instance, compute_instance;
};

_Static_assert(sizeof(struct nvml_memory_v2) == 40, "nvmlMemory_v2_t has 40 bytes");
_Static_assert(sizeof(struct nvml_pci_info) == 68, "nvmlPciInfo_t has 68 bytes");
_Static_assert(sizeof(struct nvml_process) == 24, "nvmlProcessInfo_v2_t has 24 bytes");

#endif
