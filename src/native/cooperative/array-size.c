#include "array-size.h"

static uint64_t multiply(uint64_t a, uint64_t b)
{
    uint64_t product;
    return __builtin_mul_overflow(a, b, &product) ? UINT64_MAX : product;
}

static uint64_t at_least_one(uint64_t value)
{
    return value ? value : 1;
}

/* Of one channel. CUarray_format; those of video frames and compressed blocks are left out, their planes and blocks have sizes of their own. */
static unsigned channel_bytes(int format)
{
    switch (format) {
    case 0x01: /* UNSIGNED_INT8 */
    case 0x08: /* SIGNED_INT8 */
        return 1;
    case 0x02: /* UNSIGNED_INT16 */
    case 0x09: /* SIGNED_INT16 */
    case 0x10: /* HALF */
        return 2;
    case 0x03: /* UNSIGNED_INT32 */
    case 0x0a: /* SIGNED_INT32 */
    case 0x20: /* FLOAT */
        return 4;
    default:
        return 0;
    }
}

bool array_bytes(const struct array3d_descriptor *array, uint64_t *bytes)
{
    unsigned channel = channel_bytes(array->format);
    uint64_t element = multiply(channel, array->channels);

    /* Their memory is mapped later, by cuMemMapArrayAsync, and counted as what cuMemCreate made. */
    if (array->flags & (ARRAY3D_SPARSE | ARRAY3D_DEFERRED_MAPPING)) {
        *bytes = 0;
        return true;
    }
    *bytes = multiply(multiply(multiply(at_least_one(array->width), at_least_one(array->height)), at_least_one(array->depth)), element);
    return channel != 0;
}

enum { LAYERED = 0x01, CUBEMAP = 0x04 };

static uint64_t halved(uint64_t size, unsigned level)
{
    return level < 64 ? size >> level : 0;
}

bool mipmapped_array_bytes(const struct array3d_descriptor *array, unsigned levels, uint64_t *bytes)
{
    uint64_t total = 0, of_level;

    /* From the 64th level on all dimensions are 1, and no driver makes so many. */
    for (unsigned level = 0; level < levels && level < 64; level++) {
        struct array3d_descriptor smaller = *array;
        smaller.width = halved(array->width, level);
        smaller.height = halved(array->height, level);
        /* Layers and faces stay as many. */
        if (!(array->flags & (LAYERED | CUBEMAP)))
            smaller.depth = halved(array->depth, level);
        if (!array_bytes(&smaller, &of_level))
            return false;
        if (__builtin_add_overflow(total, of_level, &total))
            total = UINT64_MAX;
    }
    *bytes = total;
    return true;
}
