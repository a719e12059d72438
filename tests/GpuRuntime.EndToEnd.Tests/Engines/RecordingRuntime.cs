namespace GpuRuntime.EndToEnd.Tests;

/// <summary>
/// A low-level runtime that runs nothing: a static program that writes down what it was started with, and ends with status 42. What a process
/// hands on through execve(2) is in the record; what differs from run to run by nature (process id, times) is not.
/// </summary>
internal static class RecordingRuntime
{
    public const int ExitStatus = 42;

    /// <summary>Names the file that the record goes to.</summary>
    public const string Variable = "RECORD";

    /// <returns>The program's path: <paramref name="directory"/>/runc.</returns>
    public static async Task<string> BuildAsync(string directory)
    {
        Directory.CreateDirectory(directory);
        var (source, program) = (Path.Combine(directory, "runc.c"), Path.Combine(directory, "runc"));
        await File.WriteAllTextAsync(source, Source);
        (await Command.Of("gcc", "-std=gnu11", "-Os", "-Wall", "-Wextra", "-Werror", "-static", "-s", "-o", program, source).RunAsync()).EnsureSuccess();
        File.Delete(source);
        return program;
    }

    private const string Source = """
        #define _GNU_SOURCE
        #include <dirent.h>
        #include <fcntl.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/personality.h>
        #include <sys/prctl.h>
        #include <sys/resource.h>
        #include <sys/syscall.h>
        #include <unistd.h>

        extern char **environ;
        static char text[1 << 20];

        static void hex(FILE *record, const char *name, int number, const char *value)
        {
            fprintf(record, "%s %d: ", name, number);
            for (; *value; value++) {
                if (*value >= ' ' && *value <= '~' && *value != '\\')
                    putc(*value, record);
                else
                    fprintf(record, "\\x%02x", (unsigned char)*value);
            }
            putc('\n', record);
        }

        static void lines(FILE *record, const char *path, const char *const *beginnings)
        {
            FILE *file = fopen(path, "r");
            while (file && fgets(text, sizeof text, file)) {
                int wanted = !beginnings;
                for (const char *const *name = beginnings; name && *name; name++)
                    wanted |= strncmp(text, *name, strlen(*name)) == 0;
                if (wanted)
                    fprintf(record, "%s %s", path, text);
            }
            if (file)
                fclose(file);
        }

        static void link_of(FILE *record, const char *path)
        {
            ssize_t length = readlink(path, text, sizeof text - 1);
            text[length > 0 ? length : 0] = '\0';
            fprintf(record, "%s -> %s", path, text);
        }

        int main(int argc, char **argv)
        {
            static const char *const status[] = {
                "Umask", "PPid", "TracerPid", "Uid", "Gid", "Groups", "Threads", "SigPnd", "ShdPnd", "SigBlk", "SigIgn", "SigCgt", "Cap",
                "NoNewPrivs", "Seccomp:", "Cpus_allowed_list", "Mems_allowed_list", NULL };
            static const char *const namespaces[] = { "cgroup", "ipc", "mnt", "net", "pid", "user", "uts", NULL };
            int descriptors[256], count = 0;
            DIR *directory = opendir("/proc/self/fd");
            for (struct dirent *entry; directory && (entry = readdir(directory)) && count < 256;)
                if (entry->d_name[0] != '.' && atoi(entry->d_name) != dirfd(directory))
                    descriptors[count++] = atoi(entry->d_name);
            closedir(directory);

            FILE *record = fopen(getenv("RECORD"), "we");
            if (!record)
                return 1;
            for (int i = 1; i < argc; i++)
                hex(record, "argument", i, argv[i]);
            for (int i = 0; environ[i]; i++)
                hex(record, "variable", i, environ[i]);
            link_of(record, "/proc/self/cwd");
            putc('\n', record);
            link_of(record, "/proc/self/root");
            putc('\n', record);
            for (int i = 0; i < count; i++) {
                char path[64];
                snprintf(path, sizeof path, "/proc/self/fd/%d", descriptors[i]);
                link_of(record, path);
                fprintf(record, " flags %o descriptor %d offset %ld\n", fcntl(descriptors[i], F_GETFL), fcntl(descriptors[i], F_GETFD),
                    (long)lseek(descriptors[i], 0, SEEK_CUR));
            }
            for (int i = 0; i < RLIM_NLIMITS; i++) {
                struct rlimit limit = { 0 };
                getrlimit(i, &limit);
                fprintf(record, "limit %d: %lu %lu\n", i, limit.rlim_cur, limit.rlim_max);
            }
            lines(record, "/proc/self/status", status);
            lines(record, "/proc/self/oom_score_adj", NULL);
            lines(record, "/proc/self/coredump_filter", NULL);
            lines(record, "/proc/self/timerslack_ns", NULL);
            lines(record, "/proc/self/cgroup", NULL);
            lines(record, "/proc/self/uid_map", NULL);
            for (int i = 0; namespaces[i]; i++) {
                char path[64];
                snprintf(path, sizeof path, "/proc/self/ns/%s", namespaces[i]);
                link_of(record, path);
                putc('\n', record);
            }
            int death = 0, reaper = 0;
            prctl(PR_GET_PDEATHSIG, &death);
            prctl(PR_GET_CHILD_SUBREAPER, &reaper);
            fprintf(record, "nice %d, I/O priority %lx, scheduler %ld, personality %x, death signal %d, subreaper %d, securebits %d, dumpable %d\n",
                getpriority(PRIO_PROCESS, 0), syscall(SYS_ioprio_get, 1, 0), syscall(SYS_sched_getscheduler, 0), (unsigned)personality(0xffffffff),
                death, reaper, prctl(PR_GET_SECUREBITS), prctl(PR_GET_DUMPABLE));
            fprintf(record, "process group leader %d, session leader %d\n", getpgrp() == getpid(), getsid(0) == getpid());
            fclose(record);
            return 42;
        }

        """;
}
