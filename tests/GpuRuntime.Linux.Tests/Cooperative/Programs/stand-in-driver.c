/*
 * A stand-in for libcuda.so.1: it gives out numbers for memory, and keeps in /truth how much of it each process really has.
 * Declared from the CUDA driver API's documentation, on its own and not from the libraries under test.
 */
#include "stand-in.h"
#include <strings.h>

typedef unsigned long long u64;
typedef void *handle;

enum { OBJECTS = 1 << 16, FIRST_POINTER = 0x10000, STEP = 256 };
enum { OUT_OF_MEMORY = 2, INVALID_VALUE = 1, INVALID_CONTEXT = 201, INVALID_HANDLE = 400, UNKNOWN = 999 };

struct object { int is_used, gpu, references; uint64_t bytes, body; handle context; };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct object objects[OBJECTS];
static int last_freed = -1, next_object;
static uint64_t primary_context[GPUS], graph_reserve[GPUS];
static int primary_references[GPUS];
static uint64_t bytes_of_unknown;      /* what a context or an import takes */
static int fails;
static __thread handle current;

API void stand_in_fail_next(void)
{
    fails = 1;
}

API void stand_in_set_unknown(u64 bytes)
{
    bytes_of_unknown = bytes;
}

API void stand_in_truth(int gpu, u64 *now, u64 *most)
{
    lock_truth();
    *now = true_total(gpu);
    *most = truth->most[gpu];
    unlock_truth();
}

static int take(int gpu, uint64_t bytes)
{
    uint64_t total;

    if (__atomic_exchange_n(&fails, 0, __ATOMIC_SEQ_CST))
        return UNKNOWN;
    lock_truth();
    total = true_total(gpu);
    if (bytes > GPU_BYTES - total) {
        unlock_truth();
        return OUT_OF_MEMORY;
    }
    *true_bytes(gpu) += bytes;
    if (total + bytes > truth->most[gpu])
        truth->most[gpu] = total + bytes;
    unlock_truth();
    return 0;
}

static void give_back(int gpu, uint64_t bytes)
{
    lock_truth();
    *true_bytes(gpu) -= bytes;
    unlock_truth();
}

/* The last freed number is the first to be given out again, as drivers do. */
static uint64_t new_object(int gpu, uint64_t bytes, handle context)
{
    int index;

    pthread_mutex_lock(&mutex);
    index = last_freed >= 0 ? last_freed : next_object;
    last_freed = -1;
    while (objects[index % OBJECTS].is_used)
        index++;
    index %= OBJECTS;
    next_object = index + 1;
    objects[index] = (struct object) { 1, gpu, 1, bytes, 0, context };
    pthread_mutex_unlock(&mutex);
    return FIRST_POINTER + (uint64_t)index * STEP;
}

static struct object *object_at(uint64_t pointer)
{
    uint64_t index = (pointer - FIRST_POINTER) / STEP;
    return pointer >= FIRST_POINTER && index < OBJECTS && objects[index].is_used ? &objects[index] : NULL;
}

static int end_object(uint64_t pointer)
{
    struct object *object;
    struct object old;

    if (__atomic_exchange_n(&fails, 0, __ATOMIC_SEQ_CST))
        return UNKNOWN;
    pthread_mutex_lock(&mutex);
    object = object_at(pointer);
    if (!object) {
        pthread_mutex_unlock(&mutex);
        return INVALID_VALUE;
    }
    old = *object;
    object->is_used = 0;
    last_freed = (int)(object - objects);
    pthread_mutex_unlock(&mutex);
    give_back(old.gpu, old.bytes);
    return 0;
}

static int allocate(int gpu, uint64_t bytes, handle context, uint64_t *pointer)
{
    int result = take(gpu, bytes);

    if (result == 0)
        *pointer = new_object(gpu, bytes, context);
    return result;
}

static int current_gpu(void)
{
    struct object *object = object_at((uint64_t)(uintptr_t)current);
    return object ? object->gpu : -1;
}

static int allocate_current(uint64_t bytes, uint64_t *pointer)
{
    return current_gpu() < 0 ? INVALID_CONTEXT : allocate(current_gpu(), bytes, current, pointer);
}

static int allocate_handle(uint64_t bytes, handle *object)
{
    uint64_t pointer;
    int result = allocate_current(bytes, &pointer);

    if (result == 0)
        *object = (handle)(uintptr_t)pointer;
    return result;
}

/* ---- devices and contexts ---- */

API int cuInit(unsigned flags)
{
    (void)flags;
    lock_truth();
    unlock_truth();
    return 0;
}

API int cuDeviceGetCount(int *count)
{
    *count = GPUS;
    return 0;
}

API int cuDeviceGetPCIBusId(char *text, int length, int device)
{
    if (device < 0 || device >= GPUS)
        return 101;
    snprintf(text, (size_t)length, "%s", ADDRESSES[device]);
    return 0;
}

API int cuDeviceTotalMem_v2(size_t *bytes, int device)
{
    (void)device;
    *bytes = GPU_BYTES;
    return 0;
}

API int cuDeviceTotalMem(unsigned *bytes, int device)
{
    (void)device;
    *bytes = (unsigned)GPU_BYTES;
    return 0;
}

API int cuCtxGetCurrent(handle *context)
{
    *context = current;
    return 0;
}

API int cuCtxSetCurrent(handle context)
{
    current = context;
    return 0;
}

static __thread handle pushed[8];
static __thread int pushed_count;

API int cuCtxPushCurrent_v2(handle context)
{
    pushed[pushed_count++] = current;
    current = context;
    return 0;
}

API int cuCtxPopCurrent_v2(handle *context)
{
    *context = current;
    current = pushed[--pushed_count];
    return 0;
}

API int cuCtxGetDevice(int *device)
{
    *device = current_gpu();
    return *device < 0 ? INVALID_CONTEXT : 0;
}

static int create_context(handle *context, int device)
{
    uint64_t pointer;
    int result = allocate(device, bytes_of_unknown, NULL, &pointer);

    if (result == 0)
        current = *context = (handle)(uintptr_t)pointer;
    return result;
}

API int cuCtxCreate(handle *context, unsigned flags, int device) { (void)flags; return create_context(context, device); }
API int cuCtxCreate_v2(handle *context, unsigned flags, int device) { (void)flags; return create_context(context, device); }
API int cuCtxCreate_v3(handle *context, void *affinity, int count, unsigned flags, int device)
{
    (void)affinity; (void)count; (void)flags;
    return create_context(context, device);
}
API int cuCtxCreate_v4(handle *context, void *parameters, unsigned flags, int device)
{
    (void)parameters; (void)flags;
    return create_context(context, device);
}

/* With all that was allocated in it. */
static int end_context(handle context)
{
    int result = end_object((uint64_t)(uintptr_t)context);

    for (int i = 0; result == 0 && i < OBJECTS; i++)
        if (objects[i].is_used && objects[i].context == context)
            end_object(FIRST_POINTER + (uint64_t)i * STEP);
    if (result == 0 && current == context)
        current = NULL;
    return result;
}

API int cuCtxDestroy_v2(handle context) { return end_context(context); }
API int cuCtxDestroy(handle context) { return end_context(context); }

/* Drivers before CUDA 12.4 have none. */
#ifndef OLD_DRIVER
API int cuGreenCtxCreate(handle *context, void *resources, int device, unsigned flags)
{
    uint64_t pointer = 0;
    int result = allocate(device, bytes_of_unknown, NULL, &pointer);

    (void)resources; (void)flags;
    *context = (handle)(uintptr_t)pointer;
    return result;
}

API int cuGreenCtxDestroy(handle context) { return end_object((uint64_t)(uintptr_t)context); }
#endif

API int cuDevicePrimaryCtxGetState(int device, unsigned *flags, int *active)
{
    *flags = 0;
    *active = primary_references[device] > 0;
    return 0;
}

API int cuDevicePrimaryCtxRetain(handle *context, int device)
{
    if (primary_references[device] == 0) {
        int result = allocate(device, bytes_of_unknown, NULL, &primary_context[device]);
        if (result != 0)
            return result;
    }
    primary_references[device]++;
    *context = (handle)(uintptr_t)primary_context[device];
    return 0;
}

static int release_primary(int device)
{
    if (primary_references[device] == 0)
        return INVALID_CONTEXT;
    return --primary_references[device] == 0 ? end_context((handle)(uintptr_t)primary_context[device]) : 0;
}

static int reset_primary(int device)
{
    if (primary_references[device] == 0)
        return 0;
    primary_references[device] = 0;
    return end_context((handle)(uintptr_t)primary_context[device]);
}

API int cuDevicePrimaryCtxRelease(int device) { return release_primary(device); }
API int cuDevicePrimaryCtxRelease_v2(int device) { return release_primary(device); }
API int cuDevicePrimaryCtxReset(int device) { return reset_primary(device); }
API int cuDevicePrimaryCtxReset_v2(int device) { return reset_primary(device); }

/* ---- memory ---- */

API int cuMemGetInfo_v2(size_t *free, size_t *total)
{
    u64 now, most;

    if (current_gpu() < 0)
        return INVALID_CONTEXT;
    stand_in_truth(current_gpu(), &now, &most);
    *free = GPU_BYTES - now;
    *total = GPU_BYTES;
    return 0;
}

API int cuMemGetInfo(unsigned *free, unsigned *total)
{
    size_t wide_free = 0, wide_total = 0;
    int result = cuMemGetInfo_v2(&wide_free, &wide_total);

    *free = (unsigned)wide_free;
    *total = (unsigned)wide_total;
    return result;
}

static int narrow(int result, uint64_t wide, unsigned *pointer)
{
    if (result == 0)
        *pointer = (unsigned)wide;
    return result;
}

API int cuMemAlloc_v2(uint64_t *pointer, size_t bytes) { return allocate_current(bytes, pointer); }
API int cuMemAlloc(unsigned *pointer, unsigned bytes) { uint64_t wide = 0; int result = allocate_current(bytes, &wide); return narrow(result, wide, pointer); }
API int cuMemAllocManaged(uint64_t *pointer, size_t bytes, unsigned flags) { (void)flags; return allocate_current(bytes, pointer); }

static uint64_t padded(uint64_t width) { return (width + 511) / 512 * 512; }

API int cuMemAllocPitch_v2(uint64_t *pointer, size_t *pitch, size_t width, size_t height, unsigned element)
{
    (void)element;
    *pitch = padded(width);
    return allocate_current(*pitch * height, pointer);
}

API int cuMemAllocPitch(unsigned *pointer, unsigned *pitch, unsigned width, unsigned height, unsigned element)
{
    uint64_t wide = 0;
    int result = allocate_current(padded(width) * height, &wide);

    (void)element;
    *pitch = (unsigned)padded(width);
    return narrow(result, wide, pointer);
}

API int cuMemFree_v2(uint64_t pointer) { return end_object(pointer); }
API int cuMemFree(unsigned pointer) { return end_object(pointer); }
API int cuMemFreeAsync(uint64_t pointer, handle stream) { (void)stream; return end_object(pointer); }
API int cuMemFreeAsync_ptsz(uint64_t pointer, handle stream) { (void)stream; return end_object(pointer); }

/* A stream is the context that it belongs to, but for the default ones; 0x7000 is being recorded into graph 0x9000. */
enum { RECORDED_STREAM = 0x7000, RECORDED_GRAPH = 0x9000 };

API int cuStreamGetCtx(handle stream, handle *context)
{
    *context = (uintptr_t)stream == RECORDED_STREAM ? current : stream;
    return 0;
}

API int cuStreamIsCapturing(handle stream, int *status)
{
    *status = (uintptr_t)stream == RECORDED_STREAM;
    return 0;
}

API int cuStreamGetCaptureInfo_v2(handle stream, int *status, uint64_t *id, handle *graph, const handle **dependencies, size_t *count)
{
    (void)dependencies; (void)count;
    cuStreamIsCapturing(stream, status);
    *id = 1;
    *graph = (handle)RECORDED_GRAPH;
    return 0;
}

static int allocate_async(uint64_t *pointer, size_t bytes, handle stream)
{
    struct object *context = (uintptr_t)stream > 2 && (uintptr_t)stream != RECORDED_STREAM ? object_at((uint64_t)(uintptr_t)stream) : NULL;
    return context ? allocate(context->gpu, bytes, NULL, pointer) : allocate_current(bytes, pointer);
}

API int cuMemAllocAsync(uint64_t *pointer, size_t bytes, handle stream) { return allocate_async(pointer, bytes, stream); }
API int cuMemAllocAsync_ptsz(uint64_t *pointer, size_t bytes, handle stream) { return allocate_async(pointer, bytes, stream); }

/* The default pool of GPU n is 0x8000 + n. */
enum { DEFAULT_POOL = 0x8000 };

API int cuDeviceGetDefaultMemPool(handle *pool, int device)
{
    *pool = (handle)(uintptr_t)(DEFAULT_POOL + device);
    return 0;
}

struct pool_properties { int type, handle_types, location_type, location_id; void *security; size_t maximum; unsigned short usage; char reserved[54]; };

API int cuMemPoolCreate(handle *pool, const struct pool_properties *properties)
{
    *pool = (handle)(uintptr_t)new_object(properties->location_id, 0, NULL);
    return 0;
}

API int cuMemPoolDestroy(handle pool) { return end_object((uint64_t)(uintptr_t)pool); }

static int allocate_from_pool(uint64_t *pointer, size_t bytes, handle pool)
{
    uint64_t number = (uint64_t)(uintptr_t)pool;
    return allocate(number < DEFAULT_POOL + GPUS ? (int)(number - DEFAULT_POOL) : object_at(number)->gpu, bytes, NULL, pointer);
}

API int cuMemAllocFromPoolAsync(uint64_t *pointer, size_t bytes, handle pool, handle stream)
{
    (void)stream;
    return allocate_from_pool(pointer, bytes, pool);
}

API int cuMemAllocFromPoolAsync_ptsz(uint64_t *pointer, size_t bytes, handle pool, handle stream)
{
    (void)stream;
    return allocate_from_pool(pointer, bytes, pool);
}

API int cuMemPoolImportFromShareableHandle(handle *pool, void *shared, int type, u64 flags)
{
    (void)shared; (void)type; (void)flags;
    return allocate_handle(bytes_of_unknown, pool);
}

API int cuMemPoolImportPointer(uint64_t *pointer, handle pool, void *exported)
{
    (void)pool; (void)exported;
    return allocate_current(bytes_of_unknown, pointer);
}

/* ---- physical memory: freed with its last handle and mapping ---- */

struct properties { int type, handle_types, location_type, location_id; };

API int cuMemCreate(uint64_t *allocation, size_t bytes, const struct properties *properties, u64 flags)
{
    (void)flags;
    return properties->location_type == 1 ? allocate(properties->location_id, bytes, NULL, allocation) : (*allocation = new_object(0, 0, NULL), 0);
}

API int cuMemImportFromShareableHandle(uint64_t *allocation, void *shared, int type)
{
    (void)shared; (void)type;
    return allocate_current(bytes_of_unknown, allocation);
}

static int unreference(uint64_t allocation)
{
    struct object *object = object_at(allocation);
    return !object ? INVALID_VALUE : --object->references > 0 ? 0 : end_object(allocation);
}

static struct { uint64_t pointer, allocation; } mappings[64];

API int cuMemRelease(uint64_t allocation)
{
    if (__atomic_exchange_n(&fails, 0, __ATOMIC_SEQ_CST))
        return UNKNOWN;
    return unreference(allocation);
}

API int cuMemMap(uint64_t pointer, size_t bytes, size_t offset, uint64_t allocation, u64 flags)
{
    (void)bytes; (void)offset; (void)flags;
    for (int i = 0; i < 64; i++)
        if (!mappings[i].pointer) {
            mappings[i].pointer = pointer;
            mappings[i].allocation = allocation;
            object_at(allocation)->references++;
            return 0;
        }
    return OUT_OF_MEMORY;
}

API int cuMemUnmap(uint64_t pointer, size_t bytes)
{
    for (int i = 0; i < 64; i++)
        if (mappings[i].pointer && mappings[i].pointer >= pointer && mappings[i].pointer - pointer < bytes) {
            mappings[i].pointer = 0;
            unreference(mappings[i].allocation);
        }
    return 0;
}

API int cuMemRetainAllocationHandle(uint64_t *allocation, void *address)
{
    for (int i = 0; i < 64; i++)
        if (mappings[i].pointer == (uint64_t)(uintptr_t)address) {
            *allocation = mappings[i].allocation;
            object_at(*allocation)->references++;
            return 0;
        }
    return INVALID_VALUE;
}

/* ---- arrays ---- */

struct array_v1 { unsigned width, height; int format; unsigned channels; };
struct array { size_t width, height; int format; unsigned channels; };
struct array3d_v1 { unsigned width, height, depth; int format; unsigned channels, flags; };
struct array3d { size_t width, height, depth; int format; unsigned channels, flags; };

static uint64_t one(uint64_t size) { return size ? size : 1; }

static uint64_t array_bytes(uint64_t width, uint64_t height, uint64_t depth, int format, unsigned channels)
{
    /* BC1: 8 bytes for a block of 4 x 4. */
    if (format == 0x91)
        return (width + 3) / 4 * ((one(height) + 3) / 4) * 8;
    return width * one(height) * one(depth) * channels * (format == 0x20 ? 4 : 1);
}

API int cuArrayCreate_v2(handle *array, const struct array *a) { return allocate_handle(array_bytes(a->width, a->height, 0, a->format, a->channels), array); }
API int cuArrayCreate(handle *array, const struct array_v1 *a) { return allocate_handle(array_bytes(a->width, a->height, 0, a->format, a->channels), array); }
API int cuArray3DCreate_v2(handle *array, const struct array3d *a) { return allocate_handle(a->flags & 0xc0 ? 0 : array_bytes(a->width, a->height, a->depth, a->format, a->channels), array); }
API int cuArray3DCreate(handle *array, const struct array3d_v1 *a) { return allocate_handle(array_bytes(a->width, a->height, a->depth, a->format, a->channels), array); }
API int cuArrayDestroy(handle array) { return end_object((uint64_t)(uintptr_t)array); }

API int cuMipmappedArrayCreate(handle *array, const struct array3d *a, unsigned levels)
{
    uint64_t bytes = 0;

    for (unsigned level = 0; level < levels; level++)
        bytes += array_bytes(one(a->width >> level), a->height >> level, a->depth >> level, a->format, a->channels);
    return allocate_handle(bytes, array);
}

API int cuMipmappedArrayDestroy(handle array) { return end_object((uint64_t)(uintptr_t)array); }

/* ---- external memory ---- */

struct external { int type; union { int fd; struct { void *handle; const void *name; } win32; } from; u64 size; unsigned flags, reserved[16]; };

API int cuImportExternalMemory(handle *memory, const struct external *external) { return allocate_handle(external->size, memory); }
API int cuDestroyExternalMemory(handle memory) { return end_object((uint64_t)(uintptr_t)memory); }

/* ---- graphs: memory comes to the device's reserve when a graph is launched, and stays there ---- */

struct alloc_node { struct pool_properties pool; const void *access; size_t access_count, bytes; uint64_t pointer; };
struct node { int type, reserved[3]; union { struct alloc_node alloc; long long size[29]; } of; long long reserved_end; };

static struct { handle graph; int gpu; uint64_t bytes; } nodes[64];

static int add_node(handle *node, handle graph, struct alloc_node *parameters)
{
    if (__atomic_exchange_n(&fails, 0, __ATOMIC_SEQ_CST))
        return UNKNOWN;
    for (int i = 0; i < 64; i++)
        if (!nodes[i].graph) {
            nodes[i].graph = graph;
            nodes[i].gpu = parameters->pool.location_id;
            nodes[i].bytes = parameters->bytes;
            *node = (handle)(uintptr_t)(i + 1);
            parameters->pointer = 0x40000000 + (uint64_t)i * STEP;
            return 0;
        }
    return OUT_OF_MEMORY;
}

API int cuGraphCreate(handle *graph, unsigned flags)
{
    (void)flags;
    *graph = (handle)(uintptr_t)new_object(0, 0, NULL);
    return 0;
}

API int cuGraphAddMemAllocNode(handle *node, handle graph, const handle *dependencies, size_t count, struct alloc_node *parameters)
{
    (void)dependencies; (void)count;
    return add_node(node, graph, parameters);
}

API int cuGraphAddNode(handle *node, handle graph, const handle *dependencies, size_t count, struct node *parameters)
{
    (void)dependencies; (void)count;
    return parameters->type == 10 ? add_node(node, graph, &parameters->of.alloc) : 0;
}

API int cuGraphAddNode_v2(handle *node, handle graph, const handle *dependencies, const void *edges, size_t count, struct node *parameters)
{
    (void)dependencies; (void)edges; (void)count;
    return parameters->type == 10 ? add_node(node, graph, &parameters->of.alloc) : 0;
}

API void stand_in_launch(handle graph)
{
    for (int i = 0; i < 64; i++)
        if (nodes[i].graph == graph && take(nodes[i].gpu, nodes[i].bytes) == 0)
            graph_reserve[nodes[i].gpu] += nodes[i].bytes;
}

API int cuGraphDestroy(handle graph)
{
    if (__atomic_exchange_n(&fails, 0, __ATOMIC_SEQ_CST))
        return UNKNOWN;
    for (int i = 0; i < 64; i++)
        if (nodes[i].graph == graph)
            nodes[i].graph = NULL;
    return (uintptr_t)graph == RECORDED_GRAPH ? 0 : end_object((uint64_t)(uintptr_t)graph);
}

API int cuDeviceGetGraphMemAttribute(int device, int attribute, void *value)
{
    *(uint64_t *)value = attribute == 2 ? graph_reserve[device] : 0;
    return 0;
}

API int cuDeviceGraphMemTrim(int device)
{
    give_back(device, graph_reserve[device]);
    graph_reserve[device] = 0;
    return 0;
}

/* ---- what is not intercepted, and what chooses ---- */

API int cuDriverGetVersion(int *version)
{
    *version = 13000;
    return 0;
}

static const struct { const char *name, *base; int version, per_thread; } variants[] = {
#define V(name, base, version) { #name, #base, version, 0 }
#define P(name, base, version) { #name, #base, version, 1 }
    V(cuMemAlloc, cuMemAlloc, 2000), V(cuMemAlloc_v2, cuMemAlloc, 3020), V(cuMemAllocPitch, cuMemAllocPitch, 2000),
    V(cuMemAllocPitch_v2, cuMemAllocPitch, 3020), V(cuMemFree, cuMemFree, 2000), V(cuMemFree_v2, cuMemFree, 3020),
    V(cuMemAllocAsync, cuMemAllocAsync, 11020), P(cuMemAllocAsync_ptsz, cuMemAllocAsync, 11020),
    V(cuMemAllocFromPoolAsync, cuMemAllocFromPoolAsync, 11020), P(cuMemAllocFromPoolAsync_ptsz, cuMemAllocFromPoolAsync, 11020),
    V(cuMemFreeAsync, cuMemFreeAsync, 11020), P(cuMemFreeAsync_ptsz, cuMemFreeAsync, 11020),
    V(cuArrayCreate, cuArrayCreate, 2000), V(cuArrayCreate_v2, cuArrayCreate, 3020), V(cuArray3DCreate, cuArray3DCreate, 2000),
    V(cuArray3DCreate_v2, cuArray3DCreate, 3020), V(cuGraphAddNode, cuGraphAddNode, 12020), V(cuGraphAddNode_v2, cuGraphAddNode, 12030),
    V(cuCtxCreate, cuCtxCreate, 2000), V(cuCtxCreate_v2, cuCtxCreate, 3020), V(cuCtxCreate_v3, cuCtxCreate, 11040),
    V(cuCtxCreate_v4, cuCtxCreate, 12050), V(cuCtxDestroy, cuCtxDestroy, 2000), V(cuCtxDestroy_v2, cuCtxDestroy, 4000),
    V(cuDevicePrimaryCtxRelease, cuDevicePrimaryCtxRelease, 7000), V(cuDevicePrimaryCtxRelease_v2, cuDevicePrimaryCtxRelease, 11000),
    V(cuDevicePrimaryCtxReset, cuDevicePrimaryCtxReset, 7000), V(cuDevicePrimaryCtxReset_v2, cuDevicePrimaryCtxReset, 11000),
    V(cuMemGetInfo, cuMemGetInfo, 2000), V(cuMemGetInfo_v2, cuMemGetInfo, 3020), V(cuDeviceTotalMem, cuDeviceTotalMem, 2000),
    V(cuDeviceTotalMem_v2, cuDeviceTotalMem, 3020), V(cuGetProcAddress, cuGetProcAddress, 11030), V(cuGetProcAddress_v2, cuGetProcAddress, 12000),
};

#include <dlfcn.h>

/* The newest variant that this version of CUDA has; names with one variant are themselves. */
API int cuGetProcAddress_v2(const char *symbol, void **function, int version, uint64_t flags, int *status)
{
    const char *name = NULL;
    int newest = 0, is_known = 0, per_thread = flags & 2 ? 1 : 0;
    size_t length = strlen(symbol);

    for (size_t i = 0; i < sizeof variants / sizeof *variants; i++) {
        if (strcmp(variants[i].base, symbol) != 0)
            continue;
        is_known = 1;
        if (variants[i].version <= version && (variants[i].version > newest || (per_thread && variants[i].per_thread))) {
            if (variants[i].per_thread && !per_thread)
                continue;
            name = variants[i].name;
            newest = variants[i].version;
        }
    }
    *function = NULL;
    if (!is_known && !strstr(symbol, "_v") && (length < 5 || strcmp(symbol + length - 5, "_ptsz") != 0))
        name = symbol;
    if (name) {
        void *library = dlopen("/usr/lib/gpu-runtime/driver/libcuda.so.1", RTLD_LAZY | RTLD_NOLOAD);
        *function = dlsym(library, name);
    }
    if (status)
        *status = *function ? 0 : is_known ? 2 : 1;
    return *function || status ? 0 : 500;
}

API int cuGetProcAddress(const char *symbol, void **function, int version, uint64_t flags)
{
    return cuGetProcAddress_v2(symbol, function, version, flags, NULL);
}
