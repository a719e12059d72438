#include "physical.h"

struct range {
    CUdeviceptr begin;
    uint64_t bytes;
};

/* Where there is no memory for the entry, the physical memory stays counted for good: too much rather than too little. */
static void add(struct process *process, enum holding_kind kind, uint64_t key, uint64_t bytes, uint64_t physical)
{
    if (holdings_promise(&process->holdings))
        holdings_add(&process->holdings,
            (struct holding) { .kind = kind, .key = key, .limit = NO_LIMIT, .bytes = bytes, .other = physical });
}

static void release(struct process *process, uint64_t physical)
{
    struct holding *holding = holdings_find(&process->holdings, PHYSICAL, physical);

    if (!holding || --holding->other > 0)
        return;
    usage_join(&process->usage);
    usage_give_back(&process->usage, holding->limit, holding->bytes);
    holdings_remove(&process->holdings, holding);
}

static bool keep(struct process *process, uint64_t physical)
{
    struct holding *holding = holdings_find(&process->holdings, PHYSICAL, physical);

    if (holding)
        holding->other++;
    return holding != NULL;
}

static struct process *counting_process(void)
{
    return limits()->count ? this_process() : NULL;
}

CUresult physical_settle(struct charge *charge, CUresult result, CUallocation handle)
{
    struct process *process = charge->process;

    if (result != CUDA_SUCCESS)
        charge_return(charge);
    else if (process) {
        lock(&process->lock);
        uint64_t physical = ++process->last_physical;
        charge->holding.kind = PHYSICAL;
        charge->holding.key = physical;
        charge->holding.other = 1;
        holdings_add(&process->holdings, charge->holding);
        add(process, PHYSICAL_HANDLE, handle, 0, physical);
        unlock(&process->lock);
    }
    return result;
}

struct released physical_lift_handle(CUallocation handle)
{
    struct released released = { .process = counting_process(), .handle = handle };
    struct holding *holding;

    if (!released.process)
        return released;
    lock(&released.process->lock);
    holding = holdings_find(&released.process->holdings, PHYSICAL_HANDLE, handle);
    if (holding) {
        released.physical = holding->other;
        holdings_remove(&released.process->holdings, holding);
    }
    unlock(&released.process->lock);
    if (!holding)
        released.process = NULL;
    return released;
}

void physical_finish(struct released *released, CUresult result)
{
    if (!released->process)
        return;
    lock(&released->process->lock);
    if (result == CUDA_SUCCESS)
        release(released->process, released->physical);
    else
        add(released->process, PHYSICAL_HANDLE, released->handle, 0, released->physical);
    unlock(&released->process->lock);
}

static bool holds_address(const struct holding *holding, const void *argument)
{
    CUdeviceptr address = *(const CUdeviceptr *)argument;
    return holding->kind == MAPPING && address >= holding->key && address - holding->key < holding->bytes;
}

void physical_retain(CUallocation handle, CUdeviceptr address)
{
    struct process *process = counting_process();
    struct holding *mapping;

    if (!process)
        return;
    lock(&process->lock);
    mapping = holdings_first(&process->holdings, holds_address, &address);
    if (mapping) {
        uint64_t physical = mapping->other;
        if (keep(process, physical))
            add(process, PHYSICAL_HANDLE, handle, 0, physical);
    }
    unlock(&process->lock);
}

void physical_map(CUallocation handle, CUdeviceptr pointer, uint64_t bytes)
{
    struct process *process = counting_process();
    struct holding *holding;

    if (!process)
        return;
    lock(&process->lock);
    holding = holdings_find(&process->holdings, PHYSICAL_HANDLE, handle);
    if (holding) {
        uint64_t physical = holding->other;
        if (keep(process, physical))
            add(process, MAPPING, pointer, bytes, physical);
    }
    unlock(&process->lock);
}

static bool is_inside(const struct holding *holding, const void *argument)
{
    const struct range *range = argument;
    return holding->kind == MAPPING && holding->key >= range->begin && holding->key - range->begin < range->bytes;
}

void physical_unmap(CUdeviceptr pointer, uint64_t bytes)
{
    struct process *process = counting_process();
    struct range range = { pointer, bytes };
    struct holding *mapping;

    if (!process)
        return;
    lock(&process->lock);
    while ((mapping = holdings_first(&process->holdings, is_inside, &range)) != NULL) {
        uint64_t physical = mapping->other;
        holdings_remove(&process->holdings, mapping);
        release(process, physical);
    }
    unlock(&process->lock);
}
