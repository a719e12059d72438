/*
 * Ahead of the managed main, with the C library: the deletion that pass_through began, and what a program inherits that we become. Linked with
 * --wrap=main,--wrap=execv.
 */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "passthrough.h"

int __real_main(int argc, char **argv);
int __wrap_main(int argc, char **argv);
int __real_execv(const char *path, char *const *argv);
int __wrap_execv(const char *path, char *const *argv);

static struct sigaction inherited_sigpipe;

/* The managed runtime ignores SIGPIPE for itself and forgets what it was. The low-level runtime inherits what we were started with. */
int __wrap_execv(const char *path, char *const *argv)
{
    sigaction(SIGPIPE, &inherited_sigpipe, NULL);
    return __real_execv(path, argv);
}

/* Ends as the child that deletes, once what the container held is free. */
static void finish_deletion(void)
{
    int status;
    while (waitpid(deletion.child, &status, 0) < 0)
        if (errno != EINTR)
            _exit(127);
    allocation_release(&deletion.allocation);
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

int __wrap_main(int argc, char **argv)
{
    sigaction(SIGPIPE, NULL, &inherited_sigpipe);
    if (deletion.child)
        finish_deletion();
    return __real_main(argc, argv);
}
