using System.Collections.Immutable;

namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>Commands for the inside of a container, and what their output means.</summary>
internal static class Probe
{
    /// <summary>A node without a driver behind it opens as far as the device cgroup goes: allowed.</summary>
    public const string Allowed = "ENXIO";

    /// <summary>Refused by the device cgroup.</summary>
    public const string Denied = "EPERM";

    public const string Absent = "ENOENT";

    /// <summary>Lists the GPU nodes, one path a line. Needs a shell.</summary>
    public static readonly ImmutableArray<string> ListNodes = ["sh", "-c", "find /dev -path '/dev/nvidia*' -type c; find /dev/dri /dev/kfd /dev/mei* -type c 2>/dev/null; true"];

    public static ImmutableArray<string> Open(IEnumerable<string> paths) => ["/bin/opendev", .. paths];

    public static ImmutableArray<string> Open(params ReadOnlySpan<string> paths) => ["/bin/opendev", .. paths];

    /// <summary>Fails unless the loader finds each library by name.</summary>
    public static ImmutableArray<string> Load(params ReadOnlySpan<string> sonames) => ["/bin/dlopen-test", .. sonames];

    /// <summary>What <see cref="Open(IEnumerable{string})"/> printed: path to result.</summary>
    public static ImmutableSortedDictionary<string, string> Results(CommandResult result) =>
        result.Lines
            .Select(static line => line.Split(": ", 2))
            .Where(static parts => parts.Length == 2)
            .ToImmutableSortedDictionary(static parts => parts[0], static parts => parts[1], StringComparer.Ordinal);

    /// <summary>Makes nodes /made/0, /made/1 and so on of numbers "MAJOR MINOR", as a container's root can, and opens them.</summary>
    public static ImmutableArray<string> MakeAndOpen(IEnumerable<string> numbers) =>
    [
        "sh", "-c",
        $"mkdir /made && i=0 && for n in {string.Join(' ', numbers.Select(static number => $"'{number}'"))}; do mknod /made/$i c $n && i=$((i+1)) || exit; done && exec /bin/opendev /made/*",
    ];

    /// <summary>Asserts that every path opens as far as a node without a driver can.</summary>
    public static void AssertAllOpen(CommandResult result, params IEnumerable<string> paths)
    {
        var results = Results(result);
        Assert.Multiple(() =>
        {
            foreach (var path in paths)
                Assert.That(results.GetValueOrDefault(path, "nothing printed"), Is.EqualTo(Allowed), $"{path}\n{result}");
        });
    }
}
