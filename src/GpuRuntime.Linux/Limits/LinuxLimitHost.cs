using GpuRuntime.Core.Limits;
using GpuRuntime.Linux.Interop;
using GpuRuntime.Linux.Loader;
using GpuRuntime.Linux.Paths;
using GpuRuntime.Linux.Processes;

namespace GpuRuntime.Linux.Limits;

/// <summary>What this host has to hold limits with, beside what its files tell of GPUs.</summary>
/// <param name="lowLevelRuntime">Path or name of the runtime that will start the container.</param>
public sealed class LinuxLimitHost(string stateDirectory, string lowLevelRuntime) : ILimitHost
{
    private const string CooperativeDirectory = "lib/gpu-runtime/cooperative";
    private const int LargestWord = 4096;

    public WatchdogState? Watchdog => ReadWatchdog();

    public string? AgentProgram => OwnProgram.Beside(NvidiaMemoryLimit.AgentName) is var path && Libc.IsExecutable(path) ? path : null;

    public string? CooperativeLibraries
    {
        get
        {
            var directory = $"{OwnProgram.Prefix}/{CooperativeDirectory}";
            return Exists($"{directory}/libcuda.so.1") && Exists($"{directory}/libnvidia-ml.so.1") ? directory : null;
        }
    }

    public string LowLevelRuntime { get; } = lowLevelRuntime[(lowLevelRuntime.LastIndexOf('/') + 1)..];

    public bool Exports(string hostPath, string symbol) => ElfSymbols.Exports(hostPath, symbol);

    public bool Exists(string path) => Libc.StatOfAny(Libc.AtFdCwd, path, 0) is not null;

    // A file alone would outlive an agent that was killed; its lock does not.
    private WatchdogState? ReadWatchdog()
    {
        using var root = new StateDirectory(stateDirectory).TryOpenRoot();
        using var file = root?.OpenRegular(WatchdogState.FileName);
        if (file is null || Libc.TryLock(file, WatchdogState.FileName, shared: true))
            return null;
        return FileContent.ReadAll(file, LargestWord, out _) is { } text ? WatchdogState.Parse(text) : null;
    }
}
