using System.Collections.Immutable;
using System.Globalization;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Requests;

namespace GpuRuntime.Core.Kubernetes;

/// <summary>What the kubelet is told to give to a container that has got devices.</summary>
public sealed record ContainerAnswer
{
    // What the vendors' own toolkits take for "leave this container alone".
    private const string Nothing = "void";

    public ImmutableSortedDictionary<string, string> Environment { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    public ImmutableSortedDictionary<string, string> Annotations { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Nodes with their path in the container, on the host, and what may be done with them.</summary>
    public ImmutableArray<DeviceNode> Nodes { get; init; } = [];

    /// <summary>Qualified names of CDI devices.</summary>
    public ImmutableArray<string> CdiDevices { get; init; } = [];

    /// <param name="ids">Of devices of the resource, each once.</param>
    /// <exception cref="GpuRuntimeException">
    /// <see cref="ErrorCode.GpuNotFound"/>: an id is none of the resource's. <see cref="ErrorCode.KubernetesRefused"/>: these devices cannot be given together.
    /// </exception>
    public static ContainerAnswer Of(PluginResource resource, IReadOnlyCollection<string> ids, RuntimeConfiguration configuration)
    {
        var devices = NamedDevices.Of(resource, ids);
        if (devices.IsEmpty)
            return new ContainerAnswer();
        // Several shares of one unit are one turn at it.
        ImmutableArray<HeldUnit> units = [.. devices.Select(device => device.Unit).DistinctBy(unit => unit.Name)];
        if (resource.Kind == ResourceKind.Memory)
            return OfMemory(resource, units, devices.Length, configuration);
        return configuration.KubernetesDeviceList switch
        {
            DeviceListStrategy.Cdi => new ContainerAnswer { CdiDevices = [.. units.Select(unit => UnitNames.InSpecification(unit, resource))] },
            DeviceListStrategy.Environment => new ContainerAnswer { Environment = Variable(units, string.Join(',', units.Select(unit => UnitNames.InVariable(unit, resource)))) },
            // An image's own "all" would have a runtime of GPUs that stands in the way give it every one.
            _ => new ContainerAnswer { Nodes = NodesOf(units, configuration), Environment = Variable(units, Nothing) },
        };
    }

    private static ContainerAnswer OfMemory(PluginResource resource, ImmutableArray<HeldUnit> units, int gibibytes, RuntimeConfiguration configuration)
    {
        if (units is not [var unit])
            throw new GpuRuntimeException(
                ErrorCode.KubernetesRefused,
                $"{resource.Name}: these {gibibytes} GiB lie on {units.Length} GPUs ({string.Join(", ", units.Select(unit => unit.Id))}), and a container can have those of one; ask for no more than one GPU has free.");
        var request = string.Create(CultureInfo.InvariantCulture, $"device={UnitNames.InRequest(unit, resource)},memory={gibibytes}GiB");
        return configuration.KubernetesDeviceList switch
        {
            DeviceListStrategy.Cdi => new ContainerAnswer { Annotations = One(RequestReader.GpusAnnotation, request) },
            DeviceListStrategy.Environment => new ContainerAnswer { Environment = One(RequestReader.GpusVariable, request) },
            _ => throw new GpuRuntimeException(ErrorCode.KubernetesRefused, $"{resource.Name}: device nodes alone hold no container to an amount of memory; set kubernetes.deviceList to cdi or environment."),
        };
    }

    // All units of a resource are one vendor's.
    private static ImmutableSortedDictionary<string, string> Variable(ImmutableArray<HeldUnit> units, string value) => One(units[0].Gpu.Vendor.VisibleDevicesVariable(), value);

    private static ImmutableSortedDictionary<string, string> One(string name, string value) => ImmutableSortedDictionary<string, string>.Empty.Add(name, value);

    private static ImmutableArray<DeviceNode> NodesOf(ImmutableArray<HeldUnit> units, RuntimeConfiguration configuration) =>
    [
        .. units.Select(unit => unit.Gpu)
            .SelectMany(gpu => gpu.DriverNodes.Concat(gpu.DeviceNodes).Concat(gpu.DrmNodes).Concat(gpu.MigDevices.SelectMany(device => device.CapabilityNodes)))
            .DistinctBy(node => node.Path)
            .Select(node => node with { HostPath = OnHost(node.HostPath, configuration.HostRoot) }),
    ];

    // The kubelet's paths are the host's, and this process may see the host below a directory.
    private static string OnHost(string path, string root)
    {
        var prefix = root.TrimEnd('/');
        return path.StartsWith(prefix + "/", StringComparison.Ordinal) ? path[prefix.Length..] : path;
    }
}
