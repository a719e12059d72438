using System.Collections.Immutable;
using System.Text.Json;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Agent.Top.Sources;

/// <summary>One GPU of the document.</summary>
internal static class GpuReader
{
    public static GpuSample Read(JsonElement json)
    {
        var memory = json.Member("memory");
        return new GpuSample(Gpu(json))
        {
            UtilizationRatio = json.Number("utilizationRatio"),
            MemoryActivityRatio = json.Number("memoryActivityRatio"),
            Engines = json.List("engines", engine => new EngineActivity(engine.Text("engine").Required("engine"), engine.Number("busyRatio").Required("busyRatio"))),
            MemoryTotalBytes = memory?.Whole("totalBytes"),
            MemoryUsedBytes = memory?.Whole("usedBytes"),
            MemoryReservedBytes = memory?.Whole("reservedBytes"),
            MemoryPools = json.List("memoryPools", pool => new MemoryPool(pool.Text("pool").Required("pool"), pool.Whole("totalBytes"), pool.Whole("usedBytes"))),
            PowerWatts = json.Number("powerWatts"),
            PowerLimitWatts = json.Number("powerLimitWatts"),
            EnergyJoules = json.Number("energyJoules"),
            Temperatures = json.List("temperatures", sensor => new Temperature(sensor.Text("sensor").Required("sensor"), sensor.Number("celsius").Required("celsius"), sensor.Number("criticalCelsius"))),
            Clocks = json.List("clocks", clock => new Clock(clock.Text("domain").Required("domain"), clock.Number("hertz").Required("hertz"), clock.Number("maxHertz"))),
            Fans = json.List("fans", fan => new Fan(fan.Small("index").Required("index"), fan.Number("rpm"), fan.Number("ratio"))),
            Voltages = json.List("voltages", rail => new Voltage(rail.Text("rail").Required("rail"), rail.Number("volts").Required("volts"))),
            Pcie = json.Member("pcie") is { } pcie ? Pcie(pcie) : null,
            Errors = json.List("errors", Errors),
            Xids = json.Member("xids") is { } xids ? Xids(xids) : null,
            Resets = json.Whole("resets"),
            FailedReadings = json.Whole("failedReadings") ?? 0,
            Repairs = json.Member("repairs") is { } repairs ? Repairs(repairs) : null,
            Throttling = json.List("throttling", reason => new ThrottleReason(reason.Text("reason").Required("reason"), reason.Truth("active"), reason.Number("seconds"))),
            MigDevices = json.List("mig", Mig),
            HasUnknownProcesses = json.Truth("hasUnknownProcesses") ?? false,
            Health = json.Member("health") is { } health ? Health(health) : GpuHealth.Healthy,
            Problem = json.Text("problem"),
        };
    }

    private static Gpu Gpu(JsonElement json) => new()
    {
        Vendor = GpuVendors.Parse(json.Text("vendor").Required("vendor")) ?? throw new FormatException("vendor is none that is known"),
        Index = json.Small("index").Required("index"),
        PciAddress = PciAddress.Parse(json.Text("pciAddress").Required("pciAddress")) ?? throw new FormatException("pciAddress is none"),
        Partition = json.Small("partition"),
        Uuid = json.Text("uuid"),
        Name = json.Text("name"),
        Driver = json.Text("driver"),
        DriverVersion = json.Text("driverVersion"),
    };

    private static PcieLink Pcie(JsonElement json) => new()
    {
        TransfersPerSecond = json.Number("transfersPerSecond"),
        MaxTransfersPerSecond = json.Number("maxTransfersPerSecond"),
        Lanes = json.Small("lanes"),
        MaxLanes = json.Small("maxLanes"),
        ReceivedBytesPerSecond = json.Number("receivedBytesPerSecond"),
        TransmittedBytesPerSecond = json.Number("transmittedBytesPerSecond"),
        Replays = json.Whole("replays"),
    };

    private static ErrorCount Errors(JsonElement json) => new(
        json.Text("location").Required("location"),
        json.Text("kind") switch
        {
            "corrected" => ErrorKind.Corrected,
            "uncorrected" => ErrorKind.Uncorrected,
            "deferred" => ErrorKind.Deferred,
            _ => throw new FormatException("kind is none of an error that is known"),
        },
        json.Whole("count").Required("count"),
        json.Truth("lifetime") ?? false);

    private static XidErrors Xids(JsonElement json) => new(
        json.Small("last"), json.Member("counts") is { } counts ? SampleReader.XidCounts(counts) : ImmutableDictionary<int, long>.Empty);

    private static MemoryRepairs Repairs(JsonElement json) => new()
    {
        CorrectableRemappedRows = json.Whole("correctableRemappedRows"),
        UncorrectableRemappedRows = json.Whole("uncorrectableRemappedRows"),
        IsRemappingPending = json.Truth("isRemappingPending"),
        HasRemappingFailed = json.Truth("hasRemappingFailed"),
        PagesRetiredForCorrected = json.Whole("pagesRetiredForCorrected"),
        PagesRetiredForUncorrected = json.Whole("pagesRetiredForUncorrected"),
    };

    private static MigSample Mig(JsonElement json) => new(new MigDevice(json.Small("index").Required("index"), Instance(json, "gpuInstance"), Instance(json, "computeInstance"))
    {
        Uuid = json.Text("uuid"),
        Profile = json.Text("profile"),
    })
    {
        MemoryTotalBytes = json.Member("memory")?.Whole("totalBytes"),
        MemoryUsedBytes = json.Member("memory")?.Whole("usedBytes"),
        UtilizationRatio = json.Number("utilizationRatio"),
    };

    private static uint Instance(JsonElement json, string name) =>
        json.Small(name).Required(name) is >= 0 and var number ? (uint)number : throw new FormatException($"{name} is not what it should be");

    private static GpuHealth Health(JsonElement json) =>
        new(json.List("reasons", reason => new HealthReason(reason.Text("code").Required("code"), reason.Text("sentence").Required("sentence"))));
}
