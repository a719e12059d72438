using System.Collections.Immutable;

namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>The driver's files in a container, told from the image's own by being mount points.</summary>
internal sealed record InjectedFiles(ImmutableSortedSet<string> Paths)
{
    public static readonly ImmutableArray<string> Command = ["cat", "/proc/self/mountinfo"];

    // What Docker mounts itself.
    private static readonly ImmutableHashSet<string> Engines = ["/etc/hosts", "/etc/hostname", "/etc/resolv.conf"];

    public static InjectedFiles In(CommandResult result) => new(
        [.. result.Lines
            .Select(static line => line.Split(' '))
            .Where(static fields => fields.Length > 5)
            .Select(static fields => fields[4])
            .Where(static path => path.StartsWith("/usr/", StringComparison.Ordinal) || path.StartsWith("/lib", StringComparison.Ordinal)
                || (path.StartsWith("/etc/", StringComparison.Ordinal) && !Engines.Contains(path)))]);

    /// <summary>Names before <c>.so</c>, of 64-bit libraries.</summary>
    public ImmutableSortedSet<string> Libraries => [.. LibrariesBelow("/usr/lib/x86_64-linux-gnu/")];

    /// <summary>Names before <c>.so</c>, of 32-bit libraries.</summary>
    public ImmutableSortedSet<string> Libraries32 => [.. LibrariesBelow("/usr/lib/i386-linux-gnu/")];

    public ImmutableSortedSet<string> Programs =>
        [.. Paths.Where(static path => path.StartsWith("/usr/bin/", StringComparison.Ordinal)).Select(static path => Path.GetFileName(path))];

    public ImmutableSortedSet<string> Configuration =>
        [.. Paths.Where(static path => path.StartsWith("/etc/", StringComparison.Ordinal) || path.StartsWith("/usr/share/", StringComparison.Ordinal))];

    public ImmutableSortedSet<string> Firmware =>
        [.. Paths.Where(static path => path.Contains("/firmware/", StringComparison.Ordinal)).Select(static path => Path.GetFileName(path))];

    private IEnumerable<string> LibrariesBelow(string directory) =>
        from path in Paths
        where path.StartsWith(directory, StringComparison.Ordinal)
        let name = Path.GetFileName(path)
        let end = name.IndexOf(".so", StringComparison.Ordinal)
        where end > 0
        select name[..end];
}
