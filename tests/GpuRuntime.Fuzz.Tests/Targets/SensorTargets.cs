using System.Buffers;
using System.Text.Json;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Monitoring.Amd;
using GpuRuntime.Core.Monitoring.Exposition;
using GpuRuntime.Core.Monitoring.Intel;
using GpuRuntime.Core.Monitoring.Samples;
using GpuRuntime.Fuzz.Tests.Contract;
using GpuRuntime.Fuzz.Tests.Inputs;

namespace GpuRuntime.Fuzz.Tests.Targets;

/// <summary>What GPUs' drivers and firmware tell of them, up to the JSON and the metrics that are made of it.</summary>
internal static class SensorTargets
{
    private static readonly Gpu Amd = new() { Vendor = GpuVendor.Amd, Index = 0, PciAddress = new PciAddress(0, 3, 0, 0), Driver = "amdgpu", MemoryBytes = 64L << 30 };
    private static readonly Gpu Xe = new() { Vendor = GpuVendor.Intel, Index = 0, PciAddress = new PciAddress(0, 4, 0, 0), Driver = "xe" };
    private static readonly Gpu I915 = Xe with { Index = 1, PciAddress = new PciAddress(0, 5, 0, 0), Driver = "i915" };

    /// <summary>A binary table of the firmware's, of a GPU or of one of its partitions.</summary>
    public static void RunTable(ReadOnlySpan<byte> input)
    {
        _ = PartitionMetrics.Parse(input);
        if (GpuMetrics.Parse(input) is { } metrics)
            Show(AmdReading.Of(new RecordedSensors(FileRecords.Parse([])), Amd, AmdSeldom.Nothing, metrics, null));
        _ = DeviceMemory.OfI915(input);
        _ = DeviceMemory.OfXe(input);
    }

    /// <summary>The files of one device.</summary>
    public static void RunFiles(ReadOnlySpan<byte> input)
    {
        var files = new RecordedSensors(FileRecords.Parse(input));
        var metrics = GpuMetrics.Read(files);
        foreach (var partition in (int?[])[null, 0, 1])
            Show(AmdReading.Of(files, Amd with { Partition = partition }, AmdSeldom.Read(files), metrics, metrics));
        foreach (var gpu in (Gpu[])[Xe, I915])
        {
            var meter = new EnergyMeter();
            Show(IntelReading.Of(files, gpu, null, meter, TimeSpan.FromSeconds(1)));
            Show(IntelReading.Of(files, gpu, null, meter, TimeSpan.FromSeconds(2)));
        }
    }

    private static void Show(GpuSample sample)
    {
        Broken.Unless(sample.UtilizationRatio is null or (>= 0 and <= 1), $"a ratio is 0 to 1 ({sample.UtilizationRatio})");
        Broken.Unless(sample.Engines.All(engine => engine.BusyRatio is >= 0 and <= 1), "an engine's ratio is 0 to 1");
        var host = new HostSample(DateTimeOffset.UnixEpoch) { Gpus = [sample] };
        var buffer = new ArrayBufferWriter<byte>();
        // What is no number is no JSON either.
        using (var json = new Utf8JsonWriter(buffer))
            SampleJson.Write(json, host);
        MetricPage.Write(host, new MetricSubject("1", "host"), Metrics.All, MetricFormat.OpenMetrics, buffer);
    }
}
