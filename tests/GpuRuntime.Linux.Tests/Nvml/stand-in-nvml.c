/*
 * Stands in for NVIDIA's libnvidia-ml.so.1, of a driver as old or as new as the compiler's definitions say:
 *   VERSION     of the process lists: 1, 2 or 3
 *   ENTRY       bytes of an entry of theirs: 16, 24 or 32
 *   COMPUTE     how many processes have a compute context; GRAPHICS, how many a graphics context
 *   MEMORY_V2   it has nvmlDeviceGetMemoryInfo_v2
 *   EMPTY       it has nothing but initialising
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SUCCESS 0
#define NOT_SUPPORTED 3
#define NOT_FOUND 6
#define INSUFFICIENT_SIZE 7

static int initialized;

int nvmlInit_v2(void) { initialized++; return SUCCESS; }

/* Seen by the tests: the library tells by its exit whether it was shut down. */
int nvmlShutdown(void)
{
    FILE *file = fopen(SHUTDOWN, "w");
    if (!file || initialized != 1)
        abort();
    fclose(file);
    return SUCCESS;
}

#ifndef EMPTY
const char *nvmlErrorString(int status) { return status == NOT_FOUND ? "Not Found" : "\033[31mSome Error"; }

int nvmlDeviceGetCount_v2(unsigned *count) { *count = 2; return SUCCESS; }

int nvmlDeviceGetHandleByIndex_v2(unsigned index, void **device)
{
    *device = (void *)(intptr_t)(index + 1);
    return index < 2 ? SUCCESS : 2;
}

int nvmlDeviceGetHandleByPciBusId_v2(const char *address, void **device)
{
    *device = (void *)1;
    return strcmp(address, "0000003A:3B:1F.7") == 0 ? SUCCESS : NOT_FOUND;
}

int nvmlDeviceGetHandleByUUID(const char *uuid, void **device)
{
    *device = (void *)1;
    return strcmp(uuid, "GPU-1") == 0 ? SUCCESS : NOT_FOUND;
}

int nvmlDeviceGetName(void *device, char *name, unsigned length)
{
    snprintf(name, length, "Stand-in %d", (int)(intptr_t)device);
    return SUCCESS;
}

int nvmlDeviceGetUUID(void *device, char *uuid, unsigned length)
{
    /* A text that fills its place has no end. */
    (void)device;
    memset(uuid, 'u', length);
    return SUCCESS;
}

struct pci {
    char legacy[16];
    unsigned domain, bus, device, id, subsystem;
    char address[32];
};

int nvmlDeviceGetPciInfo_v3(void *device, struct pci *pci)
{
    (void)device;
    _Static_assert(sizeof *pci == 68, "as in nvml.h");
    memset(pci, 0xff, sizeof *pci);
    strcpy(pci->address, "0000003A:3B:1F.7");
    return SUCCESS;
}

int nvmlDeviceGetMigMode(void *device, unsigned *current, unsigned *pending)
{
    *current = 1;
    *pending = 0;
    return device == (void *)1 ? SUCCESS : NOT_SUPPORTED;
}

int nvmlDeviceGetMemoryInfo(void *device, uint64_t *memory)
{
    (void)device;
    memory[0] = 100, memory[1] = 70, memory[2] = 30;
    return SUCCESS;
}

#ifdef MEMORY_V2
struct memory {
    unsigned version;
    uint64_t total, reserved, free, used;
};

int nvmlDeviceGetMemoryInfo_v2(void *device, struct memory *memory)
{
    (void)device;
    if (memory->version != (sizeof *memory | 2u << 24))
        return 25;
    *memory = (struct memory){memory->version, 100, 5, 70, 25};
    return SUCCESS;
}
#endif

static int list(unsigned *count, char *entries, unsigned there, unsigned first)
{
    unsigned room = *count;
    *count = there;
    if (room < there)
        return INSUFFICIENT_SIZE;
    for (unsigned i = 0; i < there; i++) {
        char *entry = entries + (size_t)i * ENTRY;
        uint32_t pid = first + i, instances[2] = {i % 2 ? 7 : UINT32_MAX, i % 2 ? 3 : UINT32_MAX};
        uint64_t used = i == 0 ? UINT64_MAX : 1000 + i;
        memset(entry, 0, ENTRY);
        memcpy(entry, &pid, sizeof pid);
        memcpy(entry + 8, &used, sizeof used);
        if (ENTRY > 16)
            memcpy(entry + 16, instances, sizeof instances);
    }
    return SUCCESS;
}

#if VERSION == 1
#define LIST(name) name
#elif VERSION == 2
#define LIST(name) name##_v2
#else
#define LIST(name) name##_v3
#endif

int LIST(nvmlDeviceGetComputeRunningProcesses)(void *device, unsigned *count, char *entries)
{
    return device == (void *)1 ? list(count, entries, COMPUTE, 10) : NOT_SUPPORTED;
}

int LIST(nvmlDeviceGetGraphicsRunningProcesses)(void *device, unsigned *count, char *entries)
{
    return device == (void *)1 ? list(count, entries, GRAPHICS, 10) : NOT_SUPPORTED;
}
#endif
