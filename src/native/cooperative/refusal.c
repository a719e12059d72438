#include "refusal.h"
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

void say_refused(const char *what, const char *why)
{
    static atomic_flag is_said = ATOMIC_FLAG_INIT;
    char line[512];
    int length;

    if (atomic_flag_test_and_set(&is_said))
        return;
    length = snprintf(line, sizeof line,
        "gpu-runtime: %s: %s. This container's GPU memory limit cannot be kept, so its programs get no GPU memory. "
        "Start the container again; if this comes back, show it to whoever runs the host.\n", what, why);
    if (length >= (int)sizeof line)
        length = sizeof line - 1;
    if (write(STDERR_FILENO, line, (size_t)length) < 0)
        return;
}
