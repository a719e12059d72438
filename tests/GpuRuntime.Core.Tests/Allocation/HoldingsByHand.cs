using GpuRuntime.Core.Allocation;

namespace GpuRuntime.Core.Tests.Allocation;

/// <summary>Who holds what, as a test says.</summary>
internal sealed class HoldingsByHand : IHoldings
{
    private readonly Dictionary<string, List<Holder>> _holders = new(StringComparer.Ordinal);

    /// <summary>Lets a container hold units, by the names of <see cref="HeldUnit"/>.</summary>
    public void Hold(string container, bool exclusive, long limitBytes, params IEnumerable<string> units)
    {
        foreach (var unit in units)
        {
            if (!_holders.TryGetValue(unit, out var holders))
                _holders[unit] = holders = [];
            holders.Add(new Holder(container, exclusive, limitBytes));
        }
    }

    public UnitUse Of(HeldUnit unit) => _holders.TryGetValue(unit.Name, out var holders)
        ? new UnitUse(holders.Count, holders.Exists(holder => holder.IsExclusive), holders.Sum(holder => holder.LimitBytes))
        : UnitUse.Free;

    public IReadOnlyList<string> HoldersOf(HeldUnit unit) => _holders.TryGetValue(unit.Name, out var holders) ? [.. holders.Select(holder => holder.Container)] : [];

    private sealed record Holder(string Container, bool IsExclusive, long LimitBytes);
}
