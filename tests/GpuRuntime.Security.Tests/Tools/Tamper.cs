namespace GpuRuntime.Security.Tests.Tools;

/// <summary>
/// Runs a program and meddles with one of its system calls, counted over all of its threads: <c>tamper ACTION CALL NTH LOG PROGRAM ARGS...</c>.
/// strace does the same, but counts for each thread apart.
/// </summary>
/// <remarks>
/// ACTION <c>count</c> writes the number of every call into LOG, one a line. <c>kill</c> ends the program by SIGKILL at the entry of the NTH call
/// that is CALL (-1: any; CALL@FIRST: behind the first FIRST), and itself in the same way. An errno lets that call fail with it, undone. LOG then says <c>hit</c>, once it was reached.
/// </remarks>
internal static class Tamper
{
    public const string Count = "count";
    public const string Kill = "kill";
    public const string AnyCall = "-1";

    public static Task<string> BuildAsync(string directory) => CProgram.BuildAsync(directory, "tamper", Source);

    private const string Source = """
        #include <errno.h>
        #include <signal.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/ptrace.h>
        #include <linux/ptrace.h>
        #include <sys/user.h>
        #include <sys/wait.h>
        #include <unistd.h>

        #define MOST_THREADS 64

        static FILE *record;
        static long failing[MOST_THREADS];

        static void fail_here(pid_t thread)
        {
            struct user_regs_struct registers;
            for (int i = 0; i < MOST_THREADS; i++) {
                if (!failing[i]) {
                    failing[i] = thread;
                    break;
                }
            }
            ptrace(PTRACE_GETREGS, thread, 0, &registers);
            registers.orig_rax = -1;
            ptrace(PTRACE_SETREGS, thread, 0, &registers);
        }

        static void failed(pid_t thread, int error)
        {
            struct user_regs_struct registers;
            for (int i = 0; i < MOST_THREADS; i++) {
                if (failing[i] != thread)
                    continue;
                failing[i] = 0;
                ptrace(PTRACE_GETREGS, thread, 0, &registers);
                registers.rax = -error;
                ptrace(PTRACE_SETREGS, thread, 0, &registers);
            }
        }

        int main(int argc, char **argv)
        {
            if (argc < 6)
                return 2;
            int counts = !strcmp(argv[1], "count"), kills = !strcmp(argv[1], "kill"), error = atoi(argv[1]), runs = 0;
            long call = atol(argv[2]), nth = atol(argv[3]), seen = 0, first = strchr(argv[2], '@') ? atol(strchr(argv[2], '@') + 1) : -1;
            pid_t child = fork();
            if (child == 0) {
                ptrace(PTRACE_TRACEME, 0, 0, 0);
                raise(SIGSTOP);
                execv(argv[5], argv + 5);
                _exit(127);
            }
            if (!(record = fopen(argv[4], "we")))
                return 2;
            int status;
            waitpid(child, &status, __WALL);
            ptrace(PTRACE_SETOPTIONS, child, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK
                | PTRACE_O_TRACEEXEC);
            ptrace(PTRACE_SYSCALL, child, 0, 0);
            for (pid_t thread; (thread = waitpid(-1, &status, __WALL)) > 0;) {
                if (WIFEXITED(status) || WIFSIGNALED(status)) {
                    if (thread != child)
                        continue;
                    fclose(record);
                    if (WIFSIGNALED(status)) {
                        raise(WTERMSIG(status));
                        return 128 + WTERMSIG(status);
                    }
                    return WEXITSTATUS(status);
                }
                int stop = WSTOPSIG(status), signal = 0;
                if (stop == (SIGTRAP | 0x80)) {
                    struct ptrace_syscall_info info = { 0 };
                    ptrace(PTRACE_GET_SYSCALL_INFO, thread, sizeof info, &info);
                    if (info.op == PTRACE_SYSCALL_INFO_EXIT)
                        failed(thread, error);
                    if (info.op == PTRACE_SYSCALL_INFO_ENTRY && runs && (long)info.entry.nr == first)
                        first = -1;
                    if (info.op == PTRACE_SYSCALL_INFO_ENTRY && runs && first == -1 && (call == -1 || (long)info.entry.nr == call)) {
                        if (counts)
                            fprintf(record, "%llu\n", (unsigned long long)info.entry.nr);
                        else if (++seen == nth) {
                            fprintf(record, "hit\n");
                            if (kills)
                                kill(child, SIGKILL);
                            else
                                fail_here(thread);
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
