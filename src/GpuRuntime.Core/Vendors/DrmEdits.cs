using System.Collections.Immutable;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Vendors.UserSpace;

namespace GpuRuntime.Core.Vendors;

/// <summary>
/// What a container needs of GPUs whose drivers are the kernel's own: nodes, their groups, and by-path links for exactly these. Images bring the
/// user-space files; the host's come along for the capabilities that the request itself names.
/// </summary>
internal static class DrmEdits
{
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.DeviceNodeMissing"/>.</exception>
    public static ContainerEdits Of(VendorGrant grant, IHostRoot host, RuntimeConfiguration configuration)
    {
        foreach (var gpu in grant.Gpus)
            RefuseWithoutNodes(gpu, host);
        // NVIDIA's variable does not count here: it stands in images that know no other vendor.
        var capabilities = grant.Request.Capabilities is { } names ? CapabilityNames.Parse(names, grant.Request.Source) : DriverCapability.None;
        var nodes = grant.Gpus.SelectMany(gpu => gpu.DrmNodes.Concat(gpu.DeviceNodes));
        if (capabilities.HasFlag(DriverCapability.Utility))
            nodes = nodes.Concat(grant.Gpus.SelectMany(gpu => gpu.ManagementNodes));
        ImmutableArray<DeviceNode> distinct = [.. nodes.DistinctBy(node => node.Path)];
        var edits = new ContainerEdits
        {
            DeviceNodes = distinct,
            AdditionalGids = DeviceNode.GroupsOf(distinct),
            Symlinks = [.. grant.Gpus.SelectMany(DrmNodes.ByPathLinks)],
        };
        return grant.Gpus.IsEmpty ? edits : ContainerEdits.Join(edits, HostUserSpace.Of(host, grant.Gpus[0].Vendor, capabilities, configuration));
    }

    private static void RefuseWithoutNodes(Gpu gpu, IHostRoot host)
    {
        if (gpu.MissingDrmNodes.IsEmpty)
            return;
        var missing = string.Join(" and ", gpu.MissingDrmNodes.Select(name => host.Locate(HostTree.Dev, $"dri/{name}")));
        throw new GpuRuntimeException(
            ErrorCode.DeviceNodeMissing,
            $"{missing} of {gpu.Id} ({gpu.PciAddress}) missing, though the driver {gpu.Driver} has registered them; have udev make them with: udevadm trigger --subsystem-match=drm, or give another GPU.");
    }
}
