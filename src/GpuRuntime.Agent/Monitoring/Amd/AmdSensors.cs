using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Monitoring.Amd;
using GpuRuntime.Core.Monitoring.Samples;
using GpuRuntime.Linux.Monitoring;

namespace GpuRuntime.Agent.Monitoring.Amd;

/// <param name="throughput">Measures the link beside; <see langword="null"/> where that is not wanted.</param>
internal sealed class AmdSensors(Gpu gpu, SensorFiles files, PcieThroughput? throughput) : IGpuSensors
{
    /// <summary>How old what changes seldom may be.</summary>
    public static readonly TimeSpan Seldom = TimeSpan.FromSeconds(10);

    private AmdSeldom _seldom = AmdSeldom.Nothing;
    private TimeSpan? _seldomRead;
    private GpuMetrics? _last;

    public GpuSample Read(TimeSpan now)
    {
        files.Begin();
        if (files.ReadText("vendor") is null)
            throw new IOException(files.Problem ?? $"{gpu.PciAddress} is not on the PCI bus any more");
        if (files.ReadText("power/runtime_status") == "suspended")
            return Asleep();
        if (_seldomRead is not { } read || now - read >= Seldom)
            (_seldom, _seldomRead) = (gpu.Partition is null or 0 ? AmdSeldom.Read(files) : AmdSeldom.Nothing, now);
        var metrics = GpuMetrics.Read(files);
        var sample = AmdReading.Of(files, gpu, _seldom, metrics, _last);
        _last = metrics;
        sample = WithThroughput(sample);
        return Told(sample) ? sample : sample with { Problem = files.Problem ?? (gpu.Partition is > 0 ? null : IGpuSensors.NothingTold) };
    }

    public void Dispose()
    {
        throughput?.Dispose();
        files.Dispose();
    }

    // A laptop's second GPU, mostly: asking it for anything switches it on again.
    private GpuSample Asleep()
    {
        (_last, _seldomRead) = (null, null);
        return new GpuSample(gpu) { MemoryTotalBytes = gpu.MemoryBytes, Problem = "it sleeps, and is not woken to be read" };
    }

    private GpuSample WithThroughput(GpuSample sample) => throughput?.Latest is { } bandwidth
        ? sample with
        {
            Pcie = (sample.Pcie ?? new PcieLink()) with
            {
                ReceivedBytesPerSecond = bandwidth.ReceivedBytesPerSecond,
                TransmittedBytesPerSecond = bandwidth.TransmittedBytesPerSecond,
            },
        }
        : sample;

    // A partition but the first may have nothing of its own: its board's values are the first one's.
    private static bool Told(GpuSample sample) =>
        sample.UtilizationRatio is not null || sample.MemoryUsedBytes is not null || sample.PowerWatts is not null || !sample.Temperatures.IsEmpty || !sample.Clocks.IsEmpty;
}
