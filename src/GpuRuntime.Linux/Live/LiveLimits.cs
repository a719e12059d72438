using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Oci;
using GpuRuntime.Linux.Cgroups;
using GpuRuntime.Linux.Interop;
using GpuRuntime.Linux.Processes;

namespace GpuRuntime.Linux.Live;

/// <summary>
/// Holds a created container to its limits: its cgroup is there, and no process of its own has run. What it would be told by variables and
/// annotations comes too late and is left out; the ledger has it.
/// </summary>
public static class LiveLimits
{
    private const string LimitSuffix = ".max";

    /// <param name="state">The container's state as the hook got it.</param>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.LimitUnavailable"/>, <see cref="ErrorCode.HookFailed"/>: the container must not start.</exception>
    public static void Apply(ContainerState state, ContainerLimits limits)
    {
        try
        {
            if (!limits.Unified.IsEmpty)
                SetUnified(state, limits);
            if (limits.NvidiaMemory is { } nvidia)
                OwnHook.Run(nvidia.AgentProgram, nvidia.Arguments, state.Format());
        }
        catch (LinuxException exception)
        {
            throw new GpuRuntimeException(ErrorCode.LimitUnavailable, $"The container cannot be held to its limits: {exception.Message}.", exception);
        }
    }

    private static void SetUnified(ContainerState state, ContainerLimits limits)
    {
        using var cgroup = ContainerCgroup.Of(state.Pid);
        if (cgroup is not { IsVersion2: true })
            throw Unavailable($"Process {state.Pid} of the container is in no cgroup of version 2");
        foreach (var value in limits.Unified)
        {
            if (cgroup.Read(value.File) is not { } present)
                throw Unavailable($"{cgroup.Directory} has no {value.File}: its controller is not handed on to the container's cgroup; start the container with gpu-runtime as its runtime, and runc");
            // What the runtime has set stays where it is lower; "max" is what a cgroup has that nobody limited.
            if (UnifiedValue.Merge(present, value, value.File.EndsWith(LimitSuffix, StringComparison.Ordinal) && present is not ("" or "max")) is not { } merged)
                continue;
            foreach (var line in merged.Split('\n'))
                cgroup.Write(value.File, line);
        }
    }

    private static GpuRuntimeException Unavailable(string what) => new(ErrorCode.LimitUnavailable, $"{what}.");
}
