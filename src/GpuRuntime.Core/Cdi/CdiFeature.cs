namespace GpuRuntime.Core.Cdi;

/// <summary>Something that specifications can say from some version on.</summary>
internal sealed record CdiFeature(CdiVersion Since, string Name)
{
    public static readonly CdiFeature MountType = new(CdiVersion.MountTypes, "a mount's type");
    public static readonly CdiFeature HostPath = new(CdiVersion.HostPaths, "a path of the host's for a device node");
    public static readonly CdiFeature DigitFirst = new(CdiVersion.HostPaths, "a device name that begins with a digit");
    public static readonly CdiFeature Annotation = new(CdiVersion.Annotations, "annotations");
    public static readonly CdiFeature DottedClass = new(CdiVersion.Annotations, "a dot in the class of the kind");
    public static readonly CdiFeature Groups = new(CdiVersion.Groups, "additional groups");
    public static readonly CdiFeature IntelRdt = new(CdiVersion.Groups, "Intel RDT");
    public static readonly CdiFeature NetDevice = new(CdiVersion.NetDevices, "network interfaces");
    public static readonly CdiFeature RdtSchemata = new(CdiVersion.NetDevices, "schemata and monitoring of Intel RDT");

    /// <summary>Each use of a feature that is newer than the first version, and where.</summary>
    public static IEnumerable<CdiFeatureUse> UsesIn(CdiSpec spec)
    {
        var slash = spec.Kind.IndexOf('/', StringComparison.Ordinal);
        if (slash >= 0 && spec.Kind.IndexOf('.', slash) >= 0)
            yield return new CdiFeatureUse(DottedClass, CdiPath.Root.Member("kind"));
        if (!spec.Annotations.IsEmpty)
            yield return new CdiFeatureUse(Annotation, CdiPath.Root.Member("annotations"));
        for (var i = 0; i < spec.Devices.Length; i++)
        {
            var device = spec.Devices[i];
            var path = CdiPath.Root.Member("devices").Item(i);
            if (device.Name.Length > 0 && char.IsAsciiDigit(device.Name[0]))
                yield return new CdiFeatureUse(DigitFirst, path.Member("name"));
            if (!device.Annotations.IsEmpty)
                yield return new CdiFeatureUse(Annotation, path.Member("annotations"));
            foreach (var use in UsesIn(device.Edits, path.Member("containerEdits")))
                yield return use;
        }

        foreach (var use in UsesIn(spec.Edits, CdiPath.Root.Member("containerEdits")))
            yield return use;
    }

    private static List<CdiFeatureUse> UsesIn(CdiEdits edits, CdiPath path)
    {
        var uses = new List<CdiFeatureUse>();
        for (var i = 0; i < edits.DeviceNodes.Length; i++)
        {
            if (edits.DeviceNodes[i].HostPath is not null)
                uses.Add(new CdiFeatureUse(HostPath, path.Member("deviceNodes").Item(i).Member("hostPath")));
        }

        for (var i = 0; i < edits.Mounts.Length; i++)
        {
            if (edits.Mounts[i].Type is not null)
                uses.Add(new CdiFeatureUse(MountType, path.Member("mounts").Item(i).Member("type")));
        }

        if (!edits.NetDevices.IsEmpty)
            uses.Add(new CdiFeatureUse(NetDevice, path.Member("netDevices")));
        if (!edits.AdditionalGids.IsEmpty)
            uses.Add(new CdiFeatureUse(Groups, path.Member("additionalGids")));
        if (edits.IntelRdt is { } rdt)
            uses.Add(new CdiFeatureUse(rdt.Schemata.IsEmpty && rdt.EnableMonitoring is null ? IntelRdt : RdtSchemata, path.Member("intelRdt")));
        return uses;
    }
}

internal sealed record CdiFeatureUse(CdiFeature Feature, CdiPath Path);
