using System.Collections.Immutable;
using System.Globalization;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Linux.Loader;

namespace GpuRuntime.Fuzz.Tests.Inputs;

/// <summary>
/// A host whose files an input gives: <c>sys/...</c>, <c>proc/...</c>, <c>driver/...</c> and <c>state/...</c>. A file <c>dev/NAME</c> is a character device
/// whose content are its numbers (<c>226:128</c>); a file of the driver root that is named like a library needs what its lines name.
/// </summary>
internal sealed class RecordedHost(FileRecords files) : IHostRoot
{
    private const string LoaderCacheFilePath = "driver/etc/ld.so.cache";

    public string Locate(HostTree tree, string path) => "/" + Path(tree, path);

    public string? ReadText(HostTree tree, string path) => files.Text(Path(tree, path));

    public byte[]? ReadBytes(HostTree tree, string path) => files.Content(Path(tree, path));

    public ImmutableArray<string> List(HostTree tree, string path) => [.. files.Names(Path(tree, path))];

    public string? ReadLink(HostTree tree, string path) => files.Target(Path(tree, path));

    public HostNode? Node(string devPath) =>
        files.Text(Path(HostTree.Dev, devPath))?.Split(':') is [var major, var minor]
        && uint.TryParse(major, NumberStyles.None, CultureInfo.InvariantCulture, out var first) && uint.TryParse(minor, NumberStyles.None, CultureInfo.InvariantCulture, out var second)
            ? new HostNode(first, second, 0x1b0, 0, 44)
            : null;

    public DriverFile? Find(string path)
    {
        var located = Path(HostTree.Driver, path);
        return files.Content(located) is not null ? new DriverFile(path, "/" + located, DriverFileKind.Regular)
            : files.Names(located).Any() ? new DriverFile(path, "/" + located, DriverFileKind.Directory)
            : null;
    }

    public LibraryFile? FindLibrary(string path) =>
        Find(path) is { Kind: DriverFileKind.Regular } file && file.Name.Contains(".so", StringComparison.Ordinal)
            ? new LibraryFile(file, new SharedObject(LibraryArchitecture.X64, file.Name, [.. files.Text(Path(HostTree.Driver, path))!.Split('\n', StringSplitOptions.RemoveEmptyEntries)]))
            : null;

    public ImmutableArray<LoaderCacheEntry> LoaderCache(ImmutableArray<string> beginnings = default) =>
        files.Content(LoaderCacheFilePath) is { } content && LoaderCacheFile.Parse(content) is { } cache ? cache.Described() : [];

    private static string Path(HostTree tree, string path) => $"{tree.ToString().ToLowerInvariant()}/{path.Trim('/')}";
}
