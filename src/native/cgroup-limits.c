/*
 * The managed runtime is told of no cgroup. It reads the whole table of mounts twice to find its own, which on a host with hundreds of containers is
 * most of its start, to learn limits that our programs do not go by: their heaps have one of their own, and one thread does the work.
 * Linked with --wrap=fopen64, by which the runtime opens it; our own reading of that file takes another way.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

FILE *__real_fopen64(const char *path, const char *mode);
FILE *__wrap_fopen64(const char *path, const char *mode);

FILE *__wrap_fopen64(const char *path, const char *mode)
{
    if (strcmp(path, "/proc/self/mountinfo") == 0) {
        errno = ENOENT;
        return NULL;
    }
    return __real_fopen64(path, mode);
}
