using System.Globalization;
using System.Text.Json;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Core.Monitoring.Exposition;

public static partial class SampleJson
{
    private static void WriteGpu(Utf8JsonWriter json, GpuSample sample)
    {
        var gpu = sample.Gpu;
        json.WriteString("id", gpu.Id);
        json.WriteString("vendor", gpu.Vendor.Word());
        json.WriteNumber("index", gpu.Index);
        json.WriteString("pciAddress", gpu.PciAddress.ToString());
        Number(json, "partition", gpu.Partition);
        Text(json, "uuid", gpu.Uuid);
        Text(json, "name", gpu.Name);
        Text(json, "driver", gpu.Driver);
        Text(json, "driverVersion", gpu.DriverVersion);
        Number(json, "utilizationRatio", sample.UtilizationRatio);
        Number(json, "memoryActivityRatio", sample.MemoryActivityRatio);
        List(json, "engines", sample.Engines, static (json, engine) =>
        {
            json.WriteString("engine", engine.Engine);
            Number(json, "busyRatio", engine.BusyRatio);
        });
        WriteMemory(json, sample.MemoryTotalBytes, sample.MemoryUsedBytes, sample.MemoryReservedBytes);
        List(json, "memoryPools", sample.MemoryPools, static (json, pool) =>
        {
            json.WriteString("pool", pool.Pool);
            Number(json, "totalBytes", pool.TotalBytes);
            Number(json, "usedBytes", pool.UsedBytes);
        });
        Number(json, "powerWatts", sample.PowerWatts);
        Number(json, "powerLimitWatts", sample.PowerLimitWatts);
        Number(json, "energyJoules", sample.EnergyJoules);
        WriteSensors(json, sample);
        WriteErrors(json, sample);
        List(json, "mig", sample.MigDevices, static (json, mig) =>
        {
            json.WriteNumber("index", mig.Device.Index);
            json.WriteNumber("gpuInstance", mig.Device.GpuInstance);
            json.WriteNumber("computeInstance", mig.Device.ComputeInstance);
            Text(json, "uuid", mig.Device.Uuid);
            Text(json, "profile", mig.Device.Profile);
            WriteMemory(json, mig.MemoryTotalBytes, mig.MemoryUsedBytes, null);
            Number(json, "utilizationRatio", mig.UtilizationRatio);
        });
        if (sample.HasUnknownProcesses)
            json.WriteBoolean("hasUnknownProcesses", true);
        json.WriteStartObject("health");
        json.WriteBoolean("healthy", sample.Health.IsHealthy);
        List(json, "reasons", sample.Health.Reasons, static (json, reason) =>
        {
            json.WriteString("code", reason.Code);
            json.WriteString("sentence", reason.Sentence);
        });
        json.WriteEndObject();
        Text(json, "problem", sample.Problem);
    }

    private static void WriteMemory(Utf8JsonWriter json, long? total, long? used, long? reserved)
    {
        if (total is null && used is null && reserved is null)
            return;
        json.WriteStartObject("memory");
        Number(json, "totalBytes", total);
        Number(json, "usedBytes", used);
        Number(json, "reservedBytes", reserved);
        json.WriteEndObject();
    }

    private static void WriteSensors(Utf8JsonWriter json, GpuSample sample)
    {
        List(json, "temperatures", sample.Temperatures, static (json, temperature) =>
        {
            json.WriteString("sensor", temperature.Sensor);
            Number(json, "celsius", temperature.Celsius);
            Number(json, "criticalCelsius", temperature.CriticalCelsius);
        });
        List(json, "clocks", sample.Clocks, static (json, clock) =>
        {
            json.WriteString("domain", clock.Domain);
            Number(json, "hertz", clock.Hertz);
            Number(json, "maxHertz", clock.MaxHertz);
        });
        List(json, "fans", sample.Fans, static (json, fan) =>
        {
            json.WriteNumber("index", fan.Index);
            Number(json, "rpm", fan.Rpm);
            Number(json, "ratio", fan.Ratio);
        });
        List(json, "voltages", sample.Voltages, static (json, voltage) =>
        {
            json.WriteString("rail", voltage.Rail);
            Number(json, "volts", voltage.Volts);
        });
        if (sample.Pcie is not { } pcie)
            return;
        json.WriteStartObject("pcie");
        Number(json, "transfersPerSecond", pcie.TransfersPerSecond);
        Number(json, "maxTransfersPerSecond", pcie.MaxTransfersPerSecond);
        Number(json, "lanes", pcie.Lanes);
        Number(json, "maxLanes", pcie.MaxLanes);
        Number(json, "receivedBytesPerSecond", pcie.ReceivedBytesPerSecond);
        Number(json, "transmittedBytesPerSecond", pcie.TransmittedBytesPerSecond);
        Number(json, "replays", pcie.Replays);
        json.WriteEndObject();
    }

    private static void WriteErrors(Utf8JsonWriter json, GpuSample sample)
    {
        List(json, "errors", sample.Errors, static (json, error) =>
        {
            json.WriteString("location", error.Location);
            json.WriteString("kind", Metrics.Word(error.Kind));
            json.WriteNumber("count", error.Count);
            json.WriteBoolean("lifetime", error.IsLifetime);
        });
        if (sample.Xids is { } xids)
        {
            json.WriteStartObject("xids");
            Number(json, "last", xids.Last);
            json.WriteStartObject("counts");
            foreach (var (xid, count) in xids.Counts.OrderBy(pair => pair.Key))
                json.WriteNumber(xid.ToString(CultureInfo.InvariantCulture), count);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        Number(json, "resets", sample.Resets);
        Number(json, "failedReadings", (long?)sample.FailedReadings);
        if (sample.Repairs is { } repairs)
        {
            json.WriteStartObject("repairs");
            Number(json, "correctableRemappedRows", repairs.CorrectableRemappedRows);
            Number(json, "uncorrectableRemappedRows", repairs.UncorrectableRemappedRows);
            Flag(json, "isRemappingPending", repairs.IsRemappingPending);
            Flag(json, "hasRemappingFailed", repairs.HasRemappingFailed);
            Number(json, "pagesRetiredForCorrected", repairs.PagesRetiredForCorrected);
            Number(json, "pagesRetiredForUncorrected", repairs.PagesRetiredForUncorrected);
            json.WriteEndObject();
        }

        List(json, "throttling", sample.Throttling, static (json, reason) =>
        {
            json.WriteString("reason", reason.Reason);
            Flag(json, "active", reason.IsActive);
            Number(json, "seconds", reason.Seconds);
        });
    }
}
