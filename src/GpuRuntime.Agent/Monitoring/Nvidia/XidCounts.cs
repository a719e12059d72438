using System.Collections.Immutable;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Agent.Monitoring.Nvidia;

/// <summary>The XID errors that were seen since the agent looks, by GPU, whatever comes and goes meanwhile.</summary>
internal sealed class XidCounts
{
    private static readonly XidErrors None = new(null, ImmutableDictionary<int, long>.Empty);

    private readonly Lock _gate = new();
    private readonly Dictionary<PciAddress, XidErrors> _errors = [];

    public XidErrors Of(PciAddress address)
    {
        lock (_gate)
            return _errors.GetValueOrDefault(address, None);
    }

    public void Add(PciAddress address, int xid)
    {
        lock (_gate)
        {
            var counts = (ImmutableDictionary<int, long>)_errors.GetValueOrDefault(address, None).Counts;
            _errors[address] = new XidErrors(xid, counts.SetItem(xid, counts.GetValueOrDefault(xid) + 1));
        }
    }
}
