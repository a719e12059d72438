using System.Collections.Immutable;
using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Requests;

namespace GpuRuntime.Core.Vendors.Nvidia;

/// <summary>What a container with NVIDIA's GPUs or driver may have besides: each device feature, and IMEX channels.</summary>
internal static class FurtherDevices
{
    /// <param name="environment">As far as it may ask for devices.</param>
    /// <returns><see langword="null"/> when nothing is asked for.</returns>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.RequestInvalid"/>, <see cref="ErrorCode.DeviceNodeMissing"/>.</exception>
    public static ContainerEdits? Of(ContainerEnvironment environment, IHostRoot host)
    {
        var features = DeviceFeature.All.Where(feature => environment[feature.Variable] == DeviceFeature.Enabled).ToList();
        var channels = ImexChannels.Parse(environment[ImexChannels.Variable]);
        if (features.Count == 0 && channels.IsEmpty)
            return null;
        var nodes = new NvidiaNodes(host);
        ImmutableArray<DeviceNode> given = [.. features.SelectMany(feature => Nodes(feature, host, nodes)), .. ImexChannels.Nodes(channels, host, nodes)];
        return new ContainerEdits
        {
            DeviceNodes = given,
            AdditionalGids = DeviceNode.GroupsOf(given),
            Mounts = [.. features.SelectMany(feature => feature.Files).Select(path => Mount(path, host)).OfType<ContainerMount>()],
        };
    }

    private static List<DeviceNode> Nodes(DeviceFeature feature, IHostRoot host, NvidiaNodes nodes)
    {
        var there = feature.Nodes.SelectMany(name => Named(name, host)).Select(nodes.Existing).OfType<DeviceNode>().ToList();
        if (there.Count == 0)
        {
            var missing = string.Join(" and no ", feature.Nodes.Select(name => host.Locate(HostTree.Dev, name)));
            throw new GpuRuntimeException(
                ErrorCode.DeviceNodeMissing,
                $"{feature.Variable}={DeviceFeature.Enabled} asks for {feature.Devices}, and this host has no {missing}; {feature.Cure}, or start without the variable.");
        }

        if (feature.Control is { } control && nodes.Existing(control.Name) is null && nodes.Find(control.Name, control.Driver, control.Minor) is { } made)
            there.Insert(0, made);
        return there;
    }

    private static IEnumerable<string> Named(string name, IHostRoot host)
    {
        if (!name.EndsWith('*'))
            return [name];
        var slash = name.LastIndexOf('/') + 1;
        var (directory, beginning) = (name[..slash], name[slash..^1]);
        return from found in host.List(HostTree.Dev, directory)
               where found.StartsWith(beginning, StringComparison.Ordinal) && !found.AsSpan(beginning.Length).ContainsAnyExceptInRange('0', '9')
               select directory + found;
    }

    private static ContainerMount? Mount(string path, IHostRoot host) =>
        host.Find(path) is { Kind: DriverFileKind.Regular or DriverFileKind.Directory } file ? NvidiaEdits.Mount(file, path) : null;
}
