using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Interop;

namespace GpuRuntime.Linux.Paths;

/// <summary>What a hook reads.</summary>
public static class HookInput
{
    private const int Largest = 1 << 20;

    /// <summary>The container's state, which the runtime writes to standard input.</summary>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.HookFailed"/>.</exception>
    public static byte[] ReadState()
    {
        using var input = Libc.OpenAt(Libc.AtFdCwd, "/proc/self/fd/0", OpenFlags.ReadOnly, Resolve.None);
        return FileContent.ReadAll(input, Largest, out _) ?? throw new GpuRuntimeException(ErrorCode.HookFailed, "The container's state cannot be read from standard input.");
    }

    /// <summary>A file of the host's; <see langword="null"/> when it is not there.</summary>
    public static byte[]? ReadFile(string path)
    {
        using var file = Libc.TryOpenAt(Libc.AtFdCwd, path, OpenFlags.ReadOnly | OpenFlags.NonBlock, Resolve.None, out _);
        return file is null ? null : FileContent.ReadAll(file, Largest, out _);
    }
}
