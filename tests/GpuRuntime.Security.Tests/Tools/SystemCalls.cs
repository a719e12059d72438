namespace GpuRuntime.Security.Tests.Tools;

/// <summary>Numbers of system calls on x86-64 (asm/unistd_64.h).</summary>
internal static class SystemCalls
{
    public const int Setns = 308;

    public static readonly IReadOnlyDictionary<string, int> ByName = new Dictionary<string, int>
    {
        ["read"] = 0,
        ["write"] = 1,
        ["mmap"] = 9,
        ["mprotect"] = 10,
        ["pread64"] = 17,
        ["flock"] = 73,
        ["fchmod"] = 91,
        ["fstatfs"] = 138,
        ["getdents64"] = 217,
        ["mkdirat"] = 258,
        ["mknodat"] = 259,
        ["fchownat"] = 260,
        ["unlinkat"] = 263,
        ["renameat"] = 264,
        ["linkat"] = 265,
        ["symlinkat"] = 266,
        ["readlinkat"] = 267,
        ["unshare"] = 272,
        ["setns"] = Setns,
        ["getrandom"] = 318,
        ["bpf"] = 321,
        ["statx"] = 332,
        ["rseq"] = 334,
        ["open_tree"] = 428,
        ["move_mount"] = 429,
        ["fsopen"] = 430,
        ["fsconfig"] = 431,
        ["fsmount"] = 432,
        ["clone3"] = 435,
        ["openat2"] = 437,
        ["mount_setattr"] = 442,
    };
}
