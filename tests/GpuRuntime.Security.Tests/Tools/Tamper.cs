namespace GpuRuntime.Security.Tests.Tools;

/// <summary>
/// Runs a program and meddles with one of its system calls, counted over all of its threads: <c>tamper ACTION CALL NTH LOG PROGRAM ARGS...</c>.
/// strace does the same, but counts for each thread apart.
/// </summary>
/// <remarks>
/// The numbers of the calls are written into LOG, one a line; ACTION <c>count</c> does no more. <c>kill</c> ends the program by SIGKILL at the entry of the NTH call
/// that is CALL (-1: any; CALL@FIRST: behind the first FIRST), <c>kill-after</c> when that call is done, and itself in the same way. An errno lets
/// that call fail with it, undone; of ERRNO~OTHER a read gets the other. LOG then says <c>hit</c> and ends, and the rest runs without stops. Children are not followed, and
/// what the program becomes by execve is another program, whose calls do not count.
/// </remarks>
internal static class Tamper
{
    public const string Count = "count";
    public const string Kill = "kill";
    public const string KillAfter = "kill-after";
    public const string AnyCall = "-1";

    public static Task<string> BuildAsync(string directory) => CProgram.BuildAsync(directory, "tamper", TracedCalls.Source + Source);

    private const string Source = """
        static FILE *record;

        int main(int argc, char **argv)
        {
            if (argc < 6)
                return 2;
            int counts = !strcmp(argv[1], "count"), kills = !strcmp(argv[1], "kill"), kills_after = !strcmp(argv[1], "kill-after"), error = atoi(argv[1]), runs = 0;
            int reading = strchr(argv[1], '~') ? atoi(strchr(argv[1], '~') + 1) : error;
            long call = atol(argv[2]), nth = atol(argv[3]), seen = 0, first = strchr(argv[2], '@') ? atol(strchr(argv[2], '@') + 1) : -1;
            pid_t hit = 0;
            int done = 0;
            if (!(record = fopen(argv[4], "we")))
                return 2;
            int status;
            pid_t child = begin(argv + 5);
            for (pid_t thread; (thread = waitpid(-1, &status, __WALL)) > 0;) {
                if (WIFEXITED(status) || WIFSIGNALED(status)) {
                    if (thread != child)
                        continue;
                    fclose(record);
                    return end(status);
                }
                int stop = WSTOPSIG(status), signal = 0;
                if (stop == (SIGTRAP | 0x80)) {
                    struct ptrace_syscall_info info = { 0 };
                    ptrace(PTRACE_GET_SYSCALL_INFO, thread, sizeof info, &info);
                    if (info.op == PTRACE_SYSCALL_INFO_EXIT && thread == hit) {
                        if (kills_after)
                            kill(child, SIGKILL);
                        else
                            set_result(thread, -error);
                        hit = 0;
                        done = 1;
                    }
                    if (info.op == PTRACE_SYSCALL_INFO_ENTRY && runs && !done && !hit) {
                        long made = (long)info.entry.nr;
                        if (made == first)
                            first = -1;
                        if (first == -1 && (call == -1 ? is_any(made) : made == call)) {
                            fprintf(record, "%ld\n", made);
                            if (!counts && ++seen == nth) {
                                fprintf(record, "hit\n");
                                hit = thread;
                                if (made == SYS_read || made == SYS_pread64)
                                    error = reading;
                                if (kills) {
                                    kill(child, SIGKILL);
                                    done = 1;
                                } else if (!kills_after) {
                                    skip_call(thread);
                                }
                            }
                        }
                    }
                } else if (status >> 16 == PTRACE_EVENT_EXEC) {
                    /* The second one is another program. */
                    done |= runs;
                    runs = 1;
                } else if (!(status >> 16) && stop != SIGSTOP) {
                    signal = stop;
                }
                ptrace(done ? PTRACE_CONT : PTRACE_SYSCALL, thread, 0, signal);
            }
            return 2;
        }

        """;
}
