using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Interop;

namespace GpuRuntime.Linux.Paths;

/// <summary>What a hook reads.</summary>
public static class HookInput
{
    private const int Largest = 1 << 20;

    /// <summary>The container's state, which the runtime writes to standard input.</summary>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.HookStateInvalid"/> or <see cref="ErrorCode.KernelTooOld"/>.</exception>
    public static byte[] ReadState()
    {
        var tooLarge = false;
        using var input = Libc.TryOpenAt(Libc.AtFdCwd, "/proc/self/fd/0", OpenFlags.ReadOnly, Resolve.None, out var errno);
        // The first call of its kind in a hook. A filter that does not know it answers either way.
        if (errno is Errno.NoSystemCall or Errno.NotPermitted)
            throw RootedDirectory.NoOpenat2();
        return (input is null ? null : FileContent.ReadAll(input, Largest, out tooLarge)) ?? throw new GpuRuntimeException(
            ErrorCode.HookStateInvalid, tooLarge ? $"The container's state on standard input is larger than {Largest >> 20} MiB, which no state is." : "The container's state cannot be read from standard input.");
    }

    /// <summary>A file of the host's; <see langword="null"/> when it is not there.</summary>
    public static byte[]? ReadFile(string path)
    {
        using var file = Libc.TryOpenAt(Libc.AtFdCwd, path, OpenFlags.ReadOnly | OpenFlags.NonBlock, Resolve.None, out _);
        return file is null ? null : FileContent.ReadAll(file, Largest, out _);
    }
}
