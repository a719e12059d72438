using GpuRuntime.Core.Limits;

namespace GpuRuntime.Core.Tests.Limits;

/// <summary>What a host has to hold limits with, beside its files, as a test wants it; nothing by default.</summary>
internal sealed record StandInLimitHost : ILimitHost
{
    public WatchdogState? Watchdog { get; init; }

    public string? AgentProgram { get; init; }

    public string? CooperativeLibraries { get; init; }

    public string LowLevelRuntime { get; init; } = "runc";

    /// <summary>The one symbol that every shared object exports.</summary>
    public string Symbol { get; init; } = "";

    /// <summary>The one path that is there.</summary>
    public string Path { get; init; } = "";

    public bool Exports(string hostPath, string symbol) => symbol == Symbol;

    public bool Exists(string path) => path == Path;
}
