using System.Collections.Immutable;
using System.Globalization;

namespace GpuRuntime.Core.Cdi.Text;

/// <summary>A specification as the nodes of a document, in the order in which CDI's own documentation gives the fields.</summary>
internal static class CdiNodes
{
    public static CdiNode Of(CdiSpec spec)
    {
        var map = Map();
        Add(map, "cdiVersion", Text(spec.Version.ToString()));
        Add(map, "kind", Text(spec.Kind));
        Add(map, "annotations", Texts(spec.Annotations));
        Add(map, "devices", List(spec.Devices, Of));
        if (!spec.Edits.IsEmpty)
            Add(map, "containerEdits", Of(spec.Edits));
        return map;
    }

    private static CdiNode Of(CdiDevice device)
    {
        var map = Map();
        Add(map, "name", Text(device.Name));
        Add(map, "annotations", Texts(device.Annotations));
        Add(map, "containerEdits", Of(device.Edits));
        return map;
    }

    private static CdiNode Of(CdiEdits edits)
    {
        var map = Map();
        Add(map, "env", List(edits.Environment, Text));
        Add(map, "deviceNodes", List(edits.DeviceNodes, Of));
        Add(map, "netDevices", List(edits.NetDevices, Of));
        Add(map, "mounts", List(edits.Mounts, Of));
        Add(map, "hooks", List(edits.Hooks, Of));
        Add(map, "additionalGids", List(edits.AdditionalGids, gid => Number(gid)!));
        if (edits.IntelRdt is { } rdt)
            Add(map, "intelRdt", Of(rdt));
        return map;
    }

    private static CdiNode Of(CdiDeviceNode node)
    {
        var map = Map();
        Add(map, "path", Text(node.Path));
        Add(map, "hostPath", OptionalText(node.HostPath));
        Add(map, "type", OptionalText(node.Type));
        Add(map, "major", Number(node.Major));
        Add(map, "minor", Number(node.Minor));
        Add(map, "fileMode", Number(node.FileMode));
        Add(map, "permissions", OptionalText(node.Permissions));
        Add(map, "uid", Number(node.Uid));
        Add(map, "gid", Number(node.Gid));
        return map;
    }

    private static CdiNode Of(CdiNetDevice device)
    {
        var map = Map();
        Add(map, "hostInterfaceName", Text(device.HostInterfaceName));
        Add(map, "name", Text(device.Name));
        return map;
    }

    private static CdiNode Of(CdiMount mount)
    {
        var map = Map();
        Add(map, "hostPath", Text(mount.HostPath));
        Add(map, "containerPath", Text(mount.ContainerPath));
        Add(map, "type", OptionalText(mount.Type));
        Add(map, "options", List(mount.Options, Text));
        return map;
    }

    private static CdiNode Of(CdiHook hook)
    {
        var map = Map();
        Add(map, "hookName", Text(hook.HookName));
        Add(map, "path", Text(hook.Path));
        Add(map, "args", List(hook.Args, Text));
        Add(map, "env", List(hook.Environment, Text));
        Add(map, "timeout", Number(hook.Timeout));
        return map;
    }

    private static CdiNode Of(CdiIntelRdt rdt)
    {
        var map = Map();
        Add(map, "closID", OptionalText(rdt.ClosId));
        Add(map, "l3CacheSchema", OptionalText(rdt.L3CacheSchema));
        Add(map, "memBwSchema", OptionalText(rdt.MemBwSchema));
        Add(map, "schemata", List(rdt.Schemata, Text));
        Add(map, "enableCMT", Flag(rdt.EnableCmt));
        Add(map, "enableMBM", Flag(rdt.EnableMbm));
        Add(map, "enableMonitoring", Flag(rdt.EnableMonitoring));
        return map;
    }

    private static CdiNode Map() => new(CdiNodeKind.Map, 0) { Members = [] };

    private static void Add(CdiNode map, string name, CdiNode? value)
    {
        if (value is not null)
            map.Members.Add(new CdiMember(name, 0, value));
    }

    private static CdiNode Text(string text) => new(CdiNodeKind.Text, 0) { Text = text };

    private static CdiNode? OptionalText(string? text) => string.IsNullOrEmpty(text) ? null : Text(text);

    private static CdiNode? Number(long? number) =>
        number is { } value ? new CdiNode(CdiNodeKind.Integer, 0) { Integer = value, Text = value.ToString(CultureInfo.InvariantCulture) } : null;

    private static CdiNode? Flag(bool? flag) =>
        flag is { } value ? new CdiNode(CdiNodeKind.Boolean, 0) { Boolean = value, Text = value ? "true" : "false" } : null;

    private static CdiNode? List<T>(ImmutableArray<T> items, Func<T, CdiNode> node)
    {
        if (items.IsEmpty)
            return null;
        var list = new CdiNode(CdiNodeKind.List, 0) { Items = new List<CdiNode>(items.Length) };
        foreach (var item in items)
            list.Items.Add(node(item));
        return list;
    }

    private static CdiNode? Texts(ImmutableSortedDictionary<string, string> texts)
    {
        if (texts.IsEmpty)
            return null;
        var map = Map();
        foreach (var pair in texts)
            Add(map, pair.Key, Text(pair.Value));
        return map;
    }
}
