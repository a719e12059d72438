/*
 * A node that allocates gets its memory when the graph is first launched or uploaded, and the driver keeps that for later launches in a reserve of
 * the device's, also for executable graphs whose graph is gone. Arguments tell the sizes of nodes, but not what the reserve comes to. So nodes are
 * charged when they are added, and what the driver says that its reserve holds beyond them (cuDeviceGetGraphMemAttribute) is charged whenever a node
 * is added, a graph is destroyed or the reserve trimmed.
 */
#include "charges.h"
#include "devices.h"
#include "graphs.h"
#include "real.h"

static bool is_node_of_limit(const struct holding *holding, const void *argument)
{
    return holding->kind == GRAPH && holding->limit == *(const int *)argument;
}

static uint64_t bytes_of_nodes(struct process *process, int limit)
{
    uint64_t bytes = 0;

    for (size_t i = 0; i < process->holdings.size; i++)
        if (is_node_of_limit(&process->holdings.slots[i], &limit))
            bytes += process->holdings.slots[i].bytes;
    return bytes;
}

static void set_surplus(struct process *process, CUdevice device, int limit, uint64_t bytes)
{
    struct holding *surplus = holdings_find(&process->holdings, GRAPH_SURPLUS, (uint64_t)device);

    if (!surplus && bytes && holdings_promise(&process->holdings)) {
        holdings_add(&process->holdings, (struct holding) { .kind = GRAPH_SURPLUS, .key = (uint64_t)device, .limit = limit });
        surplus = holdings_find(&process->holdings, GRAPH_SURPLUS, (uint64_t)device);
    }
    if (!surplus)
        return;
    /* What is in use cannot be refused any more; the next allocation can. */
    usage_join(&process->usage);
    usage_record(&process->usage, limit, bytes);
    usage_give_back(&process->usage, limit, surplus->bytes);
    surplus->bytes = bytes;
}

static void settle_reserve(CUdevice device)
{
    CUresult (*get)(CUdevice, int, void *) = REAL(cuDeviceGetGraphMemAttribute, (CUdevice, int, void *));
    int limit = limit_of_device(device);
    struct process *process = this_process();
    uint64_t reserve = 0, nodes;

    if (limit < 0 || !process || !get || get(device, GRAPH_MEM_ATTR_RESERVED_CURRENT, &reserve) != CUDA_SUCCESS)
        return;
    lock(&process->lock);
    nodes = bytes_of_nodes(process, limit);
    set_surplus(process, device, limit, reserve > nodes ? reserve - nodes : 0);
    unlock(&process->lock);
}

static void settle_all_reserves(void)
{
    CUresult (*get_count)(int *) = REAL(cuDeviceGetCount, (int *));
    int count = 0;

    if (limits()->count && get_count && get_count(&count) == CUDA_SUCCESS)
        for (CUdevice device = 0; device < count; device++)
            settle_reserve(device);
}

static CUresult take_for_node(struct charge *charge, const struct alloc_node_parameters *parameters)
{
    CUdevice device = parameters->pool.location.id;
    int limit = parameters->pool.location.type == LOCATION_DEVICE ? limit_of_device(device) : NO_LIMIT;

    if (limit >= 0)
        settle_reserve(device);
    return charge_take(charge, limit, parameters->bytes);
}

static CUresult settle_node(struct charge *charge, CUresult result, CUhandle graph)
{
    if (result == CUDA_SUCCESS)
        charge_keep(charge, GRAPH, (uint64_t)(uintptr_t)graph, NULL, 0);
    else
        charge_return(charge);
    return result;
}

INTERCEPTED CUresult cuGraphAddMemAllocNode(
    CUhandle *node, CUhandle graph, const CUhandle *dependencies, size_t count, struct alloc_node_parameters *parameters)
{
    CUresult (*real)(CUhandle *, CUhandle, const CUhandle *, size_t, struct alloc_node_parameters *)
        = REAL(cuGraphAddMemAllocNode, (CUhandle *, CUhandle, const CUhandle *, size_t, struct alloc_node_parameters *));
    struct charge charge;

    if (!real)
        return CUDA_ERROR_NOT_FOUND;
    if (!parameters)
        return real(node, graph, dependencies, count, parameters);
    if (take_for_node(&charge, parameters) != CUDA_SUCCESS)
        return CUDA_ERROR_OUT_OF_MEMORY;
    return settle_node(&charge, real(node, graph, dependencies, count, parameters), graph);
}

static bool allocates(const struct node_parameters *parameters)
{
    return parameters && parameters->type == GRAPH_NODE_TYPE_MEM_ALLOC;
}

INTERCEPTED CUresult cuGraphAddNode(CUhandle *node, CUhandle graph, const CUhandle *dependencies, size_t count, struct node_parameters *parameters)
{
    CUresult (*real)(CUhandle *, CUhandle, const CUhandle *, size_t, struct node_parameters *)
        = REAL(cuGraphAddNode, (CUhandle *, CUhandle, const CUhandle *, size_t, struct node_parameters *));
    struct charge charge;

    if (!real)
        return CUDA_ERROR_NOT_FOUND;
    if (!allocates(parameters))
        return real(node, graph, dependencies, count, parameters);
    if (take_for_node(&charge, &parameters->alloc) != CUDA_SUCCESS)
        return CUDA_ERROR_OUT_OF_MEMORY;
    return settle_node(&charge, real(node, graph, dependencies, count, parameters), graph);
}

INTERCEPTED CUresult cuGraphAddNode_v2(
    CUhandle *node, CUhandle graph, const CUhandle *dependencies, const void *edges, size_t count, struct node_parameters *parameters)
{
    CUresult (*real)(CUhandle *, CUhandle, const CUhandle *, const void *, size_t, struct node_parameters *)
        = REAL(cuGraphAddNode_v2, (CUhandle *, CUhandle, const CUhandle *, const void *, size_t, struct node_parameters *));
    struct charge charge;

    if (!real)
        return CUDA_ERROR_NOT_FOUND;
    if (!allocates(parameters))
        return real(node, graph, dependencies, edges, count, parameters);
    if (take_for_node(&charge, &parameters->alloc) != CUDA_SUCCESS)
        return CUDA_ERROR_OUT_OF_MEMORY;
    return settle_node(&charge, real(node, graph, dependencies, edges, count, parameters), graph);
}

static bool is_node_of_graph(const struct holding *holding, const void *graph)
{
    return holding->kind == GRAPH && holding->key == (uint64_t)(uintptr_t)graph;
}

INTERCEPTED CUresult cuGraphDestroy(CUhandle graph)
{
    CUresult (*real)(CUhandle) = REAL(cuGraphDestroy, (CUhandle));
    struct holding holding;
    bool has_memory = charge_find(GRAPH, (uint64_t)(uintptr_t)graph, &holding);
    CUresult result = real ? real(graph) : CUDA_ERROR_NOT_FOUND;

    /* Another graph may have this handle already, if another thread makes one: then its nodes are counted by the reserve when it is launched. */
    if (result == CUDA_SUCCESS && has_memory) {
        charge_return_all(is_node_of_graph, graph);
        settle_all_reserves();
    }
    return result;
}

INTERCEPTED CUresult cuDeviceGraphMemTrim(CUdevice device)
{
    CUresult (*real)(CUdevice) = REAL(cuDeviceGraphMemTrim, (CUdevice));
    CUresult result = real ? real(device) : CUDA_ERROR_NOT_FOUND;

    if (result == CUDA_SUCCESS)
        settle_reserve(device);
    return result;
}

CUhandle recorded_graph(CUhandle stream)
{
    CUresult (*is_capturing)(CUhandle, int *) = REAL(cuStreamIsCapturing, (CUhandle, int *));
    CUresult (*get_info)(CUhandle, int *, uint64_t *, CUhandle *, const CUhandle **, size_t *)
        = REAL(cuStreamGetCaptureInfo_v2, (CUhandle, int *, uint64_t *, CUhandle *, const CUhandle **, size_t *));
    CUhandle graph = NULL;
    uint64_t id;
    int status;

    /* The default streams cannot be recorded from. */
    if ((uintptr_t)stream <= STREAM_PER_THREAD || !is_capturing || !get_info || is_capturing(stream, &status) != CUDA_SUCCESS
        || status != CAPTURE_STATUS_ACTIVE || get_info(stream, &status, &id, &graph, NULL, NULL) != CUDA_SUCCESS)
        return NULL;
    return graph;
}
