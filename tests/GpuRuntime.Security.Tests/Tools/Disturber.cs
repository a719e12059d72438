namespace GpuRuntime.Security.Tests.Tools;

/// <summary>
/// Runs a service and lets one of the system calls fail that it makes in its passes, of which it begins one a second:
/// <c>disturb PASS:NTH:ERRNO[~OTHER] LOG PROGRAM ARGS...</c>.
/// </summary>
/// <remarks>
/// They are counted of all its threads but the first and those that have spoken by a socket. A pass is what they do without a pause of 400
/// milliseconds; passes count from 0, calls from 1 in each. Of ERRNO~OTHER a read gets the other. LOG gets <c>pass N CALLS</c>
/// when pass N is over, and <c>hit CALL</c> when the call was left undone.
/// </remarks>
internal static class Disturber
{
    public static Task<string> BuildAsync(string directory) => CProgram.BuildAsync(directory, "disturb", TracedCalls.Source + Source);

    private const string Source = """
        #include <time.h>

        #define PAUSE_MS 400

        /* Who speaks by sockets serves, and does not read the host. */
        static const long of_sockets[] = {
            SYS_epoll_pwait, SYS_accept, SYS_accept4, SYS_recvfrom, SYS_sendto, SYS_recvmsg, SYS_sendmsg, SYS_setsockopt, SYS_getsockopt, SYS_shutdown,
            SYS_getpeername, SYS_getsockname,
        #ifndef __aarch64__
            SYS_epoll_wait,
        #endif
        };

        static char speaks[1 << 22];

        static long milliseconds(void)
        {
            struct timespec now;
            clock_gettime(CLOCK_MONOTONIC, &now);
            return now.tv_sec * 1000 + now.tv_nsec / 1000000;
        }

        int main(int argc, char **argv)
        {
            long wanted_pass, nth;
            int error, reading;
            if (argc < 4)
                return 2;
            int parts = sscanf(argv[1], "%ld:%ld:%d~%d", &wanted_pass, &nth, &error, &reading);
            if (parts < 3)
                return 2;
            if (parts == 3)
                reading = error;
            int runs = 0;
            long pass = 0, calls = 0, last = 0;
            pid_t hit = 0;
            FILE *record = fopen(argv[2], "we");
            if (!record)
                return 2;
            setvbuf(record, NULL, _IOLBF, BUFSIZ);
            int status;
            pid_t child = begin(argv + 3);
            for (pid_t thread; (thread = waitpid(-1, &status, __WALL)) > 0;) {
                if (WIFEXITED(status) || WIFSIGNALED(status)) {
                    if (thread != child)
                        continue;
                    return end(status);
                }
                int stop = WSTOPSIG(status), signal = 0;
                if (stop == (SIGTRAP | 0x80)) {
                    struct ptrace_syscall_info info = { 0 };
                    ptrace(PTRACE_GET_SYSCALL_INFO, thread, sizeof info, &info);
                    if (info.op == PTRACE_SYSCALL_INFO_EXIT && thread == hit) {
                        set_result(thread, -error);
                        hit = 0;
                    }
                    if (info.op == PTRACE_SYSCALL_INFO_ENTRY && runs) {
                        long call = (long)info.entry.nr;
                        for (size_t i = 0; i < ARRAY_LENGTH(of_sockets); i++)
                            speaks[thread] |= call == of_sockets[i];
                        if (thread != child && !speaks[thread] && is_any(call)) {
                            long now = milliseconds();
                            if (last > 0 && now - last >= PAUSE_MS) {
                                /* A thread that ends is none. */
                                if (calls >= 20)
                                    fprintf(record, "pass %ld %ld\n", pass++, calls);
                                calls = 0;
                            }
                            last = now;
                            if (++calls == nth && pass == wanted_pass) {
                                fprintf(record, "hit %ld\n", call);
                                hit = thread;
                                if (call == SYS_read || call == SYS_pread64)
                                    error = reading;
                                skip_call(thread);
                            }
                        }
                    }
                } else if (status >> 16 == PTRACE_EVENT_EXEC) {
                    runs = 1;
                } else if (!(status >> 16) && stop != SIGSTOP) {
                    signal = stop;
                }
                ptrace(PTRACE_SYSCALL, thread, 0, signal);
            }
            return 2;
        }

        """;
}
