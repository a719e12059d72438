using System.Collections.Immutable;
using System.Text;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Linux.Interop;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Linux.Cgroups;

/// <summary>Version 1: rules as lines, <c>c 195:0 rw</c> (Documentation/admin-guide/cgroup-v1/devices.rst).</summary>
internal sealed class DeviceCgroupV1(FileDescriptor directory, string path) : DeviceCgroup(directory, path)
{
    private const int LargestList = 1 << 20;

    protected override void AllowNodes(ImmutableArray<DeviceNode> nodes, UndoLog undo)
    {
        var present = Rules();
        // A cgroup that allows everything but some devices does not list these: each rule has to be written, and whether it took an exception
        // away cannot be seen. It is the last that a hook does, so that there is nothing to take back for.
        var allowsByDefault = present.Any(rule => rule.StartsWith('a'));
        foreach (var rule in nodes.Where(node => allowsByDefault || !IsAllowed(node, present)).Select(node => Missing(node, present)).Distinct())
        {
            Write("devices.allow", rule);
            if (!allowsByDefault)
                undo.Add($"{Path}: {rule}", () => Write("devices.deny", rule));
        }
    }

    protected override string Advice(Errno errno) => errno == Errno.NotPermitted ? " A cgroup can only allow what the cgroup above it allows." : "";

    private static bool IsAllowed(DeviceNode node, ImmutableArray<string> rules) => rules.Any(rule =>
        rule.Split([' ', ':']) is ["c", var major, var minor, var access]
        && (major == "*" || major == $"{node.Major}") && (minor == "*" || minor == $"{node.Minor}")
        && access.Contains('r', StringComparison.Ordinal) && access.Contains('w', StringComparison.Ordinal));

    // Only what the rule for this very node lacks: rules for the same node are joined, and taking ours back takes no more from it than that.
    private static string Missing(DeviceNode node, ImmutableArray<string> rules)
    {
        var name = $"c {node.Major}:{node.Minor} ";
        var own = rules.FirstOrDefault(rule => rule.StartsWith(name, StringComparison.Ordinal))?[name.Length..] ?? "";
        return $"{name}{(own.Contains('r', StringComparison.Ordinal) ? "" : "r")}{(own.Contains('w', StringComparison.Ordinal) ? "" : "w")}";
    }

    private ImmutableArray<string> Rules()
    {
        using var list = Libc.OpenAt(Directory.Number, "devices.list", OpenFlags.ReadOnly, Resolve.Beneath);
        return FileContent.ReadAll(list, LargestList, out _) is { } content
            ? [.. Encoding.ASCII.GetString(content).Split('\n', StringSplitOptions.RemoveEmptyEntries)]
            : throw Unchangeable($"{Path}/devices.list cannot be read.");
    }

    private void Write(string name, string rule)
    {
        using var file = Libc.OpenAt(Directory.Number, name, OpenFlags.WriteOnly, Resolve.Beneath);
        Libc.WriteAll(file, Encoding.ASCII.GetBytes(rule), $"{Path}/{name} ({rule})");
    }
}
