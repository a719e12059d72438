using System.Collections.Immutable;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Allocations;

namespace GpuRuntime.Agent.Watchdog;

/// <summary>The ledger as the agent sees it: what cannot be read at this moment is told once, and is as it was.</summary>
internal sealed class LedgerView(string stateDirectory, WatchdogReport report)
{
    private const string Subject = "ledger";

    // On most hosts all of them.
    private const int FewestInTurn = 8;

    private const int PassesOfARound = 60;
    private const int PassesBetweenSweeps = 600;

    private readonly AllocationLedger _ledger = new(stateDirectory);
    private readonly LedgerReader _reader = new(stateDirectory);
    private ImmutableArray<AllocationEntry> _entries = [];
    private int _next;
    private int _passes;

    public ImmutableArray<AllocationEntry> Entries()
    {
        if (Try(_reader.Read) is { } entries)
            _entries = entries;
        return _entries;
    }

    /// <summary>As it is now; empty when it cannot be read.</summary>
    public ImmutableArray<AllocationEntry> Fresh() => Try(_ledger.Read) ?? [];

    /// <summary>
    /// Takes the entries of containers that are gone away: in each pass a few entries are looked at, each about once a minute. What has no entry, of
    /// creators that were killed, goes once in ten minutes, and with the creates in between.
    /// </summary>
    public void Sweep()
    {
        if (++_passes % PassesBetweenSweeps == 0)
        {
            _ = Try(_ledger.Sweep);
            return;
        }

        _ = Try(() =>
        {
            var count = Math.Min(_entries.Length, Math.Max(FewestInTurn, _entries.Length / PassesOfARound));
            for (var i = 0; i < count; i++)
            {
                _next = (_next + 1) % _entries.Length;
                _ledger.ReleaseGone(_entries[_next]);
            }

            return _entries;
        });
    }

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
