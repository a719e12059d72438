using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Requests;

namespace GpuRuntime.Linux.Allocations;

/// <summary>
/// Of a user's own engine, which may not write into root's ledger: GPUs are shared, and nobody takes part in an account. What needs one is refused.
/// </summary>
internal sealed class RootlessAllocations(string stateDirectory) : IAllocations
{
    public Allocation Reserve(Func<IHoldings, Allocation> decide, bool comparesHolders = false)
    {
        var allocation = decide(Unrecorded.Instance);
        var needed = allocation.Mode == SharingMode.Exclusive ? "exclusive use" : allocation.Units.Any(unit => unit.Memory is not null) ? "a memory limit" : null;
        return needed is null ? allocation : throw new GpuRuntimeException(
            ErrorCode.LimitUnavailable,
            $"A rootless engine asks for {needed}, which needs the ledger of who holds what, and {stateDirectory} is root's; have root's engine start the container, or set stateDirectory to a directory of your own (that ledger knows your containers only).");
    }
}
