/* What one process holds, by the pointer or handle that it will give back: a hash table that grows. Callers take turns (process.h). */
#ifndef GPU_RUNTIME_HOLDINGS_H
#define GPU_RUNTIME_HOLDINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum holding_kind {
    NO_HOLDING = 0,
    POINTER,            /* cuMemAlloc and its like: gone with its context */
    POOL_POINTER,       /* from a memory pool: outlives any context but the device's primary one */
    ARRAY,
    MIPMAPPED_ARRAY,
    EXTERNAL_MEMORY,
    PHYSICAL_HANDLE,    /* of cuMemCreate; `other` is the key of its PHYSICAL */
    PHYSICAL,           /* the memory behind it; `other` counts the handles and mappings that keep it */
    MAPPING,            /* an address; `other` is the key of its PHYSICAL */
    POOL,               /* a memory pool that the program made, for which GPU it is */
    GRAPH,              /* memory nodes of a graph: one entry a node */
    GRAPH_SURPLUS,      /* what the driver keeps for graphs beyond that; the key is the device */
    PRIMARY_CONTEXT,    /* the key is the device */
    CONTEXT,
    GREEN_CONTEXT,
};

struct holding {
    enum holding_kind kind;
    int limit;
    uint64_t key;
    uint64_t bytes;
    uint64_t context;   /* in which it lives; 0: in none */
    uint64_t other;
};

struct holdings {
    struct holding *slots;
    size_t size;        /* 0 or a power of two */
    size_t used;
    size_t promised;
};

/* Makes sure that one more can be added, whatever comes between. False without memory. */
bool holdings_promise(struct holdings *holdings);
void holdings_release_promise(struct holdings *holdings);

/* After a promise, which it uses up. A key may be there several times. */
void holdings_add(struct holdings *holdings, struct holding holding);

/* One with this key, in the table until the next change; NULL if there is none. */
struct holding *holdings_find(struct holdings *holdings, enum holding_kind kind, uint64_t key);

/* Any one that the filter accepts: looks through all of them. */
typedef bool holding_filter(const struct holding *holding, const void *argument);
struct holding *holdings_first(struct holdings *holdings, holding_filter *filter, const void *argument);

void holdings_remove(struct holdings *holdings, struct holding *holding);

#endif
