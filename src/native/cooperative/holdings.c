#include "holdings.h"
#include <stdlib.h>

enum { FIRST_SIZE = 256 };

static size_t home_of(const struct holdings *holdings, enum holding_kind kind, uint64_t key)
{
    uint64_t mixed = (key ^ (uint64_t)kind << 58) * 0x9e3779b97f4a7c15;
    return (size_t)(mixed >> 32) & (holdings->size - 1);
}

static void put(struct holdings *holdings, struct holding holding)
{
    size_t at = home_of(holdings, holding.kind, holding.key);

    while (holdings->slots[at].kind != NO_HOLDING)
        at = (at + 1) & (holdings->size - 1);
    holdings->slots[at] = holding;
    holdings->used++;
}

static bool grow(struct holdings *holdings)
{
    struct holdings larger = { .size = holdings->size ? holdings->size * 2 : FIRST_SIZE, .promised = holdings->promised };

    larger.slots = calloc(larger.size, sizeof *larger.slots);
    if (!larger.slots)
        return false;
    for (size_t i = 0; i < holdings->size; i++)
        if (holdings->slots[i].kind != NO_HOLDING)
            put(&larger, holdings->slots[i]);
    free(holdings->slots);
    *holdings = larger;
    return true;
}

bool holdings_promise(struct holdings *holdings)
{
    /* At most two thirds full. */
    if ((holdings->used + holdings->promised + 1) * 3 > holdings->size * 2 && !grow(holdings))
        return false;
    holdings->promised++;
    return true;
}

void holdings_release_promise(struct holdings *holdings)
{
    holdings->promised--;
}

void holdings_add(struct holdings *holdings, struct holding holding)
{
    holdings->promised--;
    put(holdings, holding);
}

struct holding *holdings_find(struct holdings *holdings, enum holding_kind kind, uint64_t key)
{
    if (holdings->size == 0)
        return NULL;
    for (size_t at = home_of(holdings, kind, key); holdings->slots[at].kind != NO_HOLDING; at = (at + 1) & (holdings->size - 1))
        if (holdings->slots[at].kind == kind && holdings->slots[at].key == key)
            return &holdings->slots[at];
    return NULL;
}

struct holding *holdings_first(struct holdings *holdings, holding_filter *filter, const void *argument)
{
    for (size_t i = 0; i < holdings->size; i++)
        if (holdings->slots[i].kind != NO_HOLDING && filter(&holdings->slots[i], argument))
            return &holdings->slots[i];
    return NULL;
}

void holdings_remove(struct holdings *holdings, struct holding *holding)
{
    size_t mask = holdings->size - 1;
    size_t hole = (size_t)(holding - holdings->slots);

    holdings->used--;
    holdings->slots[hole].kind = NO_HOLDING;
    /* Those behind it move up, unless that would put them before their home. */
    for (size_t at = (hole + 1) & mask; holdings->slots[at].kind != NO_HOLDING; at = (at + 1) & mask) {
        size_t home = home_of(holdings, holdings->slots[at].kind, holdings->slots[at].key);
        if (((at - home) & mask) < ((at - hole) & mask))
            continue;
        holdings->slots[hole] = holdings->slots[at];
        holdings->slots[at].kind = NO_HOLDING;
        hole = at;
    }
}
