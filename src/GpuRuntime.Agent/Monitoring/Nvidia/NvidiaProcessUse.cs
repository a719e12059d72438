using System.Collections.Immutable;
using GpuRuntime.Agent.Nvml;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Agent.Monitoring.Nvidia;

/// <summary>The processes of one GPU: who holds how much of its memory, and who kept it busy.</summary>
internal sealed class NvidiaProcessUse(NvmlDevice device)
{
    private ulong _newest;
    private bool _hasBegun;

    /// <param name="unitId">The GPU's.</param>
    public ImmutableArray<GpuProcess> Read(string unitId, NvmlReader reader)
    {
        var busy = Busy(reader);
        return [.. Of(device, unitId, reader).Select(process => process with { UtilizationRatio = busy is null ? null : busy.TryGetValue(process.Pid, out var ratio) ? ratio : 0 })];
    }

    /// <summary>Of a GPU or MIG device; who keeps a MIG device busy is not told.</summary>
    public static ImmutableArray<GpuProcess> Of(NvmlDevice device, string unitId, NvmlReader reader)
    {
        if (reader.Ask<ImmutableArray<NvmlProcess>>(() => device.Processes()) is not { } processes)
        {
            reader.MissProcesses();
            return [];
        }

        return
        [
            .. processes.Where(process => process.Pid is > 0 and <= int.MaxValue).GroupBy(process => (int)process.Pid).Select(group => new GpuProcess(group.Key, unitId)
            {
                MemoryBytes = group.All(process => process.UsedBytes is not null) ? group.Sum(process => (long)Math.Min(process.UsedBytes!.Value, long.MaxValue / 16)) : null,
                UsesCompute = group.Any(process => process.UsesCompute),
                UsesGraphics = group.Any(process => process.UsesGraphics),
            }),
        ];
    }

    // The mean of the samples since the last time, by process. A process without any was not busy; of one whose samples are no percentages it is not known.
    private Dictionary<int, double?>? Busy(NvmlReader reader)
    {
        if (reader.AskFor(() => device.ProcessSamples(_newest)) is not { } samples)
            return null;
        var since = _newest;
        foreach (var sample in samples)
            _newest = Math.Max(_newest, sample.Timestamp);
        // Samples of before the agent looked are of no period.
        var isFirst = !_hasBegun;
        _hasBegun = true;
        return isFirst
            ? null
            : samples.Where(sample => sample.Timestamp > since).GroupBy(sample => (int)sample.Pid).ToDictionary(group => group.Key, Mean);
    }

    private static double? Mean(IEnumerable<NvmlProcessSample> samples) => samples.Where(sample => sample.Sm <= 100).Average(sample => (double?)sample.Sm) / 100;
}
