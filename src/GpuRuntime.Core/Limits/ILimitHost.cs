using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Limits;

/// <summary>What this host has to hold limits with, as far as no file of <see cref="IHostRoot"/> tells. Looked at only where a limit is asked for.</summary>
public interface ILimitHost
{
    /// <summary>The running agent's word on what its watchdog can measure; <see langword="null"/> when none is running.</summary>
    WatchdogState? Watchdog { get; }

    /// <summary>Our agent's executable, absolute; <see langword="null"/> when it is not installed beside us.</summary>
    string? AgentProgram { get; }

    /// <summary>The directory of the libraries that hold a program which cooperates; <see langword="null"/> when they are not installed.</summary>
    string? CooperativeLibraries { get; }

    /// <summary>The file name of the low-level runtime that will start the container: <c>runc</c>, <c>crun</c>, ...</summary>
    string LowLevelRuntime { get; }

    /// <summary>Whether a shared object exports a symbol; it is not loaded.</summary>
    bool Exports(string hostPath, string symbol);

    /// <summary>Whether something is at an absolute path of this host.</summary>
    bool Exists(string path);
}
