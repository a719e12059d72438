using GpuRuntime.Core.Allocation;

namespace GpuRuntime.Linux.Allocations;

/// <summary>Who holds what, seen with the lock held. Each unit's directory is listed once, when it is asked for.</summary>
/// <param name="ownKey">The owner whose own holdings do not count: it is about to have new ones.</param>
internal sealed class LedgerHoldings(LedgerDirectory directory, string ownKey) : IHoldings
{
    private readonly Dictionary<string, UnitUse> _uses = new(StringComparer.Ordinal);

    /// <summary>Every holder that was seen.</summary>
    public List<SeenHolder> Seen { get; } = [];

    public UnitUse Of(HeldUnit unit)
    {
        if (!_uses.TryGetValue(unit.Name, out var use))
            _uses[unit.Name] = use = Read(unit.Name);
        return use;
    }

    public IReadOnlyList<string> HoldersOf(HeldUnit unit) =>
        [.. Others(unit.Name).Select(name => directory.ReadHolder(unit.Name, name)?.Container).OfType<string>().Distinct().Order(StringComparer.Ordinal)];

    private UnitUse Read(string unit)
    {
        var holders = 0;
        var isExclusive = false;
        long limited = 0;
        foreach (var name in Others(unit))
        {
            Seen.Add(new SeenHolder(unit, name));
            if (HolderName.Parse(name) is not { } holder)
                continue;
            holders++;
            isExclusive |= holder.IsExclusive;
            limited = limited > long.MaxValue - holder.LimitBytes ? long.MaxValue : limited + holder.LimitBytes;
        }

        return holders == 0 ? UnitUse.Free : new UnitUse(holders, isExclusive, limited);
    }

    private IEnumerable<string> Others(string unit) => directory.HolderNames(unit).Where(name => !name.StartsWith(ownKey, StringComparison.Ordinal));
}

/// <summary>A name in a unit's directory.</summary>
internal readonly record struct SeenHolder(string Unit, string Name);
