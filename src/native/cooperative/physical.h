/* Who keeps physical memory: the handles to it and its mappings. The driver frees it after the last of them. */
#ifndef GPU_RUNTIME_PHYSICAL_H
#define GPU_RUNTIME_PHYSICAL_H

#include "charges.h"

/* After cuMemCreate and its like: keeps the charge under the handle, or gives it back. Returns the result. */
CUresult physical_settle(struct charge *charge, CUresult result, CUallocation handle);

struct released {
    struct process *process;    /* NULL: the handle is of nothing that is counted */
    CUallocation handle;
    uint64_t physical;
};

/* Before and after cuMemRelease. */
struct released physical_lift_handle(CUallocation handle);
void physical_finish(struct released *released, CUresult result);

/* After cuMemRetainAllocationHandle: one more handle to what is mapped at the address. */
void physical_retain(CUallocation handle, CUdeviceptr address);

void physical_map(CUallocation handle, CUdeviceptr pointer, uint64_t bytes);
void physical_unmap(CUdeviceptr pointer, uint64_t bytes);

#endif
