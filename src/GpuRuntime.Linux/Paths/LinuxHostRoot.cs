using System.Collections.Immutable;
using System.Text;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Linux.Interop;
using GpuRuntime.Linux.Loader;

namespace GpuRuntime.Linux.Paths;

/// <summary>The host as the configuration's prefixes say. Links are resolved below their prefix, so that a captured tree is a host.</summary>
public sealed class LinuxHostRoot : IHostRoot, IDisposable
{
    private const int LargestText = 1 << 20;
    private const int LargestLoaderCache = 16 << 20;

    private readonly Tree[] _trees;

    public LinuxHostRoot(RuntimeConfiguration configuration)
    {
        _trees = [.. new[] { configuration.Dev, configuration.Proc, configuration.Sys, configuration.Driver }.Select(prefix => new Tree(prefix, Open(prefix)))];
    }

    public void Dispose()
    {
        foreach (var tree in _trees)
            tree.Root?.Dispose();
    }

    public string Locate(HostTree tree, string path)
    {
        var prefix = _trees[(int)tree].Prefix.TrimEnd('/');
        return path.Length == 0 ? (prefix.Length == 0 ? "/" : prefix) : $"{prefix}/{path.TrimStart('/')}";
    }

    public string? ReadText(HostTree tree, string path)
    {
        using var file = Open(tree, path, OpenFlags.ReadOnly | OpenFlags.NonBlock);
        return file is not null && FileContent.ReadAll(file, LargestText, out _) is { } content ? Encoding.UTF8.GetString(content).Trim('\0', ' ', '\t', '\r', '\n') : null;
    }

    public ImmutableArray<string> List(HostTree tree, string path)
    {
        using var directory = Open(tree, path, OpenFlags.ReadOnly | Libc.Directory);
        if (directory is null)
            return [];
        var names = Libc.Names(directory);
        names.Sort(StringComparer.Ordinal);
        return [.. names];
    }

    public string? ReadLink(HostTree tree, string path)
    {
        using var link = Open(tree, path, OpenFlags.Path | Libc.NoFollow);
        return link is null ? null : Libc.TryReadLink(link.Number, "");
    }

    public HostNode? Node(string devPath)
    {
        using var node = Open(HostTree.Dev, devPath, OpenFlags.Path);
        return node is not null && Libc.Stat(node) is { Type: FileType.Character } status
            ? new HostNode(status.NodeMajor, status.NodeMinor, status.Mode, status.Uid, status.Gid)
            : null;
    }

    public DriverFile? Find(string path)
    {
        using var file = Open(HostTree.Driver, path, OpenFlags.Path);
        if (file is null || Kind(Libc.Stat(file).Type) is not { } kind)
            return null;
        var root = _trees[(int)HostTree.Driver];
        var hostPath = Libc.TryReadLink(Libc.AtFdCwd, file.ProcPath);
        // The prefix itself may be reached through links: what the kernel says of the root is what its files begin with.
        var rootPath = Libc.TryReadLink(Libc.AtFdCwd, root.Root!.ProcPath);
        if (hostPath is null || rootPath is null)
            return null;
        var inside = rootPath == "/" ? hostPath : hostPath.StartsWith(rootPath + "/", StringComparison.Ordinal) ? hostPath[rootPath.Length..] : hostPath == rootPath ? "/" : null;
        return inside is null ? null : new DriverFile(inside, hostPath, kind);
    }

    public SharedObject? ReadSharedObject(DriverFile file)
    {
        using var descriptor = Open(HostTree.Driver, file.Path, OpenFlags.ReadOnly | OpenFlags.NonBlock);
        return descriptor is null ? null : ElfFile.ReadSharedObject(descriptor);
    }

    public ImmutableArray<LoaderCacheEntry> LoaderCache()
    {
        using var file = Open(HostTree.Driver, "etc/ld.so.cache", OpenFlags.ReadOnly | OpenFlags.NonBlock);
        return file is not null && FileContent.ReadAll(file, LargestLoaderCache, out _) is { } content && LoaderCacheFile.Parse(content) is { } cache
            ? cache.Described()
            : [];
    }

    private FileDescriptor? Open(HostTree tree, string path, OpenFlags flags) =>
        _trees[(int)tree].Root is { } root
            ? Libc.TryOpenAt(root.Number, path.TrimStart('/') is { Length: > 0 } relative ? relative : ".", flags, Resolve.InRoot | Resolve.NoMagicLinks, out _)
            : null;

    private static FileDescriptor? Open(string prefix) => Libc.TryOpenAt(Libc.AtFdCwd, prefix, OpenFlags.Path | Libc.Directory, Resolve.None, out _);

    /// <summary>A prefix, and the directory there if there is one.</summary>
    private sealed record Tree(string Prefix, FileDescriptor? Root);

    private static DriverFileKind? Kind(FileType type) => type switch
    {
        FileType.Regular => DriverFileKind.Regular,
        FileType.Directory => DriverFileKind.Directory,
        FileType.Socket => DriverFileKind.Socket,
        _ => null,
    };
}
