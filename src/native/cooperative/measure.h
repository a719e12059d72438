/*
 * What a call takes whose size no argument tells (contexts, imports): the GPU's use before and after it.
 *
 * NVML's figure for this process is taken where NVML shows one, else what all of the GPU's use grew by, as NVML or cuMemGetInfo tell, less what
 * the container's other processes were charged with; of several figures the smallest, because the larger ones hold what other containers took in
 * that moment. Where neither can tell (NVML is not in the container and there is no context yet) the call counts as nothing.
 */
#ifndef GPU_RUNTIME_MEASURE_H
#define GPU_RUNTIME_MEASURE_H

#include "charges.h"
#include "nvml-types.h"

enum { LARGEST_LISTED_COUNT = 128, LONGEST_PCI_ADDRESS = 32 };

struct gpu_use {
    bool has_free, has_used, has_processes;
    uint64_t free;              /* cuMemGetInfo */
    uint64_t used;              /* NVML, the whole GPU */
    uint64_t of_others;         /* the container's other processes, as they are charged */
    unsigned process_count;
    struct nvml_process processes[LARGEST_LISTED_COUNT];
};

struct measured {
    struct charge charge;
    CUdevice device;
    struct gpu_use before;
};

/* CUDA_ERROR_OUT_OF_MEMORY if the limit is passed already or cannot be kept. */
CUresult measure_begin(struct measured *measured, CUdevice device);
CUresult measure_begin_current(struct measured *measured);

/* After the call succeeded: the charge is what it took. On CUDA_ERROR_OUT_OF_MEMORY that is more than the limit allows: undo the call. */
CUresult measure_end(struct measured *measured);

/* What NVML tells of the GPU at this PCI address, if NVML is in the container. Needs no context. */
void nvml_use(const char *pci_address, struct gpu_use *use);

#endif
