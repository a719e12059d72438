using System.Collections.Immutable;
using System.Globalization;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Checks;

/// <summary>The nodes of AMD's and Intel's GPUs: udev makes them, and its rules say who may open them.</summary>
internal static class DrmNodeChecks
{
    private const uint ForGroup = 0b110_000;
    private const uint ForAnybody = 0b110_110_110;

    public static IEnumerable<Finding> Run(IHostRoot host, ImmutableArray<Gpu> gpus) =>
        gpus.Where(gpu => gpu.Vendor != GpuVendor.Nvidia).GroupBy(gpu => gpu.Vendor)
            .SelectMany(own => Missing(host, own).Concat(Permissions($"{own.Key.Word()} nodes", [.. own.SelectMany(gpu => gpu.DrmNodes.Concat(gpu.DeviceNodes)).DistinctBy(node => node.Path)])));

    private static IEnumerable<Finding> Missing(IHostRoot host, IGrouping<GpuVendor, Gpu> gpus)
    {
        var topic = $"{gpus.Key.Word()} nodes";
        foreach (var gpu in gpus.Where(gpu => !gpu.MissingDrmNodes.IsEmpty))
        {
            var paths = gpu.MissingDrmNodes.Select(name => host.Locate(HostTree.Dev, $"dri/{name}"));
            yield return new Finding(
                topic, $"{string.Join(" and ", paths)} of {gpu.Id} missing, though the driver {gpu.Driver} has registered them: containers cannot get this GPU",
                "Have udev make them: udevadm trigger --subsystem-match=drm");
        }

        if (gpus.SelectMany(gpu => gpu.DeviceNodes).FirstOrDefault(node => node.MissingOnHost) is { } kfd)
            yield return new Finding(
                topic, $"{kfd.HostPath} missing, though KFD has registered it ({kfd.Major}:{kfd.Minor}): compute programs cannot start",
                "Have udev make it: udevadm trigger --subsystem-match=kfd");
    }

    private static IEnumerable<Finding> Permissions(string topic, ImmutableArray<DeviceNode> nodes)
    {
        var byAccess = nodes.Where(node => !node.MissingOnHost).ToLookup(AccessOf);
        if (Paths(byAccess[Access.Nobody]) is { Length: > 0 } closed)
            yield return new Finding(
                topic, $"{closed} closed to every user, root's programs without CAP_DAC_OVERRIDE among them",
                "Have udev set mode and group by its rules: udevadm trigger; or chmod 0660 them");
        if (Paths(byAccess[Access.Root]) is { Length: > 0 } rootOnly)
            yield return new Finding(
                topic, $"{rootOnly} cannot be opened by users other than root, since no group but root's may open them",
                "Give them a group and mode 0660, as udev's rules do (groups video and render): udevadm trigger; or run such containers as root");
        var usable = byAccess[Access.Group].Concat(byAccess[Access.All]).ToList();
        var groups = DeviceNode.GroupsOf(usable);
        if (usable.Count > 0)
            yield return new Finding(
                topic, groups.IsEmpty
                    ? $"{usable.Count} there, open to every user"
                    : $"{usable.Count} there, for the {(groups.Length == 1 ? "group" : "groups")} {string.Join(" and ", groups.Select(group => group.ToString(CultureInfo.InvariantCulture)))}, which a container's processes are put into");
    }

    private static string Paths(IEnumerable<DeviceNode> nodes) => NameList.Of(nodes.Select(node => node.HostPath));

    private static Access AccessOf(DeviceNode node) =>
        node.IsOpenToAll ? Access.All
        : node.Gid != 0 && (node.Mode & ForGroup) == ForGroup ? Access.Group
        : (node.Mode & ForAnybody) == 0 ? Access.Nobody
        : Access.Root;

    private enum Access
    {
        Nobody,
        Root,
        Group,
        All,
    }
}
