/* A program that is linked with -lcuda and -lnvidia-ml, as most are: no dlopen of its own. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

int cuInit(unsigned flags);
int cuDevicePrimaryCtxRetain(void **context, int device);
int cuCtxSetCurrent(void *context);
int cuMemAlloc_v2(uint64_t *pointer, size_t bytes);
int cuMemFree_v2(uint64_t pointer);
int cuMemGetInfo_v2(size_t *free, size_t *total);
int cuGreenCtxCreate(void **context, void *resources, int device, unsigned flags);
int nvmlInit_v2(void);
int nvmlDeviceGetHandleByIndex_v2(unsigned index, void **device);
int nvmlDeviceGetMemoryInfo(void *device, void *memory);

int main(void)
{
    struct { uint64_t total, free, used; } memory;
    uint64_t pointer = 0, other;
    size_t free = 0, total = 0;
    void *context, *device;

    cuInit(0);
    cuDevicePrimaryCtxRetain(&context, 0);
    cuCtxSetCurrent(context);
    printf("600 KiB = %d\n", cuMemAlloc_v2(&pointer, 600 << 10));
    printf("600 KiB = %d\n", cuMemAlloc_v2(&other, 600 << 10));
    int result = cuMemGetInfo_v2(&free, &total);
    printf("info = %d: free %zu total %zu\n", result, free, total);
    nvmlInit_v2();
    nvmlDeviceGetHandleByIndex_v2(0, &device);
    nvmlDeviceGetMemoryInfo(device, &memory);
    printf("nvml: total %llu used %llu\n", (unsigned long long)memory.total, (unsigned long long)memory.used);
    printf("free = %d\n", cuMemFree_v2(pointer));
    printf("1 MiB = %d\n", cuMemAlloc_v2(&pointer, 1 << 20));
    printf("green context = %d\n", cuGreenCtxCreate(&context, NULL, 0, 0));
    return 0;
}
