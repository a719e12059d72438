using System.Collections.Immutable;
using GpuRuntime.Core.Errors;

namespace GpuRuntime.Core.Cdi;

/// <summary>The rules of a <c>containerEdits</c>.</summary>
internal sealed class CdiEditRules
{
    // What the kernel's dev_t holds: include/linux/kdev_t.h.
    private const long LargestMajor = (1 << 12) - 1;
    private const long LargestMinor = (1 << 20) - 1;
    private const int LongestClosId = 4095;
    private static readonly ImmutableArray<string> Stages = ["prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"];

    private readonly CdiPath _path;
    private readonly ImmutableArray<CdiProblem>.Builder _problems;

    private CdiEditRules(CdiPath path, ImmutableArray<CdiProblem>.Builder problems)
    {
        _path = path;
        _problems = problems;
    }

    public static void Check(CdiEdits edits, CdiPath path, ImmutableArray<CdiProblem>.Builder problems)
    {
        var rules = new CdiEditRules(path, problems);
        rules.Environment(edits.Environment, path);
        for (var i = 0; i < edits.DeviceNodes.Length; i++)
            rules.DeviceNode(edits.DeviceNodes[i], path.Member("deviceNodes").Item(i));
        rules.NetDevices(edits.NetDevices);
        for (var i = 0; i < edits.Mounts.Length; i++)
            rules.Mount(edits.Mounts[i], path.Member("mounts").Item(i));
        for (var i = 0; i < edits.Hooks.Length; i++)
            rules.Hook(edits.Hooks[i], path.Member("hooks").Item(i));
        if (edits.IntelRdt?.ClosId is { } closId)
            rules.ClosId(closId);
    }

    private void DeviceNode(CdiDeviceNode node, CdiPath at)
    {
        AbsolutePath(node.Path, at.Member("path"));
        if (node.HostPath is not null)
            AbsolutePath(node.HostPath, at.Member("hostPath"));
        if (node.Type is not (null or "b" or "c" or "u" or "p"))
            Add(at.Member("type"), $"must be b, c, u or p, not {PrintableText.Quote(node.Type)}");
        Number(node.Major, LargestMajor, at.Member("major"));
        Number(node.Minor, LargestMinor, at.Member("minor"));
        if (node.Permissions is { } permissions && permissions.AsSpan().ContainsAnyExcept("rwm"))
            Add(at.Member("permissions"), $"must be letters of rwm, not {PrintableText.Quote(permissions)}");
    }

    private void NetDevices(ImmutableArray<CdiNetDevice> devices)
    {
        var hostNames = new HashSet<string>(StringComparer.Ordinal);
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < devices.Length; i++)
        {
            var at = _path.Member("netDevices").Item(i);
            InterfaceName(devices[i].HostInterfaceName, hostNames, at.Member("hostInterfaceName"));
            InterfaceName(devices[i].Name, names, at.Member("name"));
        }
    }

    private void InterfaceName(string name, HashSet<string> others, CdiPath at)
    {
        if (name.Length == 0)
            Add(at, "is missing");
        else if (!others.Add(name))
            Add(at, $"is given to two interfaces: {PrintableText.Quote(name)}");
    }

    private void Mount(CdiMount mount, CdiPath at)
    {
        AbsolutePath(mount.ContainerPath, at.Member("containerPath"));
        // The source of a tmpfs is a name.
        if (mount.IsBind)
            AbsolutePath(mount.HostPath, at.Member("hostPath"));
        else if (mount.HostPath.Length == 0)
            Add(at.Member("hostPath"), "is missing");
    }

    private void Hook(CdiHook hook, CdiPath at)
    {
        if (hook.HookName.Length == 0)
            Add(at.Member("hookName"), "is missing");
        else if (!Stages.Contains(hook.HookName))
            Add(at.Member("hookName"), $"must be one of {string.Join(", ", Stages)}, not {PrintableText.Quote(hook.HookName)}");
        AbsolutePath(hook.Path, at.Member("path"));
        Environment(hook.Environment, at);
        Number(hook.Timeout, uint.MaxValue, at.Member("timeout"));
    }

    // The name of a directory in /sys/fs/resctrl; a slash alone is that directory itself.
    private void ClosId(string closId)
    {
        if (closId != "/" && (closId is "." or ".." || closId.Length > LongestClosId || closId.AsSpan().ContainsAny('/', '\n')))
            Add(_path.Member("intelRdt").Member("closID"), $"must be a file name, not {PrintableText.Quote(closId)}");
    }

    private void Environment(ImmutableArray<string> entries, CdiPath owner)
    {
        for (var i = 0; i < entries.Length; i++)
        {
            if (entries[i].IndexOf('=', StringComparison.Ordinal) <= 0)
                Add(owner.Member("env").Item(i), $"must be NAME=value, not {PrintableText.Quote(entries[i])}");
        }
    }

    private void AbsolutePath(string path, CdiPath at)
    {
        if (path.Length == 0)
            Add(at, "is missing");
        else if (path[0] != '/')
            Add(at, $"must be an absolute path, not {PrintableText.Quote(path)}");
    }

    private void Number(long? number, long largest, CdiPath at)
    {
        if (number < 0 || number > largest)
            Add(at, $"must be from 0 to {largest}, not {number}");
    }

    private void Add(CdiPath path, string text) => _problems.Add(new CdiProblem(path, text));
}
