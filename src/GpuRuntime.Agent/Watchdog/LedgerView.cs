using System.Collections.Immutable;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Allocations;

namespace GpuRuntime.Agent.Watchdog;

/// <summary>The ledger as the agent sees it: what cannot be read at this moment is told once, and is as it was.</summary>
internal sealed class LedgerView(string stateDirectory, WatchdogReport report)
{
    private const string Subject = "ledger";

    private readonly AllocationLedger _ledger = new(stateDirectory);
    private readonly LedgerReader _reader = new(stateDirectory);
    private ImmutableArray<AllocationEntry> _entries = [];

    public ImmutableArray<AllocationEntry> Entries()
    {
        if (Try(_reader.Read) is { } entries)
            _entries = entries;
        return _entries;
    }

    /// <summary>As it is now; empty when it cannot be read.</summary>
    public ImmutableArray<AllocationEntry> Fresh() => Try(_ledger.Read) ?? [];

    /// <summary>Takes the entries of containers that are gone away.</summary>
    public void Sweep() => _ = Try(_ledger.Sweep);

    private ImmutableArray<AllocationEntry>? Try(Func<ImmutableArray<AllocationEntry>> action)
    {
        try
        {
            var entries = action();
            report.Forget(subject => subject == Subject);
            return entries;
        }
        catch (GpuRuntimeException exception)
        {
            report.WarnOnce(Subject, exception.UserLine);
            return null;
        }
    }
}
