using System.Collections.Immutable;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Kubernetes;

namespace GpuRuntime.Core.Tests.Kubernetes;

/// <summary>Tests that look at one host after the other, each made once.</summary>
[TestFixtureSource(typeof(NodeHost), nameof(NodeHost.Names))]
public abstract class EveryHost(string name)
{
    private NodeHost? _host;

    private protected NodeHost Host => _host!;

    /// <summary>Its GPUs with what only NVML tells of NVIDIA's, and what no file tells of some of Intel's.</summary>
    private protected ImmutableArray<Gpu> Gpus =>
    [
        .. Host.Gpus.Select(gpu => gpu with
        {
            MemoryBytes = gpu.MemoryBytes ?? 3 * NodeGpus.Gibibyte,
            MigDevices = [.. gpu.MigDevices.Select(device => device with { Profile = "1g.10gb", MemoryBytes = 2 * NodeGpus.Gibibyte })],
        }),
    ];

    /// <summary>Every way to offer them as units.</summary>
    private protected static ImmutableArray<RuntimeConfiguration> Units { get; } =
        [new() { KubernetesPartitions = PartitionNaming.Mixed }, new() { KubernetesPartitions = PartitionNaming.Mixed, KubernetesMig = MigStrategy.Mixed }];

    [OneTimeSetUp]
    public void MakeHost() => _host = NodeHost.Open(name);

    [OneTimeTearDown]
    public void RemoveHost() => _host?.Dispose();

    private protected static IEnumerable<(PluginResource Resource, PluginDevice Device)> Devices(ImmutableArray<Gpu> gpus, params IEnumerable<RuntimeConfiguration> ways) =>
        ways.SelectMany(way => PluginResources.Of(gpus, way)).SelectMany(resource => resource.Devices.Select(device => (resource, device)));
}
