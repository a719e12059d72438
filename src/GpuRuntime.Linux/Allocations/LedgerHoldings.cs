using System.Text;
using GpuRuntime.Core.Allocation;

namespace GpuRuntime.Linux.Allocations;

/// <summary>Who holds what, seen with the lock held. Each unit's directory is listed once, when it is asked for.</summary>
/// <param name="ownKey">The owner whose own holdings do not count: it is about to have new ones.</param>
/// <param name="turn">A number that differs from create to create, so that each holder has its turn in <see cref="Sample"/>.</param>
internal sealed class LedgerHoldings(LedgerDirectory directory, string ownKey, int turn) : IHoldings
{
    private const int MostSampled = 2;

    private readonly Dictionary<string, UnitUse> _uses = new(StringComparer.Ordinal);
    private readonly byte[] _ownKey = Encoding.ASCII.GetBytes(ownKey);
    private readonly NameSample _sample = new(MostSampled, turn);

    /// <summary>A few of the holders that were seen, as <c>UNIT/NAME</c>: as many as a create can look at.</summary>
    public IReadOnlyList<string> Sample => _sample.Names;

    public UnitUse Of(HeldUnit unit)
    {
        if (!_uses.TryGetValue(unit.Name, out var use))
            _uses[unit.Name] = use = Read(unit.Name);
        return use;
    }

    public IReadOnlyList<string> HoldersOf(HeldUnit unit) =>
        [.. directory.HolderNames(unit.Name).Where(name => !name.StartsWith(ownKey, StringComparison.Ordinal))
            .Select(name => directory.ReadHolder(unit.Name, name)?.Container).OfType<string>().Distinct().Order(StringComparer.Ordinal)];

    private UnitUse Read(string unit)
    {
        var holders = 0;
        var isAnyExclusive = false;
        long limited = 0;
        var unitPath = unit + "/";
        directory.VisitHolders(unit, name =>
        {
            if (name.StartsWith(_ownKey))
                return;
            _sample.Offer(unitPath, name);
            if (!HolderName.TryParse(name, out var isExclusive, out var limit))
                return;
            holders++;
            isAnyExclusive |= isExclusive;
            limited = limited > long.MaxValue - limit ? long.MaxValue : limited + limit;
        });
        return holders == 0 ? UnitUse.Free : new UnitUse(holders, isAnyExclusive, limited);
    }
}
