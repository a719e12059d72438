/*
 * Stands in for NVIDIA's libnvidia-ml.so.1, with the GPUs that the file "nvml.scenario" beside it tells of. It is read anew whenever it was replaced,
 * also while the library is loaded. Lines, of which those before the first "gpu" are of the driver:
 *   driver VERSION
 *   steady                   it is not read again, and nothing happens: for measuring what others cost
 *   init STATUS              initialising fails
 *   wait STATUS              waiting for events fails
 *   record FILE              where to note: init, shutdown, handle NAME, every CALL
 *   event N ADDRESS XID      N counts from 1; a set of events tells of those that are newer than it
 *   gpu ADDRESS              begins a GPU, with the domain in eight digits; the order of GPUs does not change
 *   mig INDEX                begins a MIG device of the last GPU
 *   CALL[:ITEM...] VALUE...  what nvmlDeviceGetCALL gives, of the GPU or MIG device; "!STATUS": it fails; "hang": it does not return until that is gone.
 *                            The call "*" stands for all. Calls without a line are not supported; but lists of processes are empty.
 *   process PID BYTES KIND   BYTES "-": not known; KIND "c" compute, "g" graphics, "cg" both
 *   sample PID TIME SM       of nvmlDeviceGetProcessUtilization
 */
#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define SUCCESS 0
#define NOT_SUPPORTED 3
#define NOT_FOUND 6
#define INSUFFICIENT_SIZE 7
#define TIMEOUT 10
#define VERSION_MISMATCH 25

#define MOST_LINES 65536
#define MOST_SECTIONS 512
#define VALUE 256

struct section {
    int parent; /* of a MIG device: its GPU; else -1 */
    int first, end;
    char name[64];
};

struct set {
    unsigned long last;
    unsigned char has[MOST_SECTIONS];
};

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static char path[PATH_MAX];
static struct timespec modified;
static ino_t inode;
static char *text, *lines[MOST_LINES];
static int line_count, section_count, global_count, is_steady;
static struct section sections[MOST_SECTIONS];

/* The library may have been loaded by the name of a descriptor. */
__attribute__((constructor)) static void locate(void)
{
    Dl_info info;
    char real[PATH_MAX];
    if (!dladdr((void *)locate, &info) || !realpath(info.dli_fname, real))
        abort();
    *strrchr(real, '/') = 0;
    snprintf(path, sizeof path, "%.*s/nvml.scenario", (int)(sizeof path - 32), real);
}

static void load(void)
{
    struct stat status;
    if (is_steady || stat(path, &status) || (status.st_ino == inode && !memcmp(&status.st_mtim, &modified, sizeof modified)))
        return;
    FILE *file = fopen(path, "r");
    if (!file || fstat(fileno(file), &status))
        abort();
    free(text);
    text = calloc(1, (size_t)status.st_size + 1);
    if (fread(text, 1, (size_t)status.st_size, file) != (size_t)status.st_size)
        abort();
    fclose(file);
    inode = status.st_ino, modified = status.st_mtim;
    line_count = section_count = 0, global_count = -1;
    int gpu = -1;
    char *rest = text;
    for (char *line; (line = strsep(&rest, "\n"));) {
        char name[64];
        int is_gpu = sscanf(line, "gpu %63s", name) == 1, is_mig = !is_gpu && sscanf(line, "mig %63s", name) == 1;
        if (is_gpu || is_mig) {
            if (section_count)
                sections[section_count - 1].end = line_count;
            else
                global_count = line_count;
            if (is_gpu)
                gpu = section_count;
            sections[section_count] = (struct section){.parent = is_mig ? gpu : -1, .first = line_count};
            strcpy(sections[section_count++].name, name);
        } else if (*line && line_count < MOST_LINES) {
            lines[line_count++] = line;
        }
    }
    if (section_count)
        sections[section_count - 1].end = line_count;
    else
        global_count = line_count;
    for (int i = 0; i < global_count; i++)
        is_steady |= !strcmp(lines[i], "steady");
}

/* What follows the key in the first line that has it. */
static const char *find(int first, int end, const char *key)
{
    size_t length = strlen(key);
    for (int i = first; i < end; i++)
        if (!strncmp(lines[i], key, length) && lines[i][length] == ' ')
            return lines[i] + length + 1;
    return NULL;
}

static void record(const char *what, const char *name)
{
    const char *file = find(0, global_count, "record");
    FILE *out = file ? fopen(file, "a") : NULL;
    if (!out)
        return;
    fprintf(out, "%s%s%s\n", what, *name ? " " : "", name);
    fclose(out);
}

static int global(const char *key)
{
    pthread_mutex_lock(&gate);
    load();
    const char *found = find(0, global_count, key);
    int status = found ? atoi(found) : SUCCESS;
    pthread_mutex_unlock(&gate);
    return status;
}

static int section_of(void *device) { return (int)(intptr_t)device - 1; }

static int value(void *device, const char *key, char *out)
{
    int is_noted = 0;
    for (;; usleep(2000)) {
        pthread_mutex_lock(&gate);
        load();
        int section = section_of(device), status = NOT_SUPPORTED;
        *out = 0;
        if (!is_noted++)
            record(key, "");
        if (section < 0 || section >= section_count) {
            status = 2;
        } else {
            struct section *of = &sections[section], *parent = of->parent < 0 ? of : &sections[of->parent];
            const char *found = find(parent->first, parent->end, "*");
            if (!found)
                found = find(of->first, of->end, "*");
            if (!found)
                found = find(of->first, of->end, key);
            if (found) {
                snprintf(out, VALUE, "%s", found);
                status = *out == '!' ? atoi(out + 1) : SUCCESS;
            }
        }
        pthread_mutex_unlock(&gate);
        if (strcmp(out, "hang"))
            return status;
    }
}

static int numbers(void *device, const char *key, int count, unsigned long long *to)
{
    char out[VALUE], *next = out;
    int status = value(device, key, out);
    for (int i = 0; i < count && status == SUCCESS; i++)
        to[i] = strtoull(next, &next, 0);
    return status;
}

int nvmlInit_v2(void)
{
    int status = global("init");
    pthread_mutex_lock(&gate);
    record("init", "");
    pthread_mutex_unlock(&gate);
    return status;
}

int nvmlShutdown(void)
{
    pthread_mutex_lock(&gate);
    record("shutdown", "");
    pthread_mutex_unlock(&gate);
    return SUCCESS;
}

const char *nvmlErrorString(int status)
{
    switch (status) {
    case 4: return "Insufficient Permissions";
    case 6: return "Not Found";
    case 9: return "Driver Not Loaded";
    case 15: return "GPU is lost";
    case 16: return "GPU requires reset";
    case 18: return "Driver/library version mismatch";
    case 999: return "Unknown Error";
    default: return "Some Error";
    }
}

int nvmlSystemGetDriverVersion(char *version, unsigned length)
{
    pthread_mutex_lock(&gate);
    load();
    const char *found = find(0, global_count, "driver");
    snprintf(version, length, "%s", found ? found : "");
    pthread_mutex_unlock(&gate);
    return found ? SUCCESS : NOT_SUPPORTED;
}

int nvmlDeviceGetCount_v2(unsigned *count)
{
    pthread_mutex_lock(&gate);
    load();
    *count = 0;
    for (int i = 0; i < section_count; i++)
        *count += sections[i].parent < 0;
    pthread_mutex_unlock(&gate);
    return SUCCESS;
}

static int handle(int (*is)(int section, const void *what), const void *what, const char *name, void **device)
{
    char out[VALUE];
    *device = NULL;
    pthread_mutex_lock(&gate);
    load();
    record("handle", name);
    for (int i = 0; i < section_count && !*device; i++)
        if (is(i, what))
            *device = (void *)(intptr_t)(i + 1);
    pthread_mutex_unlock(&gate);
    int status = *device ? value(*device, "Handle", out) : NOT_FOUND;
    return status == NOT_SUPPORTED ? SUCCESS : status;
}

static int has_address(int section, const void *address) { return sections[section].parent < 0 && !strcasecmp(sections[section].name, address); }

int nvmlDeviceGetHandleByPciBusId_v2(const char *address, void **device) { return handle(has_address, address, address, device); }

static int has_index(int section, const void *index)
{
    unsigned before = 0;
    for (int i = 0; i < section; i++)
        before += sections[i].parent < 0;
    return sections[section].parent < 0 && before == *(const unsigned *)index;
}

int nvmlDeviceGetHandleByIndex_v2(unsigned index, void **device) { return handle(has_index, &index, "by index", device); }

static int has_uuid(int section, const void *uuid)
{
    const char *found = find(sections[section].first, sections[section].end, "UUID");
    return found && !strcmp(found, uuid);
}

int nvmlDeviceGetHandleByUUID(const char *uuid, void **device) { return handle(has_uuid, uuid, uuid, device); }

static int string(void *device, const char *key, char *to, unsigned length)
{
    char out[VALUE];
    int status = value(device, key, out);
    /* As long as its place, without an end, where it does not fit. */
    if (status == SUCCESS)
        strncpy(to, out, length);
    return status;
}

int nvmlDeviceGetName(void *device, char *name, unsigned length) { return string(device, "Name", name, length); }

int nvmlDeviceGetUUID(void *device, char *uuid, unsigned length) { return string(device, "UUID", uuid, length); }

struct pci {
    char legacy[16];
    unsigned domain, bus, device, id, subsystem;
    char address[32];
};

int nvmlDeviceGetPciInfo_v3(void *device, struct pci *pci)
{
    pthread_mutex_lock(&gate);
    memset(pci, 0, sizeof *pci);
    snprintf(pci->address, sizeof pci->address, "%.31s", sections[section_of(device)].name);
    pthread_mutex_unlock(&gate);
    return SUCCESS;
}

#define NUMBER(name)                                                                                                                                           \
    int nvmlDeviceGet##name(void *device, unsigned *to)                                                                                                        \
    {                                                                                                                                                          \
        unsigned long long read = 0;                                                                                                                           \
        int status = numbers(device, #name, 1, &read);                                                                                                         \
        *to = (unsigned)read;                                                                                                                                  \
        return status;                                                                                                                                         \
    }

NUMBER(PowerUsage)
NUMBER(EnforcedPowerLimit)
NUMBER(NumFans)
NUMBER(CurrPcieLinkGeneration)
NUMBER(MaxPcieLinkGeneration)
NUMBER(CurrPcieLinkWidth)
NUMBER(MaxPcieLinkWidth)
NUMBER(PcieReplayCounter)
NUMBER(MaxMigDeviceCount)
NUMBER(GpuInstanceId)
NUMBER(ComputeInstanceId)

#define ITEM(name)                                                                                                                                             \
    int nvmlDeviceGet##name(void *device, unsigned item, unsigned *to)                                                                                         \
    {                                                                                                                                                          \
        char key[64];                                                                                                                                          \
        unsigned long long read = 0;                                                                                                                           \
        snprintf(key, sizeof key, #name ":%u", item);                                                                                                          \
        int status = numbers(device, key, 1, &read);                                                                                                           \
        *to = (unsigned)read;                                                                                                                                  \
        return status;                                                                                                                                         \
    }

ITEM(Temperature)
ITEM(TemperatureThreshold)
ITEM(ClockInfo)
ITEM(MaxClockInfo)
ITEM(FanSpeed_v2)
ITEM(PcieThroughput)

#define ENGINE(name)                                                                                                                                           \
    int nvmlDeviceGet##name(void *device, unsigned *percent, unsigned *period)                                                                                 \
    {                                                                                                                                                          \
        unsigned long long read = 0;                                                                                                                           \
        int status = numbers(device, #name, 1, &read);                                                                                                         \
        *percent = (unsigned)read, *period = 1000000;                                                                                                          \
        return status;                                                                                                                                         \
    }

ENGINE(EncoderUtilization)
ENGINE(DecoderUtilization)
ENGINE(JpgUtilization)
ENGINE(OfaUtilization)

#define LONG(name)                                                                                                                                             \
    int nvmlDeviceGet##name(void *device, unsigned long long *to) { return numbers(device, #name, 1, to); }

LONG(TotalEnergyConsumption)
LONG(CurrentClocksEventReasons)
LONG(CurrentClocksThrottleReasons)
LONG(SupportedClocksEventReasons)
LONG(SupportedClocksThrottleReasons)

int nvmlDeviceGetUtilizationRates(void *device, unsigned *rates)
{
    unsigned long long read[2] = {0};
    int status = numbers(device, "UtilizationRates", 2, read);
    rates[0] = (unsigned)read[0], rates[1] = (unsigned)read[1];
    return status;
}

/* total used */
int nvmlDeviceGetMemoryInfo(void *device, unsigned long long *memory)
{
    unsigned long long read[2] = {0};
    int status = numbers(device, "MemoryInfo", 2, read);
    memory[0] = read[0], memory[1] = read[0] - read[1], memory[2] = read[1];
    return status;
}

struct memory2 {
    unsigned version;
    unsigned long long total, reserved, free, used;
};

/* total used reserved */
int nvmlDeviceGetMemoryInfo_v2(void *device, struct memory2 *memory)
{
    _Static_assert(sizeof *memory == 40, "as in nvml.h");
    if (memory->version != (sizeof *memory | 2u << 24))
        return VERSION_MISMATCH;
    unsigned long long read[3] = {0};
    int status = numbers(device, "MemoryInfo", 3, read);
    memory->total = read[0], memory->used = read[1], memory->reserved = read[2], memory->free = read[0] - read[1] - read[2];
    return status;
}

/* total used */
int nvmlDeviceGetBAR1MemoryInfo(void *device, unsigned long long *memory)
{
    unsigned long long read[2] = {0};
    int status = numbers(device, "BAR1MemoryInfo", 2, read);
    memory[0] = read[0], memory[1] = read[0] - read[1], memory[2] = read[1];
    return status;
}

/* current pending */
int nvmlDeviceGetMigMode(void *device, unsigned *current, unsigned *pending)
{
    unsigned long long read[2] = {0};
    int status = numbers(device, "MigMode", 2, read);
    *current = (unsigned)read[0], *pending = (unsigned)read[1];
    return status;
}

struct fan {
    unsigned version, fan, speed;
};

int nvmlDeviceGetFanSpeedRPM(void *device, struct fan *fan)
{
    char key[64];
    unsigned long long read = 0;
    if (fan->version != (sizeof *fan | 1u << 24))
        return VERSION_MISMATCH;
    snprintf(key, sizeof key, "FanSpeedRPM:%u", fan->fan);
    int status = numbers(device, key, 1, &read);
    fan->speed = (unsigned)read;
    return status;
}

/* "TotalEccErrors:KIND:COUNTER" */
int nvmlDeviceGetTotalEccErrors(void *device, unsigned kind, unsigned counter, unsigned long long *count)
{
    char key[64];
    snprintf(key, sizeof key, "TotalEccErrors:%u:%u", kind, counter);
    return numbers(device, key, 1, count);
}

/* "MemoryErrorCounter:KIND:COUNTER:LOCATION" */
int nvmlDeviceGetMemoryErrorCounter(void *device, unsigned kind, unsigned counter, unsigned location, unsigned long long *count)
{
    char key[64];
    snprintf(key, sizeof key, "MemoryErrorCounter:%u:%u:%u", kind, counter, location);
    return numbers(device, key, 1, count);
}

/* corrected uncorrected pending failed */
int nvmlDeviceGetRemappedRows(void *device, unsigned *corrected, unsigned *uncorrected, unsigned *pending, unsigned *failed)
{
    unsigned long long read[4] = {0};
    int status = numbers(device, "RemappedRows", 4, read);
    *corrected = (unsigned)read[0], *uncorrected = (unsigned)read[1], *pending = (unsigned)read[2], *failed = (unsigned)read[3];
    return status;
}

int nvmlDeviceGetRetiredPages(void *device, unsigned cause, unsigned *count, unsigned long long *addresses)
{
    char key[64];
    unsigned long long read = 0;
    unsigned room = addresses ? *count : 0;
    snprintf(key, sizeof key, "RetiredPages:%u", cause);
    int status = numbers(device, key, 1, &read);
    *count = (unsigned)read;
    return status == SUCCESS && room < read ? INSUFFICIENT_SIZE : status;
}

struct violation {
    unsigned long long reference, time;
};

int nvmlDeviceGetViolationStatus(void *device, unsigned policy, struct violation *violation)
{
    char key[64];
    snprintf(key, sizeof key, "ViolationStatus:%u", policy);
    violation->reference = 1;
    return numbers(device, key, 1, &violation->time);
}

struct field {
    unsigned id, scope;
    long long timestamp, latency;
    unsigned type, status;
    union {
        unsigned small;
        unsigned long long large;
    } value;
};

/* "FieldValues:ID TYPE NUMBER"; the type is 1 for an unsigned int, 3 for an unsigned long long. */
int nvmlDeviceGetFieldValues(void *device, int count, struct field *fields)
{
    _Static_assert(sizeof *fields == 40, "as in nvml.h");
    char out[VALUE];
    int status = value(device, "FieldValues", out);
    if (status != SUCCESS && status != NOT_SUPPORTED)
        return status;
    for (int i = 0; i < count; i++) {
        char key[64];
        unsigned long long read[2] = {0};
        snprintf(key, sizeof key, "FieldValues:%u", fields[i].id);
        fields[i].status = (unsigned)numbers(device, key, 2, read);
        fields[i].type = (unsigned)read[0];
        /* What does not belong to the value is not zero. */
        fields[i].value.large = fields[i].type == 1 ? 0xabcdabcd00000000 | read[1] : read[1];
    }
    return SUCCESS;
}

struct sample {
    unsigned pid;
    unsigned long long time;
    unsigned sm, memory, encoder, decoder;
};

int nvmlDeviceGetProcessUtilization(void *device, struct sample *samples, unsigned *count, unsigned long long since)
{
    _Static_assert(sizeof *samples == 32, "as in nvml.h");
    char out[VALUE];
    int status = value(device, "ProcessUtilization", out);
    if (status != SUCCESS)
        return status;
    pthread_mutex_lock(&gate);
    unsigned room = samples ? *count : 0, there = 0;
    for (int i = sections[section_of(device)].first; i < sections[section_of(device)].end; i++) {
        struct sample sample = {0};
        if (sscanf(lines[i], "sample %u %llu %u", &sample.pid, &sample.time, &sample.sm) != 3 || sample.time <= since)
            continue;
        if (there < room)
            samples[there] = sample;
        there++;
    }
    pthread_mutex_unlock(&gate);
    *count = there;
    return there > room ? INSUFFICIENT_SIZE : there ? SUCCESS : NOT_FOUND;
}

static int list(void *device, const char *call, char kind, unsigned size, unsigned *count, char *entries)
{
    char out[VALUE];
    int status = value(device, call, out);
    if (status != SUCCESS && status != NOT_SUPPORTED)
        return status;
    if (*out == '!')
        return status;
    pthread_mutex_lock(&gate);
    struct section *of = &sections[section_of(device)];
    unsigned room = *count, there = 0;
    for (int i = of->first; i < of->end; i++) {
        unsigned pid;
        char bytes[32], kinds[8];
        if (sscanf(lines[i], "process %u %31s %7s", &pid, bytes, kinds) != 3 || !strchr(kinds, kind))
            continue;
        if (there < room) {
            char *entry = entries + (size_t)there * size;
            uint64_t used = *bytes == '-' ? UINT64_MAX : strtoull(bytes, NULL, 0);
            memset(entry, size > 16 ? 0xff : 0, size);
            memset(entry + 4, 0, 4);
            memcpy(entry, &pid, sizeof pid);
            memcpy(entry + 8, &used, sizeof used);
        }
        there++;
    }
    pthread_mutex_unlock(&gate);
    *count = there;
    return there > room ? INSUFFICIENT_SIZE : SUCCESS;
}

#define LISTS(name, kind)                                                                                                                                      \
    int nvmlDeviceGet##name(void *device, unsigned *count, char *entries) { return list(device, #name, kind, 16, count, entries); }                            \
    int nvmlDeviceGet##name##_v3(void *device, unsigned *count, char *entries) { return list(device, #name, kind, 24, count, entries); }

LISTS(ComputeRunningProcesses, 'c')
LISTS(GraphicsRunningProcesses, 'g')

int nvmlDeviceGetMigDeviceHandleByIndex(void *device, unsigned index, void **mig)
{
    char key[64], out[VALUE];
    snprintf(key, sizeof key, "MigDeviceHandleByIndex:%u", index);
    int status = value(device, key, out);
    if (status != SUCCESS && status != NOT_SUPPORTED)
        return status;
    *mig = NULL;
    pthread_mutex_lock(&gate);
    for (int i = 0; i < section_count; i++)
        if (sections[i].parent == section_of(device) && (unsigned)atoi(sections[i].name) == index)
            *mig = (void *)(intptr_t)(i + 1);
    pthread_mutex_unlock(&gate);
    return *mig ? SUCCESS : NOT_FOUND;
}

static void next_event(struct set *set, unsigned long *number, int *section, unsigned long long *xid)
{
    *number = 0;
    for (int i = 0; i < global_count; i++) {
        unsigned long candidate;
        unsigned long long what;
        char address[64];
        if (sscanf(lines[i], "event %lu %63s %llu", &candidate, address, &what) != 3 || candidate <= set->last || (*number && candidate > *number))
            continue;
        *number = candidate, *section = -1, *xid = what;
        for (int j = 0; j < section_count; j++)
            if (has_address(j, address))
                *section = j;
    }
}

int nvmlEventSetCreate(struct set **set)
{
    unsigned long number;
    int section;
    unsigned long long xid;
    *set = calloc(1, sizeof **set);
    pthread_mutex_lock(&gate);
    load();
    for (next_event(*set, &number, &section, &xid); number; next_event(*set, &number, &section, &xid))
        (*set)->last = number;
    pthread_mutex_unlock(&gate);
    return SUCCESS;
}

int nvmlDeviceRegisterEvents(void *device, unsigned long long types, struct set *set)
{
    char out[VALUE];
    int status = value(device, "RegisterEvents", out);
    if (status == NOT_SUPPORTED && *out != '!' && types == 8) {
        set->has[section_of(device)] = 1;
        return SUCCESS;
    }
    return status;
}

struct event {
    void *device;
    unsigned long long type, data;
    unsigned gpu_instance, compute_instance;
};

int nvmlEventSetWait_v2(struct set *set, struct event *event, unsigned milliseconds)
{
    _Static_assert(sizeof *event == 32, "as in nvml.h");
    for (unsigned waited = 0;; waited += 2, usleep(2000)) {
        int status = global("wait"), section = -1;
        if (status != SUCCESS)
            return status;
        unsigned long number;
        unsigned long long xid = 0;
        pthread_mutex_lock(&gate);
        next_event(set, &number, &section, &xid);
        if (number)
            set->last = number;
        pthread_mutex_unlock(&gate);
        if (number && section >= 0 && set->has[section]) {
            *event = (struct event){(void *)(intptr_t)(section + 1), 8, xid, UINT32_MAX, UINT32_MAX};
            return SUCCESS;
        }
        if (waited >= milliseconds)
            return TIMEOUT;
        if (is_steady)
            waited += milliseconds, usleep(milliseconds * 1000);
    }
}

int nvmlEventSetFree(struct set *set)
{
    free(set);
    return SUCCESS;
}
