using System.Collections.Immutable;
using GpuRuntime.Core.Allocation;

namespace GpuRuntime.Agent.Monitoring.Attribution;

/// <summary>The containers of the ledger.</summary>
internal sealed class LedgerContainers : IDisposable
{
    private readonly Dictionary<AllocationEntry, LedgerContainer> _byEntry = new(ReferenceEqualityComparer.Instance);
    private ImmutableArray<AllocationEntry> _entries = [];
    private ILookup<string, LedgerContainer> _byId = Enumerable.Empty<LedgerContainer>().ToLookup(container => "");

    /// <summary>In the order of their entries.</summary>
    public ImmutableArray<LedgerContainer> All { get; private set; } = [];

    /// <summary>Those of one id, of different engines.</summary>
    public IEnumerable<LedgerContainer> Of(string id) => _byId[id];

    /// <summary>Takes over the ledger as it is now, and keeps what is known of containers that are still there.</summary>
    /// <param name="entries">The same array as long as nothing has changed.</param>
    public void Follow(ImmutableArray<AllocationEntry> entries)
    {
        if (entries == _entries)
            return;
        var present = entries.ToHashSet<AllocationEntry>(ReferenceEqualityComparer.Instance);
        foreach (var (entry, container) in _byEntry.Where(pair => !present.Contains(pair.Key)).ToList())
        {
            container.Dispose();
            _byEntry.Remove(entry);
        }

        foreach (var entry in entries)
        {
            if (!_byEntry.ContainsKey(entry))
                _byEntry[entry] = new LedgerContainer(entry);
        }

        _entries = entries;
        All = [.. entries.Select(entry => _byEntry[entry])];
        _byId = All.ToLookup(container => container.Entry.Container, StringComparer.Ordinal);
    }

    public void Dispose()
    {
        foreach (var container in _byEntry.Values)
            container.Dispose();
    }
}
