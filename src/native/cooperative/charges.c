#include "charges.h"
#include "refusal.h"

/* The process, locked and with its place in the container's accounts; NULL if there are none to be had. */
static struct process *join(void)
{
    struct process *process = this_process();

    if (!process) {
        say_refused(USAGE_FILE, "there is no memory to count in");
        return NULL;
    }
    lock(&process->lock);
    if (usage_join(&process->usage))
        return process;
    unlock(&process->lock);
    return NULL;
}

CUresult charge_take(struct charge *charge, int limit, uint64_t bytes)
{
    struct process *process;
    bool is_granted;

    *charge = (struct charge) { .holding = { .limit = limit, .bytes = bytes } };
    if (!limits()->are_known) {
        say_limits_are_unknown();
        return CUDA_ERROR_OUT_OF_MEMORY;
    }
    if (limit == NO_LIMIT)
        return CUDA_SUCCESS;
    if (limit == UNKNOWN_GPU) {
        say_refused("the GPU of an allocation", "the driver does not tell its PCI address");
        return CUDA_ERROR_OUT_OF_MEMORY;
    }
    process = join();
    if (!process)
        return CUDA_ERROR_OUT_OF_MEMORY;
    is_granted = holdings_promise(&process->holdings);
    if (is_granted && !usage_reserve(&process->usage, limit, bytes)) {
        holdings_release_promise(&process->holdings);
        is_granted = false;
    }
    unlock(&process->lock);
    if (!is_granted)
        return CUDA_ERROR_OUT_OF_MEMORY;
    charge->process = process;
    return CUDA_SUCCESS;
}

CUresult charge_resize(struct charge *charge, uint64_t bytes)
{
    uint64_t before = charge->holding.bytes;
    struct process *process;
    bool is_granted = true;

    if (!charge->process || bytes == before) {
        charge->holding.bytes = bytes;
        return CUDA_SUCCESS;
    }
    process = join();
    if (!process)
        return CUDA_ERROR_OUT_OF_MEMORY;
    if (bytes < before)
        usage_give_back(&process->usage, charge->holding.limit, before - bytes);
    else
        is_granted = usage_reserve(&process->usage, charge->holding.limit, bytes - before);
    unlock(&process->lock);
    if (!is_granted)
        return CUDA_ERROR_OUT_OF_MEMORY;
    charge->holding.bytes = bytes;
    return CUDA_SUCCESS;
}

void charge_keep(struct charge *charge, enum holding_kind kind, uint64_t key, CUhandle context, uint64_t other)
{
    if (!charge->process)
        return;
    charge->holding.kind = kind;
    charge->holding.key = key;
    charge->holding.context = (uint64_t)(uintptr_t)context;
    charge->holding.other = other;
    charge_restore(charge);
}

void charge_restore(struct charge *charge)
{
    if (!charge->process)
        return;
    lock(&charge->process->lock);
    holdings_add(&charge->process->holdings, charge->holding);
    unlock(&charge->process->lock);
}

static void give_back(struct process *process, const struct holding *holding)
{
    /* Also without its place in the accounts: what it then says when it gets one again is right. */
    usage_join(&process->usage);
    if (holding->limit >= 0)
        usage_give_back(&process->usage, holding->limit, holding->bytes);
}

void charge_return(struct charge *charge)
{
    if (!charge->process)
        return;
    lock(&charge->process->lock);
    holdings_release_promise(&charge->process->holdings);
    give_back(charge->process, &charge->holding);
    unlock(&charge->process->lock);
}

struct charge charge_lift(enum holding_kind kind, uint64_t key)
{
    struct charge charge = { .process = NULL };
    struct process *process = limits()->count ? this_process() : NULL;
    struct holding *found;

    if (!process)
        return charge;
    lock(&process->lock);
    found = holdings_find(&process->holdings, kind, key);
    if (found) {
        charge.process = process;
        charge.holding = *found;
        holdings_remove(&process->holdings, found);
        process->holdings.promised++;
    }
    unlock(&process->lock);
    return charge;
}

void charge_return_all(holding_filter *filter, const void *argument)
{
    struct process *process = limits()->count ? this_process() : NULL;
    struct holding *found;

    if (!process)
        return;
    lock(&process->lock);
    while ((found = holdings_first(&process->holdings, filter, argument)) != NULL) {
        struct holding holding = *found;
        holdings_remove(&process->holdings, found);
        give_back(process, &holding);
    }
    unlock(&process->lock);
}

void charge_remember(enum holding_kind kind, uint64_t key, int limit)
{
    struct process *process = limits()->count ? this_process() : NULL;

    if (!process)
        return;
    lock(&process->lock);
    if (holdings_promise(&process->holdings))
        holdings_add(&process->holdings, (struct holding) { .kind = kind, .key = key, .limit = limit });
    unlock(&process->lock);
}

bool charge_find(enum holding_kind kind, uint64_t key, struct holding *found)
{
    struct process *process = limits()->count ? this_process() : NULL;
    struct holding *holding;

    if (!process)
        return false;
    lock(&process->lock);
    holding = holdings_find(&process->holdings, kind, key);
    if (holding)
        *found = *holding;
    unlock(&process->lock);
    return holding != NULL;
}

bool charged_total(int limit, uint64_t *bytes)
{
    struct process *process = join();

    if (!process)
        return false;
    *bytes = usage_total(&process->usage, limit);
    unlock(&process->lock);
    return true;
}

bool charged_to_others(int limit, uint64_t *bytes)
{
    struct process *process = join();

    if (!process)
        return false;
    *bytes = usage_total(&process->usage, limit) - process->usage.held[limit];
    unlock(&process->lock);
    return true;
}
