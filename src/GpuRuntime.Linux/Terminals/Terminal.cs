using GpuRuntime.Linux.Interop;

namespace GpuRuntime.Linux.Terminals;

/// <summary>The terminal on a standard descriptor of this process.</summary>
public static class Terminal
{
    public const int Input = 0;
    public const int Output = 1;

    public static bool Is(int descriptor) => Libc.TryGetTerminal(descriptor) is not null;

    /// <summary>
    /// Writes to standard output, terminal or not, as it is: the runtime library's own stream says nothing of a reader who has gone, and sets up
    /// the terminal for itself.
    /// </summary>
    /// <exception cref="LinuxException">It cannot be written to; <see cref="Errno.BrokenPipe"/> when nobody reads any more.</exception>
    public static void Write(ReadOnlySpan<byte> data) => Libc.WriteOutput(data);

    /// <summary>What Ctrl-Z asks of a program: returns when the shell has it go on.</summary>
    public static void Suspend() => Libc.StopSelf();

    /// <returns><see langword="null"/> when there is none, or it does not know.</returns>
    public static (int Columns, int Rows)? Size => Libc.TryGetTerminalSize(Output);
}
