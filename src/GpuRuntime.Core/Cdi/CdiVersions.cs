using System.Collections.Immutable;
using GpuRuntime.Core.Errors;

namespace GpuRuntime.Core.Cdi;

/// <summary>Specifications of older versions, for engines that know no newer one.</summary>
public static class CdiVersions
{
    /// <summary>The oldest version that can say what the specification says. Engines refuse a file that names a version that they do not know, so that the oldest serves most.</summary>
    public static CdiVersion LeastFor(CdiSpec spec)
    {
        var least = CdiVersion.First;
        foreach (var use in CdiFeature.UsesIn(spec))
            least = use.Feature.Since > least ? use.Feature.Since : least;
        return least;
    }

    /// <summary>The specification as a file of version <paramref name="version"/>, without what that version cannot say.</summary>
    /// <param name="leftOut">A sentence for each kind of thing that is left out.</param>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.CdiSpecInvalid"/>: without it, the rest would be wrong.</exception>
    public static CdiSpec Fit(CdiSpec spec, CdiVersion version, out ImmutableArray<string> leftOut)
    {
        var fitting = new Fitting(version);
        var fitted = spec with
        {
            Version = version,
            Annotations = fitting.Annotations(spec.Annotations),
            Devices = [.. spec.Devices.Select(device => device with { Annotations = fitting.Annotations(device.Annotations), Edits = fitting.Edits(device.Edits) })],
            Edits = fitting.Edits(spec.Edits),
        };
        for (var i = 0; i < fitted.Devices.Length; i++)
        {
            if (fitted.Devices[i].Edits.IsEmpty && !spec.Devices[i].Edits.IsEmpty)
                throw Refused(version, $"nothing would be left of the device {PrintableText.Quote(spec.Devices[i].Name)}");
        }

        foreach (var use in CdiFeature.UsesIn(fitted))
        {
            if (use.Feature.Since > version)
                throw Refused(version, $"{use.Path} needs {use.Feature.Name}, which come{(use.Feature.Name.StartsWith("a ", StringComparison.Ordinal) ? "s" : "")} with {use.Feature.Since}");
        }

        leftOut = fitting.LeftOut;
        return fitted;
    }

    private static GpuRuntimeException Refused(CdiVersion version, string reason) =>
        new(ErrorCode.CdiSpecInvalid, $"The specification cannot be written in version {version} of CDI: {reason}.");

    private sealed class Fitting(CdiVersion version)
    {
        private readonly List<string> _leftOut = [];

        public ImmutableArray<string> LeftOut => [.. _leftOut];

        public ImmutableSortedDictionary<string, string> Annotations(ImmutableSortedDictionary<string, string> annotations) =>
            annotations.IsEmpty || version >= CdiVersion.Annotations ? annotations : Without(annotations.Clear(), "annotations", CdiVersion.Annotations);

        public CdiEdits Edits(CdiEdits edits)
        {
            var fitted = edits with { DeviceNodes = [.. edits.DeviceNodes.Select(Node)], Mounts = [.. edits.Mounts.Select(Mount).OfType<CdiMount>()] };
            if (!fitted.NetDevices.IsEmpty && version < CdiVersion.NetDevices)
                fitted = Without(fitted with { NetDevices = [] }, "network interfaces", CdiVersion.NetDevices);
            if (!fitted.AdditionalGids.IsEmpty && version < CdiVersion.Groups)
                fitted = Without(fitted with { AdditionalGids = [] }, "additional groups, without which a user other than root may not open the device nodes,", CdiVersion.Groups);
            if (fitted.IntelRdt is not null && version < CdiVersion.Groups)
                return Without(fitted with { IntelRdt = null }, "Intel RDT's settings", CdiVersion.Groups);
            if (fitted.IntelRdt is { } rdt && (!rdt.Schemata.IsEmpty || rdt.EnableMonitoring is not null) && version < CdiVersion.NetDevices)
                return Without(fitted with { IntelRdt = rdt with { Schemata = [], EnableMonitoring = null } }, "schemata and monitoring of Intel RDT", CdiVersion.NetDevices);
            return fitted;
        }

        private CdiDeviceNode Node(CdiDeviceNode node)
        {
            if (node.HostPath is null || version >= CdiVersion.HostPaths)
                return node;
            if (node.HostPath == node.Path)
                return node with { HostPath = null };
            // Without numbers the engine would take those of the host's node at the container's path: another device.
            if (node.Type is null || node.Major is null || node.Minor is null)
                throw Refused(version, $"the device node {PrintableText.Of(node.Path)} is {PrintableText.Of(node.HostPath)} on the host, which only its numbers could say instead");
            return Without(node with { HostPath = null }, "paths of device nodes on the host, whose numbers say the same,", CdiVersion.HostPaths);
        }

        private CdiMount? Mount(CdiMount mount)
        {
            if (mount.Type is null || version >= CdiVersion.MountTypes)
                return mount;
            return mount.IsBind
                ? Without(mount with { Type = null }, "types of bind mounts", CdiVersion.MountTypes)
                : Without<CdiMount?>(null, "mounts of file systems", CdiVersion.MountTypes);
        }

        private T Without<T>(T rest, string what, CdiVersion since)
        {
            var sentence = $"{char.ToUpperInvariant(what[0])}{what[1..]} are left out: version {version} has none, {since} and newer have them.";
            if (!_leftOut.Contains(sentence))
                _leftOut.Add(sentence);
            return rest;
        }
    }
}
