using GpuRuntime.Agent.Top.Output;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Agent.Top.View;

/// <summary>What each GPU's utilization and memory were in the last samples.</summary>
internal sealed class Trends
{
    // As many as the widest line has columns.
    private const int Kept = 240;

    private readonly Dictionary<string, Trend> _trends = new(StringComparer.Ordinal);

    public void Add(HostSample sample)
    {
        foreach (var gpu in sample.Gpus)
        {
            if (!_trends.TryGetValue(gpu.Gpu.Id, out var trend))
                _trends[gpu.Gpu.Id] = trend = new Trend();
            trend.Utilization.Add(gpu.UtilizationRatio);
            trend.Memory.Add(gpu.MemoryRatio());
            if (trend.Utilization.Count <= Kept)
                continue;
            trend.Utilization.RemoveAt(0);
            trend.Memory.RemoveAt(0);
        }
    }

    public IReadOnlyList<double?> Utilization(string gpuId) => _trends.TryGetValue(gpuId, out var trend) ? trend.Utilization : [];

    public IReadOnlyList<double?> Memory(string gpuId) => _trends.TryGetValue(gpuId, out var trend) ? trend.Memory : [];

    private sealed class Trend
    {
        public List<double?> Utilization { get; } = new(Kept + 1);

        public List<double?> Memory { get; } = new(Kept + 1);
    }
}
