using GpuRuntime.Linux.Interop;

namespace GpuRuntime.Linux.Terminals;

/// <summary>The terminal on a standard descriptor of this process.</summary>
public static class Terminal
{
    public const int Input = 0;
    public const int Output = 1;

    public static bool Is(int descriptor) => Libc.TryGetTerminal(descriptor) is not null;

    /// <returns><see langword="null"/> when there is none, or it does not know.</returns>
    public static (int Columns, int Rows)? Size => Libc.TryGetTerminalSize(Output);
}
