namespace GpuRuntime.Security.Tests.Tools;

/// <summary>
/// What is done to system calls in turn. With GPU_RUNTIME_ALL_FAULTS set (<c>make faults</c>) every call meets every error. Otherwise every third one
/// meets one of them, which brings all errors to all kinds of calls.
/// </summary>
internal static class Fault
{
    // The dynamic loader's own, 128 and a signal's number, and -1.
    private const int LeastAbort = 126;

    private static readonly bool _isWhole = Environment.GetEnvironmentVariable("GPU_RUNTIME_ALL_FAULTS") is { Length: > 0 };

    // EIO is what drivers say when an attribute is read that a GPU does not have: there it is ENOMEM.
    private static readonly (string Name, string Number)[] Errors = [("ENOSPC", "28"), ("EIO", "5~12"), ("EINTR", "4"), ("ENOMEM", "12")];

    /// <summary>The first error of each round.</summary>
    public static IEnumerable<int> Rounds => _isWhole ? Enumerable.Range(0, Errors.Length) : [0];

    /// <summary>From one call to the next that fails.</summary>
    public static int Step => _isWhole ? 1 : 3;

    /// <summary>The libraries of .NET or C had nothing to go on with, and ended the program without a word of ours: as if it was killed, which other rows are about.</summary>
    public static bool IsAbort(CommandResult result) => result.ExitCode >= LeastAbort && !result.Error.Contains("GRT", StringComparison.Ordinal);

    /// <param name="nth">From 1 on.</param>
    public static (string Name, string Number) Of(int nth, int round) => Errors[(nth + round) % Errors.Length];
}
