/* How many bytes an array's elements take. */
#ifndef GPU_RUNTIME_ARRAY_SIZE_H
#define GPU_RUNTIME_ARRAY_SIZE_H

#include "cuda-types.h"
#include <stdbool.h>

/* False where the format's size is not known: then it has to be measured. Saturates at UINT64_MAX. Dimensions of 0 count as 1. */
bool array_bytes(const struct array3d_descriptor *array, uint64_t *bytes);

/* The same with its smaller levels. */
bool mipmapped_array_bytes(const struct array3d_descriptor *array, unsigned levels, uint64_t *bytes);

#endif
