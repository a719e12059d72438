/*
 * The limits of the container's GPUs, as gpu-runtime wrote them before the container started.
 *
 * /run/gpu-runtime/limits is mounted read-only and read once. Its lines:
 *
 *   memory <PCI address, dddd:bb:dd.f> <bytes>
 *
 * one for each limited GPU. Lines that begin with another word belong to other versions. A GPU without a line has no limit. A file that cannot be
 * read or does not read as this means that nothing may be allocated: no guess is better than the limit that somebody meant.
 */
#ifndef GPU_RUNTIME_LIMITS_H
#define GPU_RUNTIME_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

#define LIMITS_FILE "/run/gpu-runtime/limits"

enum { LARGEST_LIMIT_COUNT = 64, NO_LIMIT = -1, UNKNOWN_GPU = -2 };

struct limits {
    bool are_known;                         /* false: nothing may be allocated */
    int count;
    uint64_t gpu[LARGEST_LIMIT_COUNT];      /* PCI addresses, packed by parse_pci_address */
    uint64_t bytes[LARGEST_LIMIT_COUNT];    /* at least 1 */
};

const struct limits *limits(void);

/* Which limit this GPU has, by its address in any of the drivers' spellings (0000:3b:00.0, 00000000:3B:00.0); NO_LIMIT if it has none. */
int limit_of(const char *pci_address);

/* Returns false for what is no PCI address. *end is then unchanged, else it is behind the last digit. */
bool parse_pci_address(const char *text, const char **end, uint64_t *packed);

/* Why they are not known, on stderr. */
void say_limits_are_unknown(void);

#endif
