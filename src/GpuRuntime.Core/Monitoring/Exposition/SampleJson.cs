using System.Globalization;
using System.Text.Json;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Monitoring.Samples;
using GpuRuntime.Core.Requests;

namespace GpuRuntime.Core.Monitoring.Exposition;

/// <summary>A sample as <c>/api/v1/gpus</c> and <c>gpu-runtime top --format json</c> give it: what is not known is no member.</summary>
public static partial class SampleJson
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    public static void Write(Utf8JsonWriter json, HostSample sample)
    {
        json.WriteStartObject();
        json.WriteString("time", Text(sample.Time));
        json.WriteNumber("durationSeconds", sample.Duration.TotalSeconds);
        json.WriteStartArray("problems");
        foreach (var problem in sample.Problems)
            json.WriteStringValue(problem);
        json.WriteEndArray();
        List(json, "gpus", sample.Gpus, WriteGpu);
        List(json, "containers", sample.Containers, WriteContainer);
        List(json, "processes", sample.Processes, WriteProcess);
        json.WriteEndObject();
    }

    internal static string Text(DateTimeOffset time) => time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);

    private static void WriteContainer(Utf8JsonWriter json, ContainerUse use)
    {
        json.WriteString("id", use.Container.Id);
        json.WriteString("engine", use.Container.Engine);
        Text(json, "name", use.Container.Name);
        Text(json, "pod", use.Container.Pod);
        Text(json, "namespace", use.Container.PodNamespace);
        Text(json, "podUid", use.Container.PodUid);
        Text(json, "podContainer", use.Container.PodContainer);
        Text(json, "since", use.Since is { } since ? Text(since) : null);
        Text(json, "mode", use.Mode switch { null => null, SharingMode.Exclusive => "exclusive", _ => "shared" });
        List(json, "units", use.Units, WriteUnit);
    }

    private static void WriteUnit(Utf8JsonWriter json, UnitUse unit)
    {
        json.WriteString("id", unit.UnitId);
        json.WriteString("gpu", unit.GpuId);
        json.WriteBoolean("granted", unit.IsGranted);
        Number(json, "memoryUsedBytes", unit.MemoryUsedBytes);
        if (unit.MemoryLimit is { } memory)
        {
            json.WriteStartObject("memoryLimit");
            json.WriteNumber("limitBytes", memory.LimitBytes);
            json.WriteNumber("enforcedBytes", memory.EnforcedBytes);
            json.WriteString("tier", memory.Tier.Word());
            json.WriteEndObject();
        }

        if (unit.ComputeLimit is { } compute)
        {
            json.WriteStartObject("computeLimit");
            json.WriteNumber("percent", compute.Percent);
            Number(json, "enforcedPercent", compute.EnforcedPercent);
            json.WriteString("tier", compute.Tier.Word());
            json.WriteEndObject();
        }

        Number(json, "utilizationRatio", unit.UtilizationRatio);
        Number(json, "busySeconds", unit.BusySeconds);
        Number(json, "processes", unit.ProcessCount);
    }

    private static void WriteProcess(Utf8JsonWriter json, ProcessUse process)
    {
        json.WriteNumber("pid", process.Process.Pid);
        json.WriteNumber("startTime", process.Process.StartTime);
        json.WriteString("name", process.Name);
        json.WriteString("unit", process.Use.UnitId);
        Text(json, "container", process.Container?.Id);
        Text(json, "engine", process.Container?.Engine);
        Number(json, "memoryBytes", process.Use.MemoryBytes);
        Number(json, "utilizationRatio", process.Use.UtilizationRatio);
        Number(json, "busySeconds", process.Use.BusySeconds);
        json.WriteStartArray("types");
        if (process.Use.UsesCompute)
            json.WriteStringValue("compute");
        if (process.Use.UsesGraphics)
            json.WriteStringValue("graphics");
        json.WriteEndArray();
    }

    private static void List<T>(Utf8JsonWriter json, string name, IEnumerable<T> items, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStartObject();
            write(json, item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Text(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
            json.WriteString(name, value);
    }

    private static void Number(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number && double.IsFinite(number))
            json.WriteNumber(name, number);
    }

    private static void Number(Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } number)
            json.WriteNumber(name, number);
    }

    private static void Flag(Utf8JsonWriter json, string name, bool? value)
    {
        if (value is { } flag)
            json.WriteBoolean(name, flag);
    }
}
