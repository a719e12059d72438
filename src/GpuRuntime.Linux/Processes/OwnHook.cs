using System.Collections.Immutable;
using System.Text;
using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Interop;

namespace GpuRuntime.Linux.Processes;

/// <summary>Runs a program of ours as a low-level runtime runs a hook: the container's state on standard input, an environment of its own.</summary>
internal static class OwnHook
{
    private const int LargestMessage = 64 * 1024;

    /// <param name="arguments">The program's own name first.</param>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.HookFailed"/>, with what it printed.</exception>
    /// <exception cref="LinuxException">It cannot be started.</exception>
    public static void Run(string program, ImmutableArray<string> arguments, ReadOnlySpan<byte> state)
    {
        using var input = Libc.MemoryFile("state");
        using var output = Libc.MemoryFile("output");
        Libc.WriteAll(input, state, "the container's state");
        Libc.Rewind(input);
        var status = Libc.Wait(Libc.Spawn(program, arguments, [ContainerHook.OwnEnvironment], output, output, input));
        if (status != 0)
            throw new GpuRuntimeException(ErrorCode.HookFailed, $"{program} {arguments[1]} ended with status {status}: {Message(output)}");
    }

    private static string Message(FileDescriptor output)
    {
        var content = new byte[LargestMessage];
        return PrintableText.Of(Encoding.UTF8.GetString(content.AsSpan(0, Libc.ReadAt(output, content, 0))).Trim());
    }
}
