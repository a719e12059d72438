using System.Globalization;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Core.Monitoring.Health;

/// <summary>A critical XID counts until the GPU is reset.</summary>
/// <param name="ignored">XIDs that count for nothing here.</param>
internal sealed class XidRule(IReadOnlySet<int> ignored) : IHealthRule
{
    private readonly HashSet<int> _seen = [];
    private readonly Dictionary<int, long> _counts = [];

    public IEnumerable<HealthReason> Judge(GpuSample sample, TimeSpan now)
    {
        if (sample.Xids is { Counts: var counts })
            Look(counts);
        var critical = CriticalXids.All.Where(xid => _seen.Contains(xid.Xid)).ToList();
        return critical.Count == 0
            ? []
            : [new HealthReason(HealthCodes.Xid, string.Join("; ", critical.Select(xid => string.Create(CultureInfo.InvariantCulture, $"XID {xid.Xid}, {xid.Meaning}"))), critical[0].Cure)];
    }

    public void Forget() => _seen.Clear();

    // A count below the last one is of a source that began anew: all of it is new.
    private void Look(IReadOnlyDictionary<int, long> counts)
    {
        foreach (var xid in CriticalXids.All.Select(critical => critical.Xid).Where(xid => !ignored.Contains(xid)))
        {
            var count = counts.GetValueOrDefault(xid);
            if (count > 0 && count != _counts.GetValueOrDefault(xid))
                _seen.Add(xid);
            _counts[xid] = count;
        }
    }
}
