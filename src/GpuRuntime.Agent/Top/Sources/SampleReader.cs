using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Agent.Top.Sources;

/// <summary>Reads the document of <c>/api/v1/gpus</c>. Members that are not known are passed over: a newer agent may have more.</summary>
internal static class SampleReader
{
    /// <exception cref="FormatException">It is not such a document: what is wrong with it, as a sentence without its end.</exception>
    public static HostSample Read(ReadOnlyMemory<byte> document) => AnswerDocument.Read(document, Read);

    private static HostSample Read(JsonElement root)
    {
        var containers = root.List("containers", ContainerReader.Read);
        var identities = new Dictionary<(string Id, string Engine), ContainerIdentity>();
        foreach (var container in containers)
            identities.TryAdd((container.Container.Id, container.Container.Engine), container.Container);
        return new HostSample(root.Time("time").Required("time"))
        {
            Duration = Seconds(root.Number("durationSeconds")),
            Problems = root.Texts("problems"),
            Gpus = root.List("gpus", GpuReader.Read),
            Containers = containers,
            Processes = root.List("processes", process => Process(process, identities)),
        };
    }

    private static ProcessUse Process(JsonElement json, Dictionary<(string Id, string Engine), ContainerIdentity> containers)
    {
        var pid = json.Small("pid").Required("pid");
        var types = json.Texts("types");
        var use = new GpuProcess(pid, json.Text("unit").Required("unit"))
        {
            MemoryBytes = json.Whole("memoryBytes"),
            UtilizationRatio = json.Number("utilizationRatio"),
            BusySeconds = json.Number("busySeconds"),
            UsesCompute = types.Contains("compute"),
            UsesGraphics = types.Contains("graphics"),
        };
        return new ProcessUse(new ProcessIdentity(pid, json.Whole("startTime").Required("startTime")), json.Text("name").Required("name"), use)
        {
            Container = json.Text("container") is { } id ? Container(id, json.Text("engine").Required("engine"), containers) : null,
        };
    }

    private static ContainerIdentity Container(string id, string engine, Dictionary<(string Id, string Engine), ContainerIdentity> containers) =>
        containers.GetValueOrDefault((id, engine)) ?? new ContainerIdentity(id, engine);

    // TimeSpan.FromSeconds throws where the number is too large, and cuts what is just below a tick.
    private static TimeSpan Seconds(double? seconds) =>
        seconds is null ? TimeSpan.Zero : seconds is >= 0 and < 1e9 ? TimeSpan.FromTicks((long)Math.Round(seconds.Value * TimeSpan.TicksPerSecond)) : throw new FormatException("durationSeconds is not what it should be");

    private static JsonElement.ObjectEnumerator Object(JsonElement counts) =>
        counts.ValueKind == JsonValueKind.Object ? counts.EnumerateObject() : throw new FormatException("counts is not what it should be");

    /// <summary>The vendor of a GPU's or MIG device's id.</summary>
    internal static GpuVendor Vendor(string id) =>
        GpuVendors.Parse(id.AsSpan(0, Math.Max(0, id.IndexOf(':', StringComparison.Ordinal)))) ?? throw new FormatException("an id of a GPU names no vendor");

    internal static ImmutableDictionary<int, long> XidCounts(JsonElement counts)
    {
        var found = ImmutableDictionary.CreateBuilder<int, long>();
        foreach (var entry in Object(counts))
        {
            if (!int.TryParse(entry.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var xid))
                throw new FormatException("an XID is no number");
            if (!found.TryAdd(xid, counts.Whole(entry.Name).Required("an XID's count")))
                throw new FormatException("an XID is counted twice");
        }

        return found.ToImmutable();
    }
}
