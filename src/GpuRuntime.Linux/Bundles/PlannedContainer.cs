using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Allocations;
using GpuRuntime.Linux.Processes;

namespace GpuRuntime.Linux.Bundles;

/// <summary>The container that a plan is made for.</summary>
/// <param name="Bundle">The bundle's directory; absolute.</param>
/// <param name="Owner">Whose entry in the ledger it has.</param>
/// <param name="Process">Whose life the entry begins with: the creator's, or the container's first process.</param>
/// <param name="LowLevelRuntime">Path or name of the runtime that starts it, as far as that is known.</param>
public sealed record PlannedContainer(string Id, string Bundle, AllocationOwner Owner, ProcessIdentity Process, string LowLevelRuntime)
{
    /// <summary>A container that this process creates, by becoming the low-level runtime.</summary>
    /// <param name="root">The runtime's <c>--root</c>, if the engine gives one.</param>
    public static PlannedContainer OfRuntime(string id, string bundle, string? root, string runtime) =>
        new(id, Path.GetFullPath(bundle), AllocationOwner.OfRuntime(id, root, runtime), ProcessStat.Self, runtime);

    /// <summary>A container that a runtime has created and calls a hook for.</summary>
    /// <param name="pid">Its first process.</param>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.ContainerProcessMissing"/>.</exception>
    public static PlannedContainer OfHook(string id, string bundle, int pid) => new(
        id,
        bundle,
        AllocationOwner.OfHook(id, bundle),
        ProcessStat.Of(pid) ?? throw new GpuRuntimeException(ErrorCode.ContainerProcessMissing, $"Process {pid} of the container is gone."),
        "");

    /// <summary>The ledger; <see langword="null"/> for a rootless engine, which has none to write into.</summary>
    internal OwnedAllocations? Allocations(RuntimeConfiguration configuration)
    {
        var ledger = new AllocationLedger(configuration.StateDirectory);
        return OwnProgram.IsInUserNamespace && !ledger.IsWritable ? null : ledger.For(Owner, Bundle, Process);
    }
}
