using System.Collections.Immutable;
using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Vendors.Nvidia;

/// <summary>What a container needs to use some of NVIDIA's GPUs with some of the driver's capabilities.</summary>
/// <param name="further">Nodes that the request names beside those of GPUs.</param>
public sealed class NvidiaEdits(
    IHostRoot host, NvidiaDriver driver, DriverFiles files, ImmutableArray<Gpu> gpus, DriverCapability capabilities, ImmutableArray<DeviceNode> further)
{
    private const string CompatibilityDirectory = "/usr/local/cuda/compat";

    private bool UsesCuda => (capabilities & (DriverCapability.Compute | DriverCapability.Video)) != 0;

    private bool UsesDisplay => (capabilities & (DriverCapability.Graphics | DriverCapability.Display)) != 0;

    public ContainerEdits Build()
    {
        var libraries = LibraryClosure.Find(host, files, capabilities);
        var nodes = Nodes();
        var mounts = libraries.Select(library => Mount(library.File, library.File.Path))
            .Concat(new CompanionFiles(host, files, driver.Version.ToString(), capabilities).Mounts());
        return new ContainerEdits
        {
            DeviceNodes = nodes,
            AdditionalGids = DeviceNode.GroupsOf(nodes),
            Mounts = [.. mounts.DistinctBy(mount => mount.ContainerPath)],
            Symlinks = [.. LibraryLinks.Of(libraries, files), .. UsesDisplay ? gpus.SelectMany(DrmNodes.ByPathLinks) : []],
            Libraries = [.. LibraryLinks.CacheEntries(libraries)],
            GeneratedFiles = UsesDisplay && !gpus.IsEmpty ? [EglProfile.Of(gpus.SelectMany(gpu => gpu.DeviceNodes.Select(node => node.Minor)))] : [],
            ProcFileMasks = driver.ModifyDeviceFiles
                ? [DriverParams.MaskOf(host.Locate(HostTree.Proc, NvidiaDriver.ParamsFile))]
                : [],
            ForwardCompatibility = UsesCuda ? new ForwardCompatibility(CompatibilityDirectory, driver.Version, driver.CudaVersion) : null,
        };
    }

    internal static ContainerMount Mount(DriverFile file, string containerPath) => new(file.HostPath, containerPath, ContainerMount.ReadOnly);

    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.DeviceNodeMissing"/>: the node of a capability is neither there nor known to the driver.</exception>
    internal static DeviceNode Registered(DeviceNode? capability, IHostRoot host) => capability ?? throw new GpuRuntimeException(
        ErrorCode.DeviceNodeMissing,
        $"MIG needs nodes in {host.Locate(HostTree.Dev, "nvidia-caps")}, and this driver has none: {host.Locate(HostTree.Proc, "devices")} lists no nvidia-caps, or {host.Locate(HostTree.Proc, "driver/nvidia/capabilities")} does not tell their numbers. Load a driver that knows MIG (R450 or newer).");

    private ImmutableArray<DeviceNode> Nodes()
    {
        var nodes = new NvidiaNodes(host);
        var wanted = new List<DeviceNode> { nodes.Control() };
        if (UsesDisplay)
            wanted.Add(nodes.Modeset());
        if (UsesCuda)
            wanted.AddRange(nodes.UnifiedMemory());
        foreach (var gpu in gpus)
        {
            wanted.AddRange(gpu.DeviceNodes);
            foreach (var device in gpu.MigDevices)
                wanted.AddRange(device.CapabilityNodes.IsEmpty ? [Registered(null, host)] : device.CapabilityNodes);
            if (UsesDisplay)
                wanted.AddRange(gpu.DrmNodes);
        }

        return [.. wanted.Concat(further).DistinctBy(node => node.Path)];
    }
}
