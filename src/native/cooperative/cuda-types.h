/*
 * The few types of the CUDA driver API that the interceptors need, written down from its documented ABI: x86-64 and AArch64, CUDA 2 to 13.
 * Handles are opaque to us, so all of them are pointers or 64-bit numbers here.
 */
#ifndef GPU_RUNTIME_CUDA_TYPES_H
#define GPU_RUNTIME_CUDA_TYPES_H

#include <stddef.h>
#include <stdint.h>

typedef int CUresult;
typedef int CUdevice;
typedef uint64_t CUdeviceptr;
typedef uint32_t CUdeviceptr_v1;
typedef void *CUhandle;          /* context, green context, stream, pool, graph, node, array, mipmapped array, external memory */
typedef uint64_t CUallocation;   /* CUmemGenericAllocationHandle */

enum {
    CUDA_SUCCESS = 0,
    CUDA_ERROR_OUT_OF_MEMORY = 2,
    CUDA_ERROR_NOT_FOUND = 500,
};

enum { LOCATION_DEVICE = 1 };
enum { POINTER_ATTRIBUTE_DEVICE_ORDINAL = 9 };
enum { GRAPH_MEM_ATTR_RESERVED_CURRENT = 2 };
enum { GRAPH_NODE_TYPE_MEM_ALLOC = 10 };
enum { CAPTURE_STATUS_ACTIVE = 1 };
enum { ARRAY3D_SPARSE = 0x40, ARRAY3D_DEFERRED_MAPPING = 0x80 };

/* CU_STREAM_LEGACY and CU_STREAM_PER_THREAD stand for a stream of the current context. */
enum { STREAM_LEGACY = 1, STREAM_PER_THREAD = 2 };

struct location {
    int type;
    int id;
};

/* The beginning of CUmemAllocationProp. */
struct allocation_properties {
    int type;
    int handle_types;
    struct location location;
};

/* CUmemPoolProps. */
struct pool_properties {
    int type;
    int handle_types;
    struct location location;
    void *security;
    uint64_t rest[8];
};

/* CUDA_MEM_ALLOC_NODE_PARAMS. */
struct alloc_node_parameters {
    struct pool_properties pool;
    const void *access;
    size_t access_count;
    size_t bytes;
    CUdeviceptr pointer;
};

/* CUgraphNodeParams. */
struct node_parameters {
    int type;
    int reserved[3];
    union {
        struct alloc_node_parameters alloc;
        int64_t union_size[29];
    };
    int64_t reserved_end;
};

struct array_descriptor_v1 {
    uint32_t width, height;
    int format;
    uint32_t channels;
};

struct array_descriptor {
    size_t width, height;
    int format;
    uint32_t channels;
};

struct array3d_descriptor_v1 {
    uint32_t width, height, depth;
    int format;
    uint32_t channels, flags;
};

struct array3d_descriptor {
    size_t width, height, depth;
    int format;
    uint32_t channels, flags;
};

/* The beginning of CUDA_EXTERNAL_MEMORY_HANDLE_DESC. */
struct external_memory_descriptor {
    int type;
    void *handle[2];
    uint64_t size;
};

_Static_assert(sizeof(struct pool_properties) == 88, "CUmemPoolProps has 88 bytes");
_Static_assert(offsetof(struct node_parameters, alloc.bytes) == 16 + 104, "the size in CUgraphNodeParams");
_Static_assert(offsetof(struct external_memory_descriptor, size) == 24, "the size in CUDA_EXTERNAL_MEMORY_HANDLE_DESC");

/* What the library exports: everything else is hidden. */
#define INTERCEPTED __attribute__((visibility("default")))

#endif
