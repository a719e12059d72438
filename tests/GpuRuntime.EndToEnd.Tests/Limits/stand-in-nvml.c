/*
 * Stands in for NVIDIA's libnvidia-ml.so.1 of a driver from version 615: it has the calls that gpu-runtime-agent limit makes, keeps the limits
 * for the one process that loaded it, and writes down what it was told. CONFIGURATION and RECORD are paths, given when it is compiled;
 * WITHOUT_LIMITS makes it one of an older driver. The configuration's lines:
 *   gpu ADDRESS           there is such a GPU
 *   mig ADDRESS           it is in MIG mode
 *   init STATUS           initialising fails
 *   fail ADDRESS STATUS   limiting it fails
 *   stuck STATUS          taking a limit away fails
 *   hang                  limiting does not return
 *   forget                limits are taken and not kept
 *   hard BYTES            what reading back says, whatever was set
 *   soft BYTES            the same
 *   page BYTES            hard limits are rounded down to whole ones
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SUCCESS 0
#define NOT_SUPPORTED 3
#define NOT_FOUND 6
#define NONE UINT64_MAX

struct gpu {
    char address[32];
    int mig, failure, limited;
    char cgroup[4096];
    uint64_t soft, hard;
};

struct new_limits {
    const char *name_space;
    uint64_t soft, hard;
};

struct current_limits {
    const char *name_space;
    uint64_t soft, hard, used;
};

static struct gpu gpus[8];
static int count, init_failure, stuck, hang, forget, lies_hard, lies_soft;
static uint64_t told_hard, told_soft, page = 1;

static void record(const char *format, const char *a, const char *b, uint64_t c, uint64_t d)
{
    FILE *file = fopen(RECORD, "a");
    if (!file)
        abort();
    fprintf(file, format, a, b, (unsigned long long)c, (unsigned long long)d);
    fclose(file);
}

/* The library prints and takes eight digits of domain; tests name four. */
static struct gpu *find(const char *address)
{
    for (int i = 0; i < count; i++)
        if (strcasecmp(address, gpus[i].address) == 0 || (strlen(address) > 4 && strcasecmp(address + 4, gpus[i].address) == 0))
            return &gpus[i];
    return NULL;
}

int nvmlInit_v2(void)
{
    char line[256], address[32];
    unsigned long long number;
    int status;
    FILE *file = fopen(CONFIGURATION, "r");
    while (file && fgets(line, sizeof line, file)) {
        if (sscanf(line, "gpu %31s", address) == 1)
            strcpy(gpus[count++].address, address);
        else if (sscanf(line, "mig %31s", address) == 1)
            find(address)->mig = 1;
        else if (sscanf(line, "init %d", &status) == 1)
            init_failure = status;
        else if (sscanf(line, "fail %31s %d", address, &status) == 2)
            find(address)->failure = status;
        else if (sscanf(line, "stuck %d", &status) == 1)
            stuck = status;
        else if (strncmp(line, "hang", 4) == 0)
            hang = 1;
        else if (strncmp(line, "forget", 6) == 0)
            forget = 1;
        else if (sscanf(line, "hard %llu", &number) == 1)
            lies_hard = 1, told_hard = number;
        else if (sscanf(line, "soft %llu", &number) == 1)
            lies_soft = 1, told_soft = number;
        else if (sscanf(line, "page %llu", &number) == 1)
            page = number;
    }
    if (file)
        fclose(file);
    int variables = 0;
    while (environ && environ[variables])
        variables++;
    record("init%s%s with %llu variables\n", "", "", (uint64_t)variables, 0);
    return init_failure;
}

int nvmlShutdown(void)
{
    record("shutdown%s%s\n", "", "", 0, 0);
    return SUCCESS;
}

const char *nvmlErrorString(int status)
{
    return status == NOT_SUPPORTED ? "Not Supported" : status == NOT_FOUND ? "Not Found" : status == 4 ? "Insufficient Permissions" : "Some Error";
}

int nvmlDeviceGetHandleByPciBusId_v2(const char *address, struct gpu **gpu)
{
    *gpu = find(address);
    return *gpu ? SUCCESS : NOT_FOUND;
}

int nvmlDeviceGetMigMode(struct gpu *gpu, unsigned *current, unsigned *pending)
{
    *current = *pending = (unsigned)gpu->mig;
    return SUCCESS;
}

#ifndef WITHOUT_LIMITS
/* Who is in the cgroup when it is limited: the program of a container that does not run yet is the runtime's own. */
static void record_process(const char *cgroup)
{
    char path[4200], name[64] = "nobody\n";
    long pid = 0;
    snprintf(path, sizeof path, "%s/cgroup.procs", cgroup);
    FILE *file = fopen(path, "r");
    if (!file || fscanf(file, "%ld", &pid) != 1)
        pid = 0;
    if (file)
        fclose(file);
    snprintf(path, sizeof path, "/proc/%ld/comm", pid);
    file = fopen(path, "r");
    if (file && fgets(name, sizeof name, file)) {
    }
    if (file)
        fclose(file);
    record("process %s%s", name, "", 0, 0);
}

int nvmlDeviceSetMemoryLimits_v1(struct gpu *gpu, struct new_limits *limits)
{
    int clears = limits->soft == 0 && limits->hard == NONE;
    record("set %s %s %llu %llu\n", gpu->address, limits->name_space, limits->soft, limits->hard);
    record_process(limits->name_space);
    while (hang)
        pause();
    if (clears && stuck)
        return stuck;
    if (!clears && gpu->failure)
        return gpu->failure;
    gpu->limited = !clears && !forget;
    strncpy(gpu->cgroup, limits->name_space, sizeof gpu->cgroup - 1);
    gpu->soft = limits->soft;
    gpu->hard = limits->hard / page * page;
    return SUCCESS;
}

int nvmlDeviceGetMemoryLimits_v1(struct gpu *gpu, struct current_limits *limits)
{
    record("get %s %s\n", gpu->address, limits->name_space, 0, 0);
    if (!gpu->limited || strcmp(gpu->cgroup, limits->name_space) != 0)
        return NOT_SUPPORTED;
    limits->soft = lies_soft ? told_soft : gpu->soft;
    limits->hard = lies_hard ? told_hard : gpu->hard;
    limits->used = 0;
    return SUCCESS;
}
#endif
