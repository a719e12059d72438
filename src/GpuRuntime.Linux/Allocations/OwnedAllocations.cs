using GpuRuntime.Core.Allocation;

namespace GpuRuntime.Linux.Allocations;

/// <summary>The ledger as the creator of one container uses it.</summary>
public sealed class OwnedAllocations(AllocationLedger ledger, AllocationOwner owner, string bundle, ProcessIdentity process) : IAllocations
{
    private bool _reserved;

    public Allocation Reserve(Func<IHoldings, Allocation> decide, bool comparesHolders = false)
    {
        var allocation = ledger.Reserve(owner, bundle, process, decide, comparesHolders);
        _reserved = true;
        return allocation;
    }

    /// <summary>The container does not come to be: it holds nothing.</summary>
    public void Release()
    {
        if (_reserved)
            ledger.Release(owner, entry => entry.Process == process);
        _reserved = false;
    }
}
