using System.Globalization;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Monitoring.Health;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Agent.Monitoring.Health;

/// <summary>The rules of <see cref="GpuHealthJudge"/> for every GPU of the host, known by where it is.</summary>
internal sealed class HealthRules : IHealthRules
{
    private readonly HashSet<int> _ignoredXids;
    private readonly Dictionary<(PciAddress Address, int? Partition), GpuHealthJudge> _judges = [];

    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.ConfigurationInvalid"/>: <c>agent.health.ignoredXids</c> holds what is no number.</exception>
    public HealthRules(RuntimeConfiguration configuration) => _ignoredXids = [.. configuration.AgentIgnoredXids.Select(Xid)];

    public GpuHealth Judge(GpuSample sample, bool isPresent, TimeSpan now)
    {
        var key = (sample.Gpu.PciAddress, sample.Gpu.Partition);
        if (!_judges.TryGetValue(key, out var judge))
            _judges[key] = judge = new GpuHealthJudge(_ignoredXids);
        return judge.Judge(sample, isPresent, now);
    }

    private static int Xid(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var xid)
            ? xid
            : throw new GpuRuntimeException(ErrorCode.ConfigurationInvalid, $"agent.health.ignoredXids holds {PrintableText.Quote(text)}, which is no XID: it must list numbers in quotes, such as \"94\".");
}
