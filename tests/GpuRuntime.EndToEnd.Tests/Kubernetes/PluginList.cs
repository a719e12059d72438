using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace GpuRuntime.EndToEnd.Tests.Kubernetes;

/// <summary>The devices of a resource as a plugin has told them once.</summary>
internal sealed record PluginList(ImmutableArray<PluginListEntry> Devices)
{
    public ImmutableArray<string> Ids => [.. Devices.Select(static device => device.Id)];

    public ImmutableArray<string> Healthy => [.. Devices.Where(static device => device.Health == "Healthy").Select(static device => device.Id)];

    /// <param name="list">As <c>device-kubelet.py</c> writes it.</param>
    public static PluginList Parse(JsonNode list) =>
        new([.. list.AsArray().Select(static device => new PluginListEntry((string)device!["id"]!, (string)device["health"]!, string.Join(',', device["numa"]!.AsArray().Select(static node => (long)node!))))]);

    public override string ToString() => string.Join(' ', Devices.Select(static device => $"{device.Id}:{device.Health}"));
}

/// <param name="Numa">Numbers of its NUMA nodes; empty for none.</param>
internal sealed record PluginListEntry(string Id, string Health, string Numa);
