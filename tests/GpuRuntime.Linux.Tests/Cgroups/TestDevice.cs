using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Linux.Tests.Cgroups;

/// <summary>
/// A device that children of tests try. Those that are given to them have numbers of which Linux has no driver (120 to 127 are for local use,
/// minor 1048575 is the last that there is): an allowed open fails of that, a denied one of the cgroup.
/// </summary>
/// <param name="Kind"><c>c</c> or <c>b</c>.</param>
internal readonly record struct TestDevice(char Kind, uint Major, uint Minor)
{
    public static TestDevice Null { get; } = new('c', 1, 3);

    public static TestDevice[] All { get; } =
    [
        new('c', 122, 0), new('c', 122, 1), new('c', 122, 2), new('c', 122, 255), new('c', 122, 256), new('c', 122, 300), new('c', 122, 44),
        new('c', 121, 0), new('c', 123, 0), new('c', 123, 1), new('c', 0, 122), new('c', 378, 0),
        new('c', 511, 1048575), new('c', 511, 1048574), new('c', 511, 255), new('c', 510, 1048575), new('c', 255, 1048575),
        new('b', 122, 0), new('b', 122, 1), new('b', 511, 1048575), new('b', 1, 3),
        Null, new('c', 1, 5), new('c', 5, 0), new('c', 10, 229),
    ];

    /// <summary>The name of its node in a test's directory.</summary>
    public string NodeName => $"{Kind}-{Major}-{Minor}";

    /// <summary>The answers with these given, and nothing else: reading and writing of exactly these character devices is allowed.</summary>
    public static string[] WithAllowed(IEnumerable<string> answers, IEnumerable<DeviceNode> nodes)
    {
        string[] accesses = ["r", "w", "rw"];
        var allowed = nodes.SelectMany(node => accesses.Select(access => $"c {node.Major}:{node.Minor} {access} allow")).ToHashSet();
        return [.. answers.Select(answer => allowed.FirstOrDefault(better => better == answer.Replace("deny", "allow", StringComparison.Ordinal)) ?? answer)];
    }

    /// <summary>As discovery tells of a driver's node.</summary>
    public static DeviceNode Node(uint major, uint minor) => new($"/dev/test{major}-{minor}", $"/dev/test{major}-{minor}", major, minor, 0b110_110_110, 0, 0);

    public override string ToString() => $"{Kind} {Major}:{Minor}";
}
