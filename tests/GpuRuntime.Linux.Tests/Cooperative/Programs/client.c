/*
 * A program that uses CUDA as its arguments say, and prints what it got: client WAY COMMAND...
 * WAY is how it finds a function: dlsym, deepbind, proc (cuGetProcAddress_v2), proc1 (cuGetProcAddress).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

typedef unsigned long long u64;
typedef void *handle;

static const char *way;
static void *cuda, *driver;

static void *need(void *address, const char *what)
{
    if (!address) {
        printf("no %s\n", what);
        exit(3);
    }
    return address;
}

/* The CUDA version of a program that means this variant. */
static int version_of(const char *name)
{
    if (strstr(name, "_v4"))
        return 12050;
    if (strstr(name, "_v3"))
        return 11040;
    if (strcmp(name, "cuCtxCreate_v2") == 0 || strcmp(name, "cuCtxDestroy_v2") == 0)
        return 4000;
    if (strstr(name, "_v2"))
        return 13000;
    if (strcmp(name, "cuGraphAddNode") == 0)
        return 12020;
    if (strncmp(name, "cuDevicePrimaryCtxRe", 20) == 0)
        return 10000;
    if (strcmp(name, "cuMemAlloc") == 0 || strcmp(name, "cuMemAllocPitch") == 0 || strcmp(name, "cuMemFree") == 0 || strstr(name, "Array") == name + 2
        || strcmp(name, "cuArrayCreate") == 0 || strcmp(name, "cuArray3DCreate") == 0 || strcmp(name, "cuCtxCreate") == 0
        || strcmp(name, "cuMemGetInfo") == 0 || strcmp(name, "cuDeviceTotalMem") == 0 || strcmp(name, "cuCtxDestroy") == 0)
        return strcmp(name, "cuArrayDestroy") == 0 ? 13000 : 3010;
    return 13000;
}

static void *by_proc_address(const char *name)
{
    int (*second)(const char *, void **, int, u64, int *) = need(dlsym(cuda, "cuGetProcAddress_v2"), "cuGetProcAddress_v2");
    int (*first)(const char *, void **, int, u64) = need(dlsym(cuda, "cuGetProcAddress"), "cuGetProcAddress");
    void *address = NULL;
    char base[64];
    char *suffix;
    int status = -1, is_per_thread = strstr(name, "_ptsz") != NULL, result;

    snprintf(base, sizeof base, "%s", name);
    if ((suffix = strstr(base, "_v")) != NULL || (suffix = strstr(base, "_ptsz")) != NULL)
        *suffix = '\0';
    result = strcmp(way, "proc1") == 0 ? first(base, &address, version_of(name), is_per_thread ? 2 : 0)
        : second(base, &address, version_of(name), is_per_thread ? 2 : 0, &status);
    return result == 0 ? address : NULL;
}

static void *function(const char *name)
{
    return need(strncmp(way, "proc", 4) == 0 ? by_proc_address(name) : dlsym(cuda, name), name);
}

static void *of_driver(const char *name)
{
    return need(dlsym(driver, name), name);
}

static int gpu;

/* ---- one allocation by each way that there is ---- */

struct held { const char *entry; uint64_t number; };
static struct held stack[4096];
static int count;

struct array_v1 { unsigned width, height; int format; unsigned channels; };
struct array { size_t width, height; int format; unsigned channels; };
struct array3d_v1 { unsigned width, height, depth; int format; unsigned channels, flags; };
struct array3d { size_t width, height, depth; int format; unsigned channels, flags; };
struct external { int type; u64 from[2]; u64 size; unsigned flags, reserved[16]; };
struct pool { int type, handle_types, location_type, location_id; void *security; size_t maximum; unsigned short usage; char reserved[54]; };
struct alloc_node { struct pool pool; const void *access; size_t access_count, bytes; uint64_t pointer; };
struct node { int type, reserved[3]; union { struct alloc_node alloc; long long size[29]; } of; long long reserved_end; };

static int is(const char *entry, const char *name)
{
    return strcmp(entry, name) == 0;
}

static void *pool_of(const char *entry)
{
    int (*get)(handle *, int) = dlsym(cuda, "cuDeviceGetDefaultMemPool");
    handle pool = NULL;

    (void)entry;
    get(&pool, gpu);
    return pool;
}

static handle graph;

static void set_unknown(u64 bytes)
{
    ((void (*)(u64))of_driver("stand_in_set_unknown"))(bytes);
}

/* Sizes are multiples of 512. */
static int allocate(const char *entry, u64 bytes, uint64_t *number)
{
    void *f = function(entry);
    unsigned narrow = 0, narrow_pitch;
    size_t pitch;
    handle h = NULL;
    int result;

    *number = 0;
    if (is(entry, "cuMemAlloc")) {
        result = ((int (*)(unsigned *, unsigned))f)(&narrow, (unsigned)bytes);
        *number = narrow;
        return result;
    }
    if (is(entry, "cuMemAllocPitch")) {
        result = ((int (*)(unsigned *, unsigned *, unsigned, unsigned, unsigned))f)(&narrow, &narrow_pitch, 500, (unsigned)(bytes / 512), 4);
        *number = narrow;
        return result;
    }
    if (is(entry, "cuMemAlloc_v2"))
        return ((int (*)(uint64_t *, size_t))f)(number, bytes);
    if (is(entry, "cuMemAllocManaged"))
        return ((int (*)(uint64_t *, size_t, unsigned))f)(number, bytes, 1);
    if (is(entry, "cuMemAllocPitch_v2"))
        return ((int (*)(uint64_t *, size_t *, size_t, size_t, unsigned))f)(number, &pitch, 500, bytes / 512, 4);
    if (is(entry, "cuMemAllocAsync") || is(entry, "cuMemAllocAsync_ptsz"))
        return ((int (*)(uint64_t *, size_t, handle))f)(number, bytes, NULL);
    if (is(entry, "cuMemAllocFromPoolAsync") || is(entry, "cuMemAllocFromPoolAsync_ptsz"))
        return ((int (*)(uint64_t *, size_t, handle, handle))f)(number, bytes, pool_of(entry), NULL);
    if (is(entry, "cuMemCreate")) {
        struct { int type, handle_types, location_type, location_id; u64 rest[2]; } properties = { 1, 0, 1, gpu, { 0, 0 } };
        return ((int (*)(uint64_t *, size_t, void *, u64))f)(number, bytes, &properties, 0);
    }
    if (is(entry, "cuMemImportFromShareableHandle")) {
        set_unknown(bytes);
        result = ((int (*)(uint64_t *, void *, int))f)(number, NULL, 1);
        set_unknown(0);
        return result;
    }
    if (is(entry, "cuMemPoolImportPointer")) {
        set_unknown(bytes);
        result = ((int (*)(uint64_t *, handle, void *))f)(number, pool_of(entry), NULL);
        set_unknown(0);
        return result;
    }
    if (is(entry, "cuArrayCreate")) {
        struct array_v1 a = { 64, (unsigned)(bytes / 1024), 0x20, 4 };
        result = ((int (*)(handle *, void *))f)(&h, &a);
    } else if (is(entry, "cuArrayCreate_v2")) {
        struct array a = { 64, bytes / 1024, 0x20, 4 };
        result = ((int (*)(handle *, void *))f)(&h, &a);
    } else if (is(entry, "cuArray3DCreate")) {
        struct array3d_v1 a = { 8, 8, (unsigned)(bytes / 1024), 0x20, 4, 0 };
        result = ((int (*)(handle *, void *))f)(&h, &a);
    } else if (is(entry, "cuArray3DCreate_v2")) {
        struct array3d a = { 8, 8, bytes / 1024, 0x20, 4, 0 };
        result = ((int (*)(handle *, void *))f)(&h, &a);
    } else if (is(entry, "cuMipmappedArrayCreate")) {
        struct array3d a = { 64, bytes / 1024, 0, 0x20, 4, 0 };
        result = ((int (*)(handle *, void *, unsigned))f)(&h, &a, 1);
    } else if (is(entry, "cuImportExternalMemory")) {
        struct external external = { .type = 1, .size = bytes };
        result = ((int (*)(handle *, void *))f)(&h, &external);
    } else if (is(entry, "cuMemPoolImportFromShareableHandle")) {
        set_unknown(bytes);
        result = ((int (*)(handle *, void *, int, u64))f)(&h, NULL, 1, 0);
    } else if (is(entry, "cuCtxCreate") || is(entry, "cuCtxCreate_v2")) {
        set_unknown(bytes);
        result = ((int (*)(handle *, unsigned, int))f)(&h, 0, gpu);
    } else if (is(entry, "cuCtxCreate_v3")) {
        set_unknown(bytes);
        result = ((int (*)(handle *, void *, int, unsigned, int))f)(&h, NULL, 0, 0, gpu);
    } else if (is(entry, "cuCtxCreate_v4")) {
        set_unknown(bytes);
        result = ((int (*)(handle *, void *, unsigned, int))f)(&h, NULL, 0, gpu);
    } else if (is(entry, "cuGreenCtxCreate")) {
        set_unknown(bytes);
        result = ((int (*)(handle *, void *, int, unsigned))f)(&h, NULL, gpu, 0);
    } else if (is(entry, "cuDevicePrimaryCtxRetain")) {
        set_unknown(bytes);
        result = ((int (*)(handle *, int))f)(&h, gpu);
        ((int (*)(handle))dlsym(cuda, "cuCtxSetCurrent"))(h);
    } else {
        struct node node = { .type = 10, .of.alloc = { .pool = { 1, 0, 1, gpu, NULL, 0, 0, "" }, .bytes = bytes } };
        handle added;
        if (!graph)
            ((int (*)(handle *, unsigned))dlsym(cuda, "cuGraphCreate"))(&graph, 0);
        if (is(entry, "cuGraphAddMemAllocNode"))
            result = ((int (*)(handle *, handle, void *, size_t, void *))f)(&added, graph, NULL, 0, &node.of.alloc);
        else if (is(entry, "cuGraphAddNode"))
            result = ((int (*)(handle *, handle, void *, size_t, void *))f)(&added, graph, NULL, 0, &node);
        else if (is(entry, "cuGraphAddNode_v2"))
            result = ((int (*)(handle *, handle, void *, void *, size_t, void *))f)(&added, graph, NULL, NULL, 0, &node);
        else {
            printf("no entry %s\n", entry);
            exit(3);
        }
        h = graph;
    }
    set_unknown(0);
    *number = (uint64_t)(uintptr_t)h;
    return result;
}

static int call_free(const char *name, uint64_t number)
{
    void *f = function(name);

    if (strstr(name, "Async"))
        return ((int (*)(uint64_t, handle))f)(number, NULL);
    if (is(name, "cuMemFree"))
        return ((int (*)(unsigned))f)((unsigned)number);
    if (strncmp(name, "cuDevicePrimary", 15) == 0)
        return ((int (*)(int))f)(gpu);
    return ((int (*)(uint64_t))f)(number);
}

static const char *free_of(const char *entry)
{
    static const char *const pairs[][2] = {
        { "cuMemAlloc", "cuMemFree" }, { "cuMemAllocPitch", "cuMemFree" }, { "cuMemAlloc_v2", "cuMemFree_v2" },
        { "cuMemAllocPitch_v2", "cuMemFree_v2" }, { "cuMemAllocManaged", "cuMemFree_v2" }, { "cuMemPoolImportPointer", "cuMemFree_v2" },
        { "cuMemAllocAsync", "cuMemFreeAsync" }, { "cuMemAllocAsync_ptsz", "cuMemFreeAsync_ptsz" },
        { "cuMemAllocFromPoolAsync", "cuMemFreeAsync" }, { "cuMemAllocFromPoolAsync_ptsz", "cuMemFreeAsync_ptsz" },
        { "cuMemCreate", "cuMemRelease" }, { "cuMemImportFromShareableHandle", "cuMemRelease" },
        { "cuArrayCreate", "cuArrayDestroy" }, { "cuArrayCreate_v2", "cuArrayDestroy" }, { "cuArray3DCreate", "cuArrayDestroy" },
        { "cuArray3DCreate_v2", "cuArrayDestroy" }, { "cuMipmappedArrayCreate", "cuMipmappedArrayDestroy" },
        { "cuImportExternalMemory", "cuDestroyExternalMemory" }, { "cuMemPoolImportFromShareableHandle", "cuMemPoolDestroy" },
        { "cuCtxCreate", "cuCtxDestroy" }, { "cuCtxCreate_v2", "cuCtxDestroy_v2" }, { "cuCtxCreate_v3", "cuCtxDestroy_v2" },
        { "cuCtxCreate_v4", "cuCtxDestroy_v2" }, { "cuGreenCtxCreate", "cuGreenCtxDestroy" },
        { "cuDevicePrimaryCtxRetain", "cuDevicePrimaryCtxRelease_v2" }, { "cuGraphAddMemAllocNode", "cuGraphDestroy" },
        { "cuGraphAddNode", "cuGraphDestroy" }, { "cuGraphAddNode_v2", "cuGraphDestroy" },
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (is(entry, pairs[i][0]))
            return pairs[i][1];
    return "cuMemFree_v2";
}

static int give_back(void)
{
    int result = call_free(free_of(stack[count - 1].entry), stack[count - 1].number);

    if (result == 0) {
        if ((handle)(uintptr_t)stack[count - 1].number == graph)
            graph = NULL;
        count--;
    }
    return result;
}

static int take(const char *entry, u64 bytes)
{
    uint64_t number;
    int result = allocate(entry, bytes, &number);

    if (result == 0)
        stack[count++] = (struct held) { entry, number };
    return result;
}

/* ---- threads ---- */

struct load { u64 rounds, bytes, granted, refused, other; };

static void *allocate_and_free(void *argument)
{
    struct load *load = argument;
    int (*set)(handle) = dlsym(cuda, "cuCtxSetCurrent");
    int (*alloc)(uint64_t *, size_t) = function("cuMemAlloc_v2");
    int (*release)(uint64_t) = function("cuMemFree_v2");
    uint64_t held[4];
    int holds = 0;

    set((handle)(uintptr_t)stack[0].number);
    for (u64 i = 0; i < load->rounds; i++) {
        if (holds == 4 || (holds && i % 3 == 2))
            load->other += release(held[--holds]) != 0;
        int result = alloc(&held[holds], load->bytes);
        if (result == 0) {
            holds++;
            load->granted++;
        } else
            *(result == 2 ? &load->refused : &load->other) += 1;
    }
    while (holds)
        load->other += release(held[--holds]) != 0;
    return NULL;
}

static void threads(int number, u64 rounds, u64 bytes)
{
    pthread_t thread[64];
    struct load load[64] = { { 0 } };
    u64 granted = 0, refused = 0, other = 0;

    for (int i = 0; i < number; i++) {
        load[i].rounds = rounds;
        load[i].bytes = bytes;
        pthread_create(&thread[i], NULL, allocate_and_free, &load[i]);
    }
    for (int i = 0; i < number; i++) {
        pthread_join(thread[i], NULL);
        granted += load[i].granted;
        refused += load[i].refused;
        other += load[i].other;
    }
    printf("granted %s, refused %s, other %llu\n", granted ? "some" : "none", refused ? "some" : "none", other);
}

/* ---- processes ---- */

static char **run(char **command);

static char **closing(char **command)
{
    for (int depth = 1; *command; command++) {
        depth += is(*command, "(") - is(*command, ")");
        if (depth == 0)
            return command;
    }
    printf("no )\n");
    exit(3);
}

static void run_block(char **begin, char **end)
{
    *end = NULL;
    run(begin);
}

static pid_t started[512];
static int started_count;

/* A program of its own: nothing of this one is left in it but the arguments. */
static pid_t start_program(char **begin, char **end, int *ready)
{
    char *arguments[256] = { "/bin/client", (char *)way };
    int pipes[2], n = 2;
    pid_t pid;

    for (char **at = begin; at != end; at++)
        arguments[n++] = *at;
    if (pipe2(pipes, O_CLOEXEC) != 0)
        exit(4);
    fflush(stdout);
    pid = fork();
    if (pid == 0) {
        char number[16];
        fcntl(pipes[1], F_SETFD, 0);
        snprintf(number, sizeof number, "%d", pipes[1]);
        setenv("READY", number, 1);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execv(arguments[0], arguments);
        _exit(5);
    }
    close(pipes[1]);
    *ready = pipes[0];
    return pid;
}

static void end_program(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

/* Kills programs at any moment of their work, again and again. */
static void storm(char **begin, char **end, int rounds)
{
    unsigned seed = 1;

    for (int i = 0; i < rounds; i++) {
        int ready[3];
        pid_t pids[3];
        char byte;
        for (int j = 0; j < 3; j++)
            pids[j] = start_program(begin, end, &ready[j]);
        for (int j = 0; j < 3; j++)
            if (read(ready[j], &byte, 1) != 1)
                printf("a program ended\n");
        nanosleep(&(struct timespec) { .tv_nsec = rand_r(&seed) % 3000000 }, NULL);
        for (int j = 0; j < 3; j++) {
            end_program(pids[j]);
            close(ready[j]);
        }
    }
    printf("killed %d\n", rounds * 3);
}

static void scribble(const char *how)
{
    int file = open("/run/gpu-runtime/usage/memory", O_RDWR | O_CLOEXEC);
    struct stat status;
    unsigned seed = 7;

    /* Not closed: a process that closes a descriptor of the file gives up its place. The scribbler is another process in the tests. */
    if (file < 0 || fstat(file, &status) != 0) {
        perror("scribble");
        exit(4);
    }
    if (is(how, "cut")) {
        if (ftruncate(file, 0) != 0)
            exit(4);
    } else if (is(how, "wish")) {
        /* What the first process wants of the first GPU: behind the first page, behind what it holds. */
        u64 bytes = 200000;
        if (pwrite(file, &bytes, sizeof bytes, 4096 + 8) != sizeof bytes)
            exit(4);
    } else if (is(how, "short")) {
        if (ftruncate(file, 100) != 0)
            exit(4);
    } else {
        for (off_t at = is(how, "numbers") ? 4096 : 0; at < status.st_size; at += 4) {
            unsigned word = is(how, "ones") ? 0xffffffff : (unsigned)rand_r(&seed) * 2654435761u;
            if (pwrite(file, &word, sizeof word, at) != sizeof word)
                exit(4);
        }
    }
    printf("scribbled %s\n", how);
}

/* ---- commands ---- */

static const char *next(char ***command)
{
    if (!**command) {
        printf("too few arguments\n");
        exit(3);
    }
    return *(*command)++;
}

static u64 number(char ***command)
{
    return strtoull(next(command), NULL, 0);
}

static void print_nvml(int index)
{
    struct { u64 total, free, used; } memory, bar;
    struct { unsigned version; u64 total, reserved, free, used; } second = { .version = sizeof second | 2 << 24 };
    void *nvml = need(dlopen("libnvidia-ml.so.1", RTLD_NOW), dlerror());
    handle device;

    ((int (*)(void))need(dlsym(nvml, "nvmlInit_v2"), "nvmlInit_v2"))();
    ((int (*)(unsigned, handle *))need(dlsym(nvml, "nvmlDeviceGetHandleByIndex_v2"), "handle"))((unsigned)index, &device);
    int result = ((int (*)(handle, void *))need(dlsym(nvml, "nvmlDeviceGetMemoryInfo"), "memory"))(device, &memory);
    int result2 = ((int (*)(handle, void *))need(dlsym(nvml, "nvmlDeviceGetMemoryInfo_v2"), "memory v2"))(device, &second);
    ((int (*)(handle, void *))need(dlsym(nvml, "nvmlDeviceGetBAR1MemoryInfo"), "BAR1"))(device, &bar);
    printf("nvml = %d: total %llu free %llu used %llu; v2 = %d: total %llu reserved %llu free %llu used %llu; BAR1 %llu\n",
        result, memory.total, memory.free, memory.used, result2, second.total, second.reserved, second.free, second.used, bar.total);
}

static void print_info(void)
{
    size_t free = 0, total = 0, device_total = 0;
    unsigned narrow_free = 0, narrow_total = 0, narrow_device = 0;
    int result = ((int (*)(size_t *, size_t *))function("cuMemGetInfo_v2"))(&free, &total);

    ((int (*)(unsigned *, unsigned *))function("cuMemGetInfo"))(&narrow_free, &narrow_total);
    ((int (*)(size_t *, int))function("cuDeviceTotalMem_v2"))(&device_total, gpu);
    ((int (*)(unsigned *, int))function("cuDeviceTotalMem"))(&narrow_device, gpu);
    printf("info = %d: free %zu total %zu device %zu; v1: free %u total %u device %u\n",
        result, free, total, device_total, narrow_free, narrow_total, narrow_device);
}

static char **run(char **command)
{
    while (*command) {
        const char *word = next(&command);
        if (is(word, "device")) {
            gpu = (int)number(&command);
            handle context;
            int result = ((int (*)(handle *, int))function("cuDevicePrimaryCtxRetain"))(&context, gpu);
            ((int (*)(handle))dlsym(cuda, "cuCtxSetCurrent"))(context);
            if (result != 0)
                printf("device = %d\n", result);
            if (result == 0 && count == 0)
                stack[count++] = (struct held) { "cuDevicePrimaryCtxRetain", (uint64_t)(uintptr_t)context };
        } else if (is(word, "gpu"))
            gpu = (int)number(&command);
        else if (is(word, "free"))
            printf("free = %d\n", give_back());
        else if (is(word, "free-by")) {
            const char *name = next(&command);
            int result = call_free(name, stack[count - 1].number);
            count -= result == 0;
            printf("%s = %d\n", name, result);
        } else if (is(word, "fail"))
            ((void (*)(void))of_driver("stand_in_fail_next"))();
        else if (is(word, "info"))
            print_info();
        else if (is(word, "nvml"))
            print_nvml((int)number(&command));
        else if (is(word, "truth")) {
            u64 now, most;
            ((void (*)(int, u64 *, u64 *))of_driver("stand_in_truth"))(gpu, &now, &most);
            printf("truth %llu most %llu\n", now, most);
        } else if (is(word, "stream-of")) {
            /* Allocates in the stream of another GPU's context than the current one. */
            int other = (int)number(&command);
            u64 bytes = number(&command);
            handle context;
            uint64_t pointer;
            ((int (*)(handle *, int))function("cuDevicePrimaryCtxRetain"))(&context, other);
            printf("stream of %d = %d\n", other, ((int (*)(uint64_t *, size_t, handle))function("cuMemAllocAsync"))(&pointer, bytes, context));
        } else if (is(word, "record")) {
            uint64_t pointer;
            int result = ((int (*)(uint64_t *, size_t, handle))function("cuMemAllocAsync"))(&pointer, number(&command), (handle)0x7000);
            printf("record = %d\n", result);
        } else if (is(word, "destroy-context"))
            printf("destroy-context = %d\n", call_free("cuCtxDestroy_v2", stack[0].number));
        else if (is(word, "destroy-recorded"))
            printf("destroy = %d\n", ((int (*)(handle))function("cuGraphDestroy"))((handle)0x9000));
        else if (is(word, "launch"))
            ((void (*)(handle))of_driver("stand_in_launch"))(graph);
        else if (is(word, "trim"))
            printf("trim = %d\n", ((int (*)(int))function("cuDeviceGraphMemTrim"))(gpu));
        else if (is(word, "pool")) {
            int of = (int)number(&command);
            u64 bytes = number(&command);
            struct pool properties = { 1, 0, 1, of, NULL, 0, 0, "" };
            handle pool;
            uint64_t pointer;
            ((int (*)(handle *, void *))function("cuMemPoolCreate"))(&pool, &properties);
            printf("pool of %d = %d\n", of,
                ((int (*)(uint64_t *, size_t, handle, handle))function("cuMemAllocFromPoolAsync"))(&pointer, bytes, pool, NULL));
        } else if (is(word, "map"))
            printf("map = %d\n", ((int (*)(uint64_t, size_t, size_t, uint64_t, u64))function("cuMemMap"))(0x70000000, 4096, 0, stack[count - 1].number, 0));
        else if (is(word, "retain")) {
            uint64_t retained;
            printf("retain = %d\n", ((int (*)(uint64_t *, void *))function("cuMemRetainAllocationHandle"))(&retained, (void *)0x70000000));
            stack[count++] = (struct held) { "cuMemCreate", retained };
        } else if (is(word, "unmap"))
            printf("unmap = %d\n", ((int (*)(uint64_t, size_t))function("cuMemUnmap"))(0x70000000, 4096));
        else if (is(word, "host-memory")) {
            struct { int type, handle_types, location_type, location_id; u64 rest[2]; } properties = { 1, 0, 2, 0, { 0, 0 } };
            uint64_t allocation;
            printf("host memory = %d\n", ((int (*)(uint64_t *, size_t, void *, u64))function("cuMemCreate"))(&allocation, 1 << 30, &properties, 0));
        } else if (is(word, "blocks")) {
            /* An array whose format's size the library does not know. */
            struct array a = { 1024, number(&command) / 2048, 0x91, 4 };
            handle h;
            int result = ((int (*)(handle *, void *))function("cuArrayCreate_v2"))(&h, &a);
            printf("blocks = %d\n", result);
            if (result == 0)
                stack[count++] = (struct held) { "cuArrayCreate_v2", (uint64_t)(uintptr_t)h };
        } else if (is(word, "sparse")) {
            struct array3d a = { 1 << 20, 1 << 20, 0, 0x20, 4, 0x40 };
            handle h;
            printf("sparse = %d\n", ((int (*)(handle *, void *))function("cuArray3DCreate_v2"))(&h, &a));
        } else if (is(word, "pitch")) {
            u64 width = number(&command), height = number(&command);
            uint64_t pointer;
            size_t pitch;
            printf("pitch = %d\n", ((int (*)(uint64_t *, size_t *, size_t, size_t, unsigned))function("cuMemAllocPitch_v2"))(&pointer, &pitch, width, height, 4));
        } else if (is(word, "array")) {
            struct array3d a = { .format = 0x20, .channels = 4 };
            handle h;
            a.width = number(&command);
            a.height = number(&command);
            a.depth = number(&command);
            printf("array = %d\n", ((int (*)(handle *, void *))function("cuArray3DCreate_v2"))(&h, &a));
        } else if (is(word, "missing")) {
            const char *name = next(&command);
            int (*get)(const char *, void **, int, u64, int *) = dlsym(cuda, "cuGetProcAddress_v2");
            void *address = NULL;
            int status, result = get(name, &address, 13000, 0, &status);
            printf("%s = %d status %d address %s\n", name, result, status, address ? "some" : "none");
        } else if (is(word, "uid"))
            printf("uid = %d\n", setresuid((uid_t)number(&command), 65534, 65534));
        else if (is(word, "close-all")) {
            for (int fd = 3; fd < 256; fd++)
                close(fd);
        } else if (is(word, "scribble"))
            scribble(next(&command));
        else if (is(word, "unlink"))
            printf("unlink = %d\n", unlink("/run/gpu-runtime/usage/memory"));
        else if (is(word, "directory"))
            printf("directory = %d\n", mkdir("/run/gpu-runtime/usage/memory", 0777));
        else if (is(word, "link"))
            printf("link = %d\n", symlink("/truth", "/run/gpu-runtime/usage/memory"));
        else if (is(word, "threads")) {
            int n = (int)number(&command);
            u64 rounds = number(&command);
            threads(n, rounds, number(&command));
        } else if (is(word, "forever")) {
            u64 bytes = number(&command);
            if (getenv("READY"))
                if (write(atoi(getenv("READY")), "r", 1) != 1)
                    exit(6);
            for (;;) {
                struct load load = { .rounds = 16, .bytes = bytes };
                allocate_and_free(&load);
            }
        } else if (is(word, "fork") || is(word, "program") || is(word, "start") || is(word, "storm")) {
            int rounds = is(word, "storm") ? (int)number(&command) : 0, ready;
            next(&command);
            char **end = closing(command);
            pid_t pid;
            if (is(word, "storm"))
                storm(command, end, rounds);
            else if (is(word, "fork")) {
                fflush(stdout);
                pid = fork();
                if (pid == 0) {
                    run_block(command, end);
                    fflush(stdout);
                    _exit(0);
                }
                waitpid(pid, NULL, 0);
            } else {
                char byte;
                pid = start_program(command, end, &ready);
                if (is(word, "program")) {
                    int status;
                    waitpid(pid, &status, 0);
                    if (status != 0)
                        printf("program ended with %d\n", status);
                } else {
                    if (read(ready, &byte, 1) != 1)
                        printf("not ready\n");
                    started[started_count++] = pid;
                }
                close(ready);
            }
            command = end + 1;
        } else if (is(word, "wait")) {
            /* Under start: as many bytes to the parent as it waits for, then nothing more. */
            fflush(stdout);
            if (write(atoi(getenv("READY")), "r", 1) != 1)
                exit(6);
            for (;;)
                pause();
        } else if (is(word, "leave")) {
            /* A child that never calls CUDA and outlives this process: it goes with the container. */
            next(&command);
            char **end = closing(command);
            fflush(stdout);
            if (fork() == 0)
                for (;;)
                    pause();
            command = end + 1;
        } else if (is(word, "kill"))
            end_program(started[--started_count]);
        else {
            u64 bytes = number(&command);
            printf("%s %llu = %d\n", word, bytes, take(word, bytes));
        }
    }
    return command;
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc < 2)
        return 64;
    way = argv[1];
    cuda = dlopen("libcuda.so.1", RTLD_NOW | (is(way, "deepbind") ? RTLD_DEEPBIND : 0));
    if (!cuda) {
        printf("%s\n", dlerror());
        return 2;
    }
    driver = dlopen("/usr/lib/gpu-runtime/driver/libcuda.so.1", RTLD_NOW | RTLD_NOLOAD);
    ((int (*)(unsigned))dlsym(cuda, "cuInit"))(0);
    run(argv + 2);
    while (started_count)
        end_program(started[--started_count]);
    return 0;
}
