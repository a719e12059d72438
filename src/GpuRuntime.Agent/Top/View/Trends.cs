using GpuRuntime.Agent.Top.Output;
using GpuRuntime.Agent.Top.Sources;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Agent.Top.View;

/// <summary>What each GPU's utilization and memory were in the last samples.</summary>
internal sealed class Trends
{
    // As many as the widest line has columns.
    private const int Kept = 240;

    private readonly Dictionary<string, Trend> _trends = new(StringComparer.Ordinal);

    /// <summary>Before the first sample: what was then, as if samples had been taken, so that equal parts of a line are equal times.</summary>
    /// <param name="sample">The first one.</param>
    /// <param name="interval">From one sample to the next.</param>
    public void Begin(HostPast past, HostSample sample, TimeSpan interval)
    {
        foreach (var gpu in sample.Gpus)
        {
            if (past.Gpus.FirstOrDefault(known => known.GpuId == gpu.Gpu.Id) is not { Points: var points })
                continue;
            // The newest point stands for what is since then, which is less than a period.
            for (var ago = (int)Math.Min(Kept, points.Length * (past.Period / interval)) - 1; ago >= 0; ago--)
            {
                var (utilization, used) = points[points.Length - 1 - (int)(ago * (interval / past.Period))];
                Add(gpu.Gpu.Id, utilization, used / gpu.MemoryTotalBytes is { } ratio ? Math.Min(1, ratio) : null);
            }
        }
    }

    public void Add(HostSample sample)
    {
        foreach (var gpu in sample.Gpus)
            Add(gpu.Gpu.Id, gpu.UtilizationRatio, gpu.MemoryRatio());
    }

    public IReadOnlyList<double?> Utilization(string gpuId) => _trends.TryGetValue(gpuId, out var trend) ? trend.Utilization : [];

    public IReadOnlyList<double?> Memory(string gpuId) => _trends.TryGetValue(gpuId, out var trend) ? trend.Memory : [];

    private void Add(string gpuId, double? utilization, double? memory)
    {
        if (!_trends.TryGetValue(gpuId, out var trend))
            _trends[gpuId] = trend = new Trend();
        trend.Utilization.Add(utilization);
        trend.Memory.Add(memory);
        if (trend.Utilization.Count <= Kept)
            return;
        trend.Utilization.RemoveAt(0);
        trend.Memory.RemoveAt(0);
    }

    private sealed class Trend
    {
        public List<double?> Utilization { get; } = new(Kept + 1);

        public List<double?> Memory { get; } = new(Kept + 1);
    }
}
