/* cycle: what `make bench` lets hyperfine measure. One life of a container, as an engine leads it: create, start, its end, delete.
 * In C and static, so that the measuring costs the same small time in every row.
 *
 *   cycle CONFIG RUNTIME STATE-DIR BUNDLE ID             copies CONFIG to BUNDLE/config.json, then runs RUNTIME three times
 *   cycle --create-only CONFIG RUNTIME STATE-DIR BUNDLE ID   stops after create, and prints the peak memory of that process in KiB
 *
 * The container's init becomes a child of this process (as of a shim or conmon), so its end is waited for, not polled.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void die(const char *what)
{
    fprintf(stderr, "cycle: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void copy(const char *from, const char *to)
{
    char buffer[65536];
    ssize_t count;
    int in = open(from, O_RDONLY | O_CLOEXEC), out;

    if (in < 0)
        die(from);
    if ((out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)) < 0)
        die(to);
    while ((count = read(in, buffer, sizeof buffer)) > 0)
        if (write(out, buffer, (size_t)count) != count)
            die(to);
    close(in);
    close(out);
}

/* Runs one verb of the runtime. Containers keep /dev/null as their stdin and stdout; messages go to our stderr. */
static void verb(char *const arguments[], struct rusage *usage)
{
    int status;
    pid_t child = fork();

    if (child < 0)
        die("fork");
    if (child == 0) {
        int null = open("/dev/null", O_RDWR);
        dup2(null, 0);
        dup2(null, 1);
        close(null);
        execv(arguments[0], arguments);
        die(arguments[0]);
    }
    while (wait4(child, &status, 0, usage) < 0)
        if (errno != EINTR)
            die("wait4");
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        fprintf(stderr, "cycle: %s %s failed\n", arguments[0], arguments[3]);
        exit(1);
    }
}

int main(int argc, char **argv)
{
    int create_only = argc > 1 && strcmp(argv[1], "--create-only") == 0;
    char config_path[4096], pid_path[4096];
    struct rusage usage;
    int status;

    argv += create_only;
    argc -= create_only;
    if (argc != 6) {
        fputs("usage: cycle [--create-only] CONFIG RUNTIME STATE-DIR BUNDLE ID\n", stderr);
        return 64;
    }
    char *config = argv[1], *runtime = argv[2], *state = argv[3], *bundle = argv[4], *id = argv[5];

    snprintf(config_path, sizeof config_path, "%s/config.json", bundle);
    snprintf(pid_path, sizeof pid_path, "%s/pid", bundle);
    copy(config, config_path);
    prctl(PR_SET_CHILD_SUBREAPER, 1);

    verb((char *[]){ runtime, "--root", state, "create", "--bundle", bundle, "--pid-file", pid_path, id, NULL }, &usage);
    if (create_only) {
        printf("%ld\n", usage.ru_maxrss);
        return 0;
    }
    verb((char *[]){ runtime, "--root", state, "start", id, NULL }, &usage);
    if (wait(&status) < 0)
        die("wait for the container");
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        fputs("cycle: the container's process failed\n", stderr);
        return 1;
    }
    verb((char *[]){ runtime, "--root", state, "delete", id, NULL }, &usage);
    return 0;
}
