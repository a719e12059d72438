namespace GpuRuntime.EndToEnd.Tests;

/// <summary>
/// A low-level runtime that is quick: its containers are processes that wait, and <c>ROOT/ID/state.json</c> tells of them as runc's does. It also
/// watches over us. Of each GPU in config.json a container's process holds a lock as long as it lives, a shared one or, with GPU_MODE=exclusive in
/// the container's environment, one of its own. A lock that cannot be had is a GPU that was given twice: written into the file that
/// <see cref="Variable"/> names.
/// </summary>
internal static class LivingRuntime
{
    /// <summary>Names the directory of the GPUs' locks and of the file <c>violations</c>.</summary>
    public const string Variable = "GPU_LOCKS";

    /// <returns>The program's path.</returns>
    public static async Task<string> BuildAsync(string directory)
    {
        Directory.CreateDirectory(directory);
        var (source, program) = (Path.Combine(directory, "living.c"), Path.Combine(directory, "living"));
        await File.WriteAllTextAsync(source, Source);
        (await Command.Of("gcc", "-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror", "-Wno-format-truncation", "-static", "-s", "-o", program, source).RunAsync()).EnsureSuccess();
        File.Delete(source);
        return program;
    }

    private const string Source = """
        #define _GNU_SOURCE
        #include <errno.h>
        #include <fcntl.h>
        #include <poll.h>
        #include <signal.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/file.h>
        #include <sys/stat.h>
        #include <sys/syscall.h>
        #include <unistd.h>

        static char text[4 << 20];

        static size_t read_file(const char *path)
        {
            int file = open(path, O_RDONLY | O_CLOEXEC);
            ssize_t length = file < 0 ? -1 : read(file, text, sizeof text - 1);
            if (file >= 0)
                close(file);
            text[length > 0 ? length : 0] = '\0';
            return length > 0 ? (size_t)length : 0;
        }

        static long long start_time(pid_t pid)
        {
            char path[64];
            long long start = 0;
            snprintf(path, sizeof path, "/proc/%d/stat", pid);
            read_file(path);
            char *field = strrchr(text, ')');
            for (int number = 2; field && number < 22; number++)
                field = strchr(field + 1, ' ');
            if (field)
                start = atoll(field + 1);
            return start;
        }

        static int create(const char *bundle, const char *directory)
        {
            char path[4096], temporary[4096];
            int locks[64], count = 0, go[2];
            snprintf(path, sizeof path, "%s/config.json", bundle);
            if (!read_file(path))
                return 1;
            int exclusive = strstr(text, "GPU_MODE=exclusive") != NULL;
            /* Before the fork: the lock is on the open file, which the container's process shares. */
            for (int gpu = 0; gpu < 64; gpu++) {
                snprintf(path, sizeof path, "\"/dev/nvidia%d\"", gpu);
                if (!strstr(text, path))
                    continue;
                snprintf(path, sizeof path, "%s/%d", getenv("GPU_LOCKS"), gpu);
                if ((locks[count++] = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600)) < 0)
                    return 1;
            }
            if (mkdir(directory, 0700) != 0 || pipe2(go, O_CLOEXEC) != 0)
                return 1;
            snprintf(path, sizeof path, "%s/state.json", directory);
            snprintf(temporary, sizeof temporary, "%s/state.json.new", directory);
            pid_t child = fork();
            if (child == 0) {
                char byte;
                setsid();
                close(go[1]);
                /* The end of the pipe comes with the creator's: a container that nobody knows of is none. */
                if (read(go[0], &byte, 1) != 1 && access(path, F_OK) != 0)
                    _exit(1);
                for (;;)
                    pause();
            }
            FILE *state = fopen(temporary, "we");
            if (child < 0 || !state)
                return 1;
            fprintf(state, "{\"id\":\"x\",\"init_process_pid\":%d,\"init_process_start\":%lld,\"config\":{}}", child, start_time(child));
            if (fclose(state) != 0 || rename(temporary, path) != 0)
                return 1;
            for (int i = 0; i < count; i++) {
                if (flock(locks[i], (exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0)
                    continue;
                snprintf(path, sizeof path, "%s/violations", getenv("GPU_LOCKS"));
                FILE *violations = fopen(path, "ae");
                if (!violations)
                    return 1;
                fprintf(violations, "%s: %s: %s\n", directory, exclusive ? "exclusive" : "shared", strerror(errno));
                fclose(violations);
            }
            return write(go[1], "", 1) == 1 ? 0 : 1;
        }

        static int delete(const char *directory)
        {
            char path[4096];
            snprintf(path, sizeof path, "%s/state.json", directory);
            if (read_file(path)) {
                char *pid = strstr(text, "init_process_pid\":"), *start = strstr(text, "init_process_start\":");
                pid_t process = pid ? atoi(pid + 18) : 0;
                long long since = start ? atoll(start + 20) : 0;
                int file = process > 0 ? (int)syscall(SYS_pidfd_open, process, 0) : -1;
                if (file >= 0 && start_time(process) == since) {
                    struct pollfd end = { .fd = file, .events = POLLIN };
                    syscall(SYS_pidfd_send_signal, file, SIGKILL, NULL, 0);
                    poll(&end, 1, -1);
                }
            }
            unlink(path);
            snprintf(path, sizeof path, "%s/state.json.new", directory);
            unlink(path);
            return rmdir(directory) == 0 || errno == ENOENT ? 0 : 1;
        }

        int main(int argc, char **argv)
        {
            const char *root = NULL, *bundle = NULL, *verb = NULL, *id = NULL;
            char directory[2048];
            for (int i = 1; i < argc; i++) {
                if (!strcmp(argv[i], "--root"))
                    root = argv[++i];
                else if (!strcmp(argv[i], "--bundle"))
                    bundle = argv[++i];
                else if (argv[i][0] == '-')
                    continue;
                else if (!verb)
                    verb = argv[i];
                else
                    id = argv[i];
            }
            if (!root || !verb || !id)
                return 2;
            mkdir(root, 0700);
            snprintf(directory, sizeof directory, "%s/%s", root, id);
            if (!strcmp(verb, "create"))
                return bundle ? create(bundle, directory) : 2;
            return strcmp(verb, "delete") ? 2 : delete(directory);
        }

        """;
}
