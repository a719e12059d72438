using System.Text.Json;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Monitoring.Samples;
using GpuRuntime.Core.Requests;
using UnitUse = GpuRuntime.Core.Monitoring.Samples.UnitUse;

namespace GpuRuntime.Agent.Top.Sources;

/// <summary>One container of the document.</summary>
internal static class ContainerReader
{
    public static ContainerUse Read(JsonElement json) => new(
        new ContainerIdentity(json.Text("id").Required("id"), json.Text("engine").Required("engine"))
        {
            Name = json.Text("name"),
            Pod = json.Text("pod"),
            PodNamespace = json.Text("namespace"),
            PodUid = json.Text("podUid"),
            PodContainer = json.Text("podContainer"),
        },
        json.List("units", Unit))
    {
        Since = json.Time("since"),
        Mode = json.Text("mode") switch
        {
            null => null,
            "shared" => SharingMode.Shared,
            "exclusive" => SharingMode.Exclusive,
            _ => throw new FormatException("mode is none that is known"),
        },
    };

    private static UnitUse Unit(JsonElement json)
    {
        var id = json.Text("id").Required("id");
        return new UnitUse(id, SampleReader.Vendor(id), json.Text("gpu").Required("gpu"))
        {
            IsGranted = json.Truth("granted") ?? false,
            MemoryUsedBytes = json.Whole("memoryUsedBytes"),
            MemoryLimit = json.Member("memoryLimit") is { } memory ? Memory(memory) : null,
            ComputeLimit = json.Member("computeLimit") is { } compute ? Compute(compute) : null,
            UtilizationRatio = json.Number("utilizationRatio"),
            BusySeconds = json.Number("busySeconds"),
            ProcessCount = json.Small("processes"),
        };
    }

    private static HeldMemory Memory(JsonElement json) => new(
        json.Whole("limitBytes").Required("limitBytes"),
        json.Whole("enforcedBytes").Required("enforcedBytes"),
        TierWords.LimitTier(json.Text("tier")) ?? throw new FormatException("tier is none that is known"));

    private static HeldCompute Compute(JsonElement json) => new(
        json.Small("percent").Required("percent"),
        json.Small("enforcedPercent"),
        TierWords.ComputeTier(json.Text("tier")) ?? throw new FormatException("tier is none that is known"));
}
