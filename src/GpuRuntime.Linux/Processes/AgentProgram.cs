using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Limits;
using GpuRuntime.Linux.Interop;

namespace GpuRuntime.Linux.Processes;

/// <summary>The agent, which is installed beside our other executables, or not at all.</summary>
public static class AgentProgram
{
    /// <summary>Becomes the agent: same process, same environment. Returns only by throwing.</summary>
    /// <param name="arguments">Everything behind the program's name, each with its NUL.</param>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.AgentMissing"/>.</exception>
    public static void Become(IReadOnlyList<byte[]> arguments)
    {
        var path = OwnProgram.Beside(NvidiaMemoryLimit.AgentName);
        var errno = Libc.Execute(path, [Libc.Path(path), .. arguments]);
        throw new GpuRuntimeException(ErrorCode.AgentMissing, errno == Errno.NoEntry
            ? $"{path} is not installed, and it is what shows this; install {NvidiaMemoryLimit.AgentName} beside gpu-runtime."
            : $"What shows this is {NvidiaMemoryLimit.AgentName}, which cannot be started: {LinuxException.Of("exec", path, errno).Message}.");
    }
}
