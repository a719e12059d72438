/* cuda-probe: what a container really got. It runs inside containers that `make demo`, the tests and tests/gpu-test/run.sh start.
 *
 *   cuda-probe                     through libcuda.so.1: count the devices, and on each get a context and allocate memory
 *   cuda-probe fill                through libcuda.so.1: how much memory the first device gives until it has no more
 *   cuda-probe nodes               every /dev/nvidia* and /dev/dri node with its numbers, and whether it opens
 *   cuda-probe open MAJOR MINOR    make a node of these numbers in /tmp and open it: does the device cgroup let it through?
 *   cuda-probe dlopen SONAME...    whether the loader finds each library, and where
 *
 * Exit: 0 all well, else the number of the step that failed (see enum step), 64 for wrong arguments.
 *
 * Built once and carried to hosts with other C libraries, so it is linked against the oldest symbol versions of x86-64 glibc:
 * _start is written out below, because crt1.o would bind __libc_start_main to the build machine's version, and node numbers
 * come from the statx system call, because stat() is a newer symbol.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <linux/stat.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum step { LIBRARY = 1, SYMBOL = 2, INIT = 3, COUNT = 4, DEVICE = 5, CONTEXT = 6, ALLOCATE = 7, NO_DEVICE = 8, OPEN = 9, USAGE = 64 };

#if defined(__x86_64__) && defined(__GLIBC__)
__asm__(".symver __libc_start_main, __libc_start_main@GLIBC_2.2.5");
__asm__(".symver dlopen, dlopen@GLIBC_2.2.5");
__asm__(".symver dlsym, dlsym@GLIBC_2.2.5");
__asm__(".symver dlerror, dlerror@GLIBC_2.2.5");
__asm__(".symver dlinfo, dlinfo@GLIBC_2.3.3");
__asm__(".globl _start\n"
        "_start:\n"
        "  xor %ebp, %ebp\n"
        "  mov %rdx, %r9\n"            /* rtld_fini */
        "  pop %rsi\n"                 /* argc */
        "  mov %rsp, %rdx\n"           /* argv */
        "  and $-16, %rsp\n"
        "  push %rax\n"
        "  push %rsp\n"                /* stack_end */
        "  xor %r8d, %r8d\n"           /* fini: none */
        "  xor %ecx, %ecx\n"           /* init: none, there are no constructors here */
        "  lea main(%rip), %rdi\n"
        "  call *__libc_start_main@GOTPCREL(%rip)\n"
        "  hlt\n");
#elif defined(__aarch64__) && defined(__GLIBC__)
__asm__(".symver __libc_start_main, __libc_start_main@GLIBC_2.17");
__asm__(".symver dlopen, dlopen@GLIBC_2.17");
__asm__(".symver dlsym, dlsym@GLIBC_2.17");
__asm__(".symver dlerror, dlerror@GLIBC_2.17");
__asm__(".symver dlinfo, dlinfo@GLIBC_2.17");
__asm__(".globl _start\n"
        "_start:\n"
        "  mov x29, #0\n"
        "  mov x30, #0\n"
        "  mov x5, x0\n"               /* rtld_fini */
        "  ldr x1, [sp]\n"             /* argc */
        "  add x2, sp, #8\n"           /* argv */
        "  mov x6, sp\n"               /* stack_end */
        "  adrp x0, main\n"
        "  add x0, x0, :lo12:main\n"
        "  mov x3, #0\n"               /* init: none, there are no constructors here */
        "  mov x4, #0\n"               /* fini: none */
        "  bl __libc_start_main\n"
        "  brk #0\n");
#endif
#if (defined(__x86_64__) || defined(__aarch64__)) && defined(__GLIBC__)
int main(int argc, char **argv);
extern int __libc_start_main(int (*)(int, char **), int, char **, void (*)(void), void (*)(void), void (*)(void), void *);
/* The compiler sees no use of these in the assembly above. */
void *const cuda_probe_keep[] __attribute__((used)) = { (void *)main, (void *)__libc_start_main };
#endif

/* ---- CUDA driver API: the few declarations of cuda.h that are used, so that no CUDA toolkit is needed to build this. ---- */
typedef int CUresult;
typedef int CUdevice;
typedef void *CUcontext;
typedef unsigned long long CUdeviceptr;

struct cuda {
    CUresult (*init)(unsigned int);
    CUresult (*driver_version)(int *);
    CUresult (*device_count)(int *);
    CUresult (*device_get)(CUdevice *, int);
    CUresult (*device_name)(char *, int, CUdevice);
    CUresult (*device_memory)(size_t *, CUdevice);
    CUresult (*context_create)(CUcontext *, CUdevice);
    CUresult (*context_set)(CUcontext);
    CUresult (*context_release)(CUdevice);
    CUresult (*allocate)(CUdeviceptr *, size_t);
    CUresult (*set)(CUdeviceptr, unsigned char, size_t);
    CUresult (*copy_back)(void *, CUdeviceptr, size_t);
    CUresult (*release)(CUdeviceptr);
    CUresult (*error_name)(CUresult, const char **);
};

static int symbol(void *library, const char *name, void *slot)
{
    void *address = dlsym(library, name);
    if (!address) {
        printf("libcuda.so.1 has no %s\n", name);
        return 0;
    }
    memcpy(slot, &address, sizeof address);
    return 1;
}

static int failed(const struct cuda *cuda, const char *call, CUresult result, enum step step)
{
    const char *name = NULL;
    if (cuda->error_name(result, &name) != 0 || !name)
        name = "unknown error";
    printf("%s failed: %d %s\n", call, result, name);
    return step;
}

static int probe_device(const struct cuda *cuda, int ordinal)
{
    enum { BYTES = 64 << 20, PATTERN = 0x5a, SAMPLE = 4096 };
    CUdevice device;
    CUcontext context;
    CUdeviceptr memory;
    CUresult result;
    size_t size = 0;
    char name[256] = "";
    unsigned char sample[SAMPLE];

    if ((result = cuda->device_get(&device, ordinal)) != 0)
        return failed(cuda, "cuDeviceGet", result, DEVICE);
    if ((result = cuda->device_name(name, sizeof name, device)) != 0)
        return failed(cuda, "cuDeviceGetName", result, DEVICE);
    if ((result = cuda->device_memory(&size, device)) != 0)
        return failed(cuda, "cuDeviceTotalMem", result, DEVICE);
    if ((result = cuda->context_create(&context, device)) != 0)
        return failed(cuda, "cuDevicePrimaryCtxRetain", result, CONTEXT);
    if ((result = cuda->context_set(context)) != 0)
        return failed(cuda, "cuCtxSetCurrent", result, CONTEXT);
    if ((result = cuda->allocate(&memory, BYTES)) != 0)
        return failed(cuda, "cuMemAlloc", result, ALLOCATE);
    if ((result = cuda->set(memory, PATTERN, BYTES)) != 0)
        return failed(cuda, "cuMemsetD8", result, ALLOCATE);
    if ((result = cuda->copy_back(sample, memory + BYTES - SAMPLE, SAMPLE)) != 0)
        return failed(cuda, "cuMemcpyDtoH", result, ALLOCATE);
    for (int i = 0; i < SAMPLE; i++) {
        if (sample[i] != PATTERN) {
            printf("device %d: memory reads back wrong\n", ordinal);
            return ALLOCATE;
        }
    }
    if ((result = cuda->release(memory)) != 0)
        return failed(cuda, "cuMemFree", result, ALLOCATE);
    cuda->context_release(device);
    printf("device %d: %s, %zu MiB, allocated and read back %d MiB\n", ordinal, name, size >> 20, BYTES >> 20);
    return 0;
}

/* Memory of the first device in pieces, until the driver has no more: where a limit holds, that is at the limit. */
static int fill_device(const struct cuda *cuda)
{
    enum { PIECE = 64 << 20, OUT_OF_MEMORY = 2 };
    CUdevice device;
    CUcontext context;
    CUdeviceptr memory;
    CUresult result;
    size_t size = 0;
    unsigned long pieces = 0;
    const char *name = NULL;

    if ((result = cuda->device_get(&device, 0)) != 0)
        return failed(cuda, "cuDeviceGet", result, DEVICE);
    if ((result = cuda->device_memory(&size, device)) != 0)
        return failed(cuda, "cuDeviceTotalMem", result, DEVICE);
    if ((result = cuda->context_create(&context, device)) != 0)
        return failed(cuda, "cuDevicePrimaryCtxRetain", result, CONTEXT);
    if ((result = cuda->context_set(context)) != 0)
        return failed(cuda, "cuCtxSetCurrent", result, CONTEXT);
    while ((result = cuda->allocate(&memory, PIECE)) == 0)
        pieces++;
    if (result != OUT_OF_MEMORY)
        return failed(cuda, "cuMemAlloc", result, ALLOCATE);
    if (cuda->error_name(result, &name) != 0 || !name)
        name = "unknown error";
    printf("filled %lu MiB of %zu MiB: %d %s\n", pieces * (PIECE >> 20), size >> 20, result, name);
    return 0;
}

static int probe_cuda(int fills)
{
    struct cuda cuda;
    CUresult result;
    int count = 0, version = 0;
    void *library = dlopen("libcuda.so.1", RTLD_NOW);

    if (!library) {
        printf("dlopen failed: %s\n", dlerror());
        return LIBRARY;
    }
    if (!symbol(library, "cuInit", &cuda.init) || !symbol(library, "cuDriverGetVersion", &cuda.driver_version)
        || !symbol(library, "cuDeviceGetCount", &cuda.device_count) || !symbol(library, "cuDeviceGet", &cuda.device_get)
        || !symbol(library, "cuDeviceGetName", &cuda.device_name) || !symbol(library, "cuDeviceTotalMem_v2", &cuda.device_memory)
        || !symbol(library, "cuDevicePrimaryCtxRetain", &cuda.context_create) || !symbol(library, "cuCtxSetCurrent", &cuda.context_set)
        || !symbol(library, "cuDevicePrimaryCtxRelease", &cuda.context_release) || !symbol(library, "cuMemAlloc_v2", &cuda.allocate)
        || !symbol(library, "cuMemsetD8_v2", &cuda.set) || !symbol(library, "cuMemcpyDtoH_v2", &cuda.copy_back)
        || !symbol(library, "cuMemFree_v2", &cuda.release) || !symbol(library, "cuGetErrorName", &cuda.error_name))
        return SYMBOL;
    if ((result = cuda.init(0)) != 0)
        return failed(&cuda, "cuInit", result, INIT);
    if ((result = cuda.driver_version(&version)) != 0)
        return failed(&cuda, "cuDriverGetVersion", result, INIT);
    if ((result = cuda.device_count(&count)) != 0)
        return failed(&cuda, "cuDeviceGetCount", result, COUNT);
    printf("CUDA %d.%d, devices: %d\n", version / 1000, version % 1000 / 10, count);
    if (count == 0)
        return NO_DEVICE;
    if (fills)
        return fill_device(&cuda);
    for (int i = 0; i < count; i++) {
        int step = probe_device(&cuda, i);
        if (step != 0)
            return step;
    }
    return 0;
}

/* ---- Device nodes ---- */

/* ENXIO, ENODEV, EIO come from a driver that is absent or unwell: the kernel let the open through. EPERM is the device cgroup. */
static const char *try_open(const char *path)
{
    int fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
    if (fd >= 0) {
        close(fd);
        return "opens";
    }
    return strerror(errno);
}

static int list_directory(const char *directory, const char *prefix)
{
    DIR *stream = opendir(directory);
    struct dirent *entry;
    int nodes = 0;

    if (!stream)
        return 0;
    while ((entry = readdir(stream)) != NULL) {
        char path[512];
        struct statx status;
        if (entry->d_name[0] == '.' || strncmp(entry->d_name, prefix, strlen(prefix)) != 0)
            continue;
        snprintf(path, sizeof path, "%s/%s", directory, entry->d_name);
        if (syscall(SYS_statx, AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &status) != 0 || (status.stx_mode & 0170000) != 0020000)
            continue;
        printf("%-28s %3u:%-3u %04o  %s\n", path, status.stx_rdev_major, status.stx_rdev_minor, status.stx_mode & 07777, try_open(path));
        nodes++;
    }
    closedir(stream);
    return nodes;
}

static int probe_nodes(void)
{
    int nodes = list_directory("/dev", "nvidia") + list_directory("/dev/nvidia-caps", "nvidia-cap") + list_directory("/dev/dri", "");
    if (nodes == 0)
        puts("no GPU node");
    return 0;
}

static unsigned number(const char *text)
{
    unsigned value = 0;
    while (*text >= '0' && *text <= '9')
        value = value * 10 + (unsigned)(*text++ - '0');
    return value;
}

static int probe_open(unsigned major, unsigned minor)
{
    const char *path = "/tmp/cuda-probe-node";
    unsigned long device = ((major & 0xfffUL) << 8) | (minor & 0xff) | ((minor & 0xfff00UL) << 12);
    const char *answer;

    if (syscall(SYS_mknodat, AT_FDCWD, path, 0020666, device) != 0) {
        printf("mknod %u:%u: %s\n", major, minor, strerror(errno));
        return OPEN;
    }
    answer = try_open(path);
    printf("%u:%u %s\n", major, minor, answer);
    unlink(path);
    return 0;
}

/* ---- Libraries ---- */

static int probe_dlopen(int count, char **names)
{
    int missing = 0;
    for (int i = 0; i < count; i++) {
        void *library = dlopen(names[i], RTLD_NOW);
        struct link_map *map = NULL;
        if (!library) {
            printf("%-28s not loaded: %s\n", names[i], dlerror());
            missing = 1;
        } else if (dlinfo(library, RTLD_DI_LINKMAP, &map) == 0) {
            printf("%-28s => %s\n", names[i], map->l_name);
        }
    }
    return missing ? LIBRARY : 0;
}

int main(int argc, char **argv)
{
    int status = USAGE;

    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc == 1)
        status = probe_cuda(0);
    else if (argc == 2 && strcmp(argv[1], "fill") == 0)
        status = probe_cuda(1);
    else if (argc == 2 && strcmp(argv[1], "nodes") == 0)
        status = probe_nodes();
    else if (argc == 4 && strcmp(argv[1], "open") == 0)
        status = probe_open(number(argv[2]), number(argv[3]));
    else if (argc > 2 && strcmp(argv[1], "dlopen") == 0)
        status = probe_dlopen(argc - 2, argv + 2);
    else
        fputs("usage: cuda-probe [fill | nodes | open MAJOR MINOR | dlopen SONAME...]\n", stderr);
    fflush(stdout);
    return status;
}
