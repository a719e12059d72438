namespace GpuRuntime.Core.Limits;

/// <summary>A host with nothing to hold limits with but what its files tell: for plans that no container follows.</summary>
public sealed class NoLimitHost : ILimitHost
{
    public static readonly NoLimitHost Instance = new();

    public WatchdogState? Watchdog => null;

    public string? AgentProgram => null;

    public string? CooperativeLibraries => null;

    public string LowLevelRuntime => "";

    public bool Exports(string hostPath, string symbol) => false;

    public bool Exists(string path) => false;
}
