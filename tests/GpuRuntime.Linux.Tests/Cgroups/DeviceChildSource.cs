namespace GpuRuntime.Linux.Tests.Cgroups;

/// <summary>The C source of <see cref="DeviceChild"/>.</summary>
internal static class DeviceChildSource
{
    public const string Text = """
        #define _GNU_SOURCE
        #include <errno.h>
        #include <fcntl.h>
        #include <poll.h>
        #include <sched.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/mount.h>
        #include <sys/stat.h>
        #include <sys/sysmacros.h>
        #include <unistd.h>

        static void fail(const char *subject)
        {
            perror(subject);
            exit(1);
        }

        static void parse(const char *node, char *kind, unsigned *major, unsigned *minor)
        {
            if (sscanf(node, "%c-%u-%u", kind, major, minor) != 3)
                fail(node);
        }

        static int make(const char *node, char kind, unsigned major, unsigned minor)
        {
            return mknod(node, (kind == 'c' ? S_IFCHR : S_IFBLK) | 0600, makedev(major, minor));
        }

        /* While this process is in no cgroup of the test's yet. Status 77: the machine allows none. */
        static void make_and_try(const char *node)
        {
            char kind;
            unsigned major, minor;
            parse(node, &kind, &major, &minor);
            if (make(node, kind, major, minor) != 0 || (open(node, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) < 0 && (errno == EACCES || errno == EPERM))) {
                perror(node);
                exit(77);
            }
        }

        static void join(const char *processes)
        {
            int fd = open(processes, O_WRONLY | O_CLOEXEC);
            if (fd < 0 || dprintf(fd, "%d", getpid()) < 0)
                fail(processes);
            close(fd);
        }

        /* A node without a driver says so when it is allowed. */
        static const char *answer(int result)
        {
            if (result >= 0 || errno == ENXIO || errno == ENODEV)
                return "allow";
            return errno == EPERM ? "deny" : strerror(errno);
        }

        static const char *try_open(const char *node, int access)
        {
            int fd = open(node, access | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
            const char *text = answer(fd);
            if (fd >= 0)
                close(fd);
            return text;
        }

        static const char *try_mknod(char kind, unsigned major, unsigned minor)
        {
            const char *text = answer(make("made", kind, major, minor));
            unlink("made");
            return text;
        }

        static void ask(const char *node)
        {
            char kind;
            unsigned major, minor;
            parse(node, &kind, &major, &minor);
            printf("%c %u:%u r %s\n", kind, major, minor, try_open(node, O_RDONLY));
            printf("%c %u:%u w %s\n", kind, major, minor, try_open(node, O_WRONLY));
            printf("%c %u:%u rw %s\n", kind, major, minor, try_open(node, O_RDWR));
            printf("%c %u:%u m %s\n", kind, major, minor, try_mknod(kind, major, minor));
        }

        /* Until there is something to read: how often both were tried, and how often one of them went wrong. */
        static void loop(const char *allowed, const char *denied)
        {
            long rounds = 0, wrong = 0;
            struct pollfd input = { .fd = 0, .events = POLLIN };
            puts("looping");
            for (; poll(&input, 1, 0) == 0; rounds++)
                wrong += strcmp(try_open(allowed, O_RDWR), "allow") != 0 || strcmp(try_open(denied, O_RDWR), "deny") != 0;
            printf("%ld %ld\n", rounds, wrong);
        }

        /* DIRECTORY NODE... -- PROCESSES... */
        int main(int argc, char **argv)
        {
            char line[256], allowed[100], denied[100];
            int nodes_end = 2;
            setlinebuf(stdout);
            if (chdir(argv[1]) != 0)
                fail(argv[1]);
            for (; strcmp(argv[nodes_end], "--") != 0; nodes_end++)
                make_and_try(argv[nodes_end]);
            for (int at = nodes_end + 1; at < argc; at++)
                join(argv[at]);
            if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
                fail("a mount namespace");
            puts("ready");
            while (fgets(line, sizeof line, stdin)) {
                if (sscanf(line, "loop %99s %99s", allowed, denied) == 2)
                    loop(allowed, denied);
                else if (strcmp(line, "ask\n") == 0) {
                    for (int node = 2; node < nodes_end; node++)
                        ask(argv[node]);
                    puts(".");
                }
            }
            return 0;
        }

        """;
}
