/*
 * Stands in for NVIDIA's libnvidia-ml.so.1 of a driver that cannot limit: it tells which processes use its GPUs, as the file USE says at each call.
 * USE is a path, given when it is compiled. Its lines:
 *   gpu NAME              a GPU, by PCI address, or a MIG device, by UUID
 *   process NAME PID BYTES
 *   unknown NAME PID      a process of which the driver does not know what it holds
 *   hang NAME             asking for its processes does not return
 *   init STATUS           initialising fails
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define SUCCESS 0
#define NOT_FOUND 6
#define INSUFFICIENT_SIZE 7

struct process {
    uint32_t pid, padding;
    uint64_t used;
    uint32_t gpu_instance, compute_instance;
};

static char names[8][64];
static int count;

/* Calls each line; stops when the function says so. */
static int each_line(int (*take)(const char *line, void *context), void *context)
{
    char line[256];
    int result = 0;
    FILE *file = fopen(USE, "r");
    while (file && !result && fgets(line, sizeof line, file))
        result = take(line, context);
    if (file)
        fclose(file);
    return result;
}

static int take_name(const char *line, void *context)
{
    (void)context;
    if (count < 8 && sscanf(line, "gpu %63s", names[count]) == 1)
        count++;
    return 0;
}

static int take_status(const char *line, void *context)
{
    return sscanf(line, "init %d", (int *)context) == 1;
}

int nvmlInit_v2(void)
{
    int status = SUCCESS;
    count = 0;
    each_line(take_name, NULL);
    each_line(take_status, &status);
    return status;
}

int nvmlShutdown(void)
{
    return SUCCESS;
}

const char *nvmlErrorString(int status)
{
    return status == NOT_FOUND ? "Not Found" : status == 9 ? "Driver Not Loaded" : "Some Error";
}

int nvmlDeviceGetCount_v2(unsigned *devices)
{
    *devices = (unsigned)count;
    return SUCCESS;
}

int nvmlDeviceGetHandleByIndex_v2(unsigned index, char **device)
{
    *device = names[index];
    return index < (unsigned)count ? SUCCESS : NOT_FOUND;
}

static int find(const char *name, char **device)
{
    for (int i = 0; i < count; i++) {
        *device = names[i];
        if (strcasecmp(name, names[i]) == 0)
            return SUCCESS;
    }
    return NOT_FOUND;
}

int nvmlDeviceGetHandleByPciBusId_v2(const char *address, char **device)
{
    /* Eight digits of domain, where the file has four. */
    return find(strlen(address) > 4 ? address + 4 : address, device);
}

int nvmlDeviceGetHandleByUUID(const char *uuid, char **device)
{
    return find(uuid, device);
}

struct list {
    const char *name;
    struct process *processes;
    unsigned count, room;
};

static int take_process(const char *line, void *context)
{
    struct list *list = context;
    char name[64];
    unsigned pid;
    unsigned long long used = UINT64_MAX;
    if (sscanf(line, "hang %63s", name) == 1 && strcmp(name, list->name) == 0)
        for (;;)
            pause();
    if (sscanf(line, "process %63s %u %llu", name, &pid, &used) != 3 && sscanf(line, "unknown %63s %u", name, &pid) != 2)
        return 0;
    if (strcmp(name, list->name) != 0)
        return 0;
    if (list->count < list->room)
        list->processes[list->count] = (struct process) { .pid = pid, .used = used, .gpu_instance = UINT32_MAX, .compute_instance = UINT32_MAX };
    list->count++;
    return 0;
}

int nvmlDeviceGetComputeRunningProcesses_v3(const char *device, unsigned *processes, struct process *entries)
{
    struct list list = { .name = device, .processes = entries, .room = *processes };
    each_line(take_process, &list);
    *processes = list.count;
    return list.count > list.room ? INSUFFICIENT_SIZE : SUCCESS;
}
