using GpuRuntime.Linux.Interop;

namespace GpuRuntime.Linux.Terminals;

/// <summary>
/// Has the terminal hand over keys one by one, without showing them, until it is disposed of: then the terminal is as it was. A read of standard
/// input that gets no key returns nothing after a tenth of a second.
/// </summary>
public sealed class KeyMode : IDisposable
{
    private readonly Libc.TerminalSettings _before;

    private KeyMode(Libc.TerminalSettings before) => _before = before;

    /// <returns><see langword="null"/> when standard input is no terminal.</returns>
    public static KeyMode? TryEnter()
    {
        if (Libc.TryGetTerminal(Terminal.Input) is not { } before)
            return null;
        var mode = new KeyMode(before);
        mode.Enter();
        return mode;
    }

    /// <summary>Again, after <see cref="Leave"/>.</summary>
    public void Enter() => Libc.TrySetTerminal(Terminal.Input, _before.ByKeys());

    // One that has hung up cannot be set, and nobody is there to miss it.
    public void Leave() => Libc.TrySetTerminal(Terminal.Input, _before);

    public void Dispose() => Leave();
}
