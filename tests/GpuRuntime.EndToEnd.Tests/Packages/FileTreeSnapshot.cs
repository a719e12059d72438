using System.Collections.Immutable;

namespace GpuRuntime.EndToEnd.Tests.Packages;

/// <summary>Every file of a machine at one time, by path: type, mode, owner, a link's target, the hash of its content.</summary>
internal sealed record FileTreeSnapshot(ImmutableSortedDictionary<string, string> Files)
{
    /// <summary>What package managers write down for themselves.</summary>
    private static readonly ImmutableArray<string> Bookkeeping =
    [
        "/var/lib/dpkg/status", "/var/lib/dpkg/status-old", "/var/lib/dpkg/available", "/var/lib/dpkg/lock", "/var/lib/dpkg/lock-frontend",
        "/var/lib/dpkg/triggers/Lock", "/var/lib/dpkg/triggers/Unincorp", "/var/log/dpkg.log", "/var/log/alternatives.log",
    ];

    public static FileTreeSnapshot Parse(string lines)
    {
        var files = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var line in lines.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var tab = line.LastIndexOf('\t');
            var path = line[..tab];
            files[path] = files.TryGetValue(path, out var known) ? $"{known} {line[(tab + 1)..]}" : line[(tab + 1)..];
        }

        return new FileTreeSnapshot(files.ToImmutable());
    }

    /// <returns>A line for each path that came (+), went (-) or is another (!), but for package managers' own.</returns>
    public IEnumerable<string> ChangesSince(FileTreeSnapshot before, params string[] except) =>
        Files.Keys.Union(before.Files.Keys).Order(StringComparer.Ordinal)
            .Where(path => !Bookkeeping.Contains(path) && !except.Any(prefix => path == prefix || path.StartsWith(prefix + "/", StringComparison.Ordinal)))
            .Select(path => (path, After: Files.GetValueOrDefault(path), Before: before.Files.GetValueOrDefault(path)))
            .Where(static file => file.After != file.Before)
            .Select(static file => (file.Before is null ? "+ " : file.After is null ? "- " : "! ") + file.path);
}
