/*
 * Taking memory: charge_take before the driver is asked, then charge_keep if it gave the memory or charge_return if not.
 * Giving it back: charge_lift takes the entry out before the driver is asked, since another thread may get the same pointer from it at once;
 * then charge_return if the driver took the memory back, or charge_restore if not.
 */
#ifndef GPU_RUNTIME_CHARGES_H
#define GPU_RUNTIME_CHARGES_H

#include "cuda-types.h"
#include "process.h"

struct charge {
    struct process *process;    /* NULL: nothing is counted, the GPU has no limit */
    struct holding holding;
};

/* CUDA_SUCCESS, or CUDA_ERROR_OUT_OF_MEMORY if the container's limit for this GPU does not allow it or cannot be kept.
   Sizes that overflowed come as UINT64_MAX. `limit` may be NO_LIMIT. */
CUresult charge_take(struct charge *charge, int limit, uint64_t bytes);

/* Makes it larger or smaller, once the driver has said what it took. On a refusal the charge is as it was. */
CUresult charge_resize(struct charge *charge, uint64_t bytes);

/* The driver has given the memory: what will give it back, and the context in which it lives. */
void charge_keep(struct charge *charge, enum holding_kind kind, uint64_t key, CUhandle context, uint64_t other);

void charge_return(struct charge *charge);

/* The charge that is kept under this key; one that counts nothing if there is none. */
struct charge charge_lift(enum holding_kind kind, uint64_t key);
void charge_restore(struct charge *charge);

/* The same for every charge that the filter accepts. */
void charge_return_all(holding_filter *filter, const void *argument);

/* Keeps what takes no memory, to know its GPU later. */
void charge_remember(enum holding_kind kind, uint64_t key, int limit);

/* What is kept under the key. */
bool charge_find(enum holding_kind kind, uint64_t key, struct holding *found);

/* What all of the container's processes hold, and those but this one; false if it cannot be known. */
bool charged_total(int limit, uint64_t *bytes);
bool charged_to_others(int limit, uint64_t *bytes);

#endif
