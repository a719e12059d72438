namespace GpuRuntime.Security.Tests.Tools;

/// <summary>What programs that meddle with another's system calls have in common, in C: how it is started and its end handed on, and how a call is left undone and gets a result.</summary>
internal static class TracedCalls
{
    public const string Source = """
        #include <elf.h>
        #include <errno.h>
        #include <signal.h>
        #include <stddef.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/ptrace.h>
        #include <linux/ptrace.h>
        #include <sys/syscall.h>
        #include <sys/uio.h>
        #include <sys/user.h>
        #include <sys/wait.h>
        #include <unistd.h>

        #define ARRAY_LENGTH(array) (sizeof(array) / sizeof *(array))

        /* Of any call these are left out. The ends of a process or thread and of a signal's handler do not return, and cannot fail. The others are
           how the threads of .NET's runtime wait for each other and give back memory: how often is chance, and their results are never looked at. */
        static const long left_out[] = {
            SYS_exit, SYS_exit_group, SYS_rt_sigreturn, SYS_futex, SYS_madvise, SYS_sched_yield,
        };

        static int is_any(long call)
        {
            for (size_t i = 0; i < ARRAY_LENGTH(left_out); i++)
                if (call == left_out[i])
                    return 0;
            return 1;
        }

        static void skip_call(pid_t thread)
        {
        #ifdef __aarch64__
            int none = -1;
            struct iovec number = { &none, sizeof none };
            ptrace(PTRACE_SETREGSET, thread, NT_ARM_SYSTEM_CALL, &number);
        #else
            ptrace(PTRACE_POKEUSER, thread, offsetof(struct user_regs_struct, orig_rax), -1L);
        #endif
        }

        static void set_result(pid_t thread, long result)
        {
        #ifdef __aarch64__
            struct user_regs_struct registers;
            struct iovec all = { &registers, sizeof registers };
            ptrace(PTRACE_GETREGSET, thread, NT_PRSTATUS, &all);
            registers.regs[0] = result;
            ptrace(PTRACE_SETREGSET, thread, NT_PRSTATUS, &all);
        #else
            ptrace(PTRACE_POKEUSER, thread, offsetof(struct user_regs_struct, rax), result);
        #endif
        }

        /* Starts a program that stops at each of its calls, those of its threads included. */
        static pid_t begin(char **program)
        {
            pid_t child = fork();
            if (child == 0) {
                ptrace(PTRACE_TRACEME, 0, 0, 0);
                raise(SIGSTOP);
                execv(program[0], program);
                _exit(127);
            }
            waitpid(child, NULL, __WALL);
            ptrace(PTRACE_SETOPTIONS, child, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC);
            ptrace(PTRACE_SYSCALL, child, 0, 0);
            return child;
        }

        /* Ends as the program did. */
        static int end(int status)
        {
            if (WIFSIGNALED(status)) {
                raise(WTERMSIG(status));
                return 128 + WTERMSIG(status);
            }
            return WEXITSTATUS(status);
        }


        """;
}
