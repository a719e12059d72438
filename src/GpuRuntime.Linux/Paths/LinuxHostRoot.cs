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
    private const int LargestText = 4 << 20;
    private const int LargestLoaderCache = 16 << 20;

    private readonly Tree[] _trees;
    private string? _driverRootPath;

    public LinuxHostRoot(RuntimeConfiguration configuration)
    {
        string[] prefixes = [configuration.Dev, configuration.Proc, configuration.Sys, configuration.Driver];
        _trees = [.. prefixes.Select(prefix => new Tree(prefix, Open(prefix))), new Tree(configuration.StateDirectory, OpenOwn(configuration.StateDirectory))];
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

    public string? ReadText(HostTree tree, string path) =>
        ReadBytes(tree, path) is { } content ? Encoding.UTF8.GetString(content).Trim('\0', ' ', '\t', '\r', '\n') : null;

    public byte[]? ReadBytes(HostTree tree, string path)
    {
        using var file = Open(tree, path, OpenFlags.ReadOnly | OpenFlags.NonBlock);
        return file is null ? null : Read(file, tree, path, LargestText);
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
        return link is null ? null : Libc.TryReadLink(link.Number, "") ?? Absent<string>("read", tree, path, LinuxException.LastErrno());
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
        using var descriptor = OpenDriverFile(path, OpenFlags.Path, out var file);
        return file;
    }

    public LibraryFile? FindLibrary(string path)
    {
        using var descriptor = OpenDriverFile(path, OpenFlags.ReadOnly | OpenFlags.NonBlock, out var file);
        return file is { Kind: DriverFileKind.Regular } && ElfFile.ReadSharedObject(descriptor!) is { } header ? new LibraryFile(file, header) : null;
    }

    public ImmutableArray<LoaderCacheEntry> LoaderCache(ImmutableArray<string> beginnings = default)
    {
        var wanted = beginnings.IsDefault ? null : beginnings.Select(Encoding.UTF8.GetBytes).ToList();
        using var file = Open(HostTree.Driver, "etc/ld.so.cache", OpenFlags.ReadOnly | OpenFlags.NonBlock);
        return file is not null && Read(file, HostTree.Driver, "etc/ld.so.cache", LargestLoaderCache) is { } content && LoaderCacheFile.Parse(content, wanted) is { } cache
            ? cache.Described()
            : [];
    }

    private FileDescriptor? OpenDriverFile(string path, OpenFlags flags, out DriverFile? file)
    {
        file = null;
        if (_trees[(int)HostTree.Driver].Root is not { } root)
            return null;
        // Most paths hold no link, and then they are what they say: one call fewer for each of a driver's many files.
        var relative = path.TrimStart('/');
        var errno = Errno.TooManyLinks;
        var direct = relative.Length == 0 ? null : Libc.TryOpenAt(root.Number, relative, flags, Resolve.InRoot | Resolve.NoSymlinks, out errno);
        var descriptor = direct ?? (errno == Errno.TooManyLinks ? Open(HostTree.Driver, path, flags) : Absent<FileDescriptor>("open", HostTree.Driver, path, errno));
        if (descriptor is null || Kind(Libc.Stat(descriptor).Type) is not { } kind)
            return descriptor;
        if (direct is not null && IsPlain(relative))
            file = new DriverFile($"/{relative}", DriverRootPath == "/" ? $"/{relative}" : $"{DriverRootPath}/{relative}", kind);
        else if (PathOf(descriptor) is { } hostPath && InsideDriverRoot(hostPath) is { } inside)
            file = new DriverFile(inside, hostPath, kind);
        return descriptor;
    }

    // The prefix may be reached through links: what the kernel says of the root is what its files' paths begin with.
    private string DriverRootPath => _driverRootPath ??= PathOf(_trees[(int)HostTree.Driver].Root!) ?? _trees[(int)HostTree.Driver].Prefix;

    private static string? PathOf(FileDescriptor descriptor) =>
        Libc.TryReadLink(Libc.AtFdCwd, descriptor.ProcPath) ?? Absent<string>("read", descriptor.ProcPath, LinuxException.LastErrno());

    private string? InsideDriverRoot(string hostPath) =>
        DriverRootPath == "/" ? hostPath
        : hostPath == DriverRootPath ? "/"
        : hostPath.StartsWith(DriverRootPath + "/", StringComparison.Ordinal) ? hostPath[DriverRootPath.Length..]
        : null;

    // Neither "." nor ".." nor an empty name: the path is already the one that the kernel would print.
    private static bool IsPlain(string path) => !path.Contains("//", StringComparison.Ordinal) && !$"/{path}/".Contains("/.", StringComparison.Ordinal) && !path.EndsWith('/');

    private FileDescriptor? Open(HostTree tree, string path, OpenFlags flags) =>
        _trees[(int)tree].Root is { } root
            ? Libc.TryOpenAt(root.Number, path.TrimStart('/') is { Length: > 0 } relative ? relative : ".", flags, Resolve.InRoot | Resolve.NoMagicLinks, out var errno)
                ?? Absent<FileDescriptor>("open", tree, path, errno)
            : null;

    private byte[]? Read(FileDescriptor file, HostTree tree, string path, int most)
    {
        if (FileContent.ReadAll(file, most, out var isTooLarge) is { } content)
            return content;
        var errno = isTooLarge ? Errno.None : LinuxException.LastErrno();
        var isOfDriver = (tree is HostTree.Sys or HostTree.Proc) && LinuxException.IsOfDriver(errno);
        return isOfDriver ? null : Absent<byte[]>("read", tree, path, errno);
    }

    // A host that cannot be read is none without GPUs: containers would get less than they asked for, and nobody would know.
    private static T? Absent<T>(string call, string path, Errno errno)
        where T : class => LinuxException.IsOfMachine(errno) ? throw LinuxException.Of(call, path, errno) : null;

    // Most of what is looked for is not there, and needs no name then.
    private T? Absent<T>(string call, HostTree tree, string path, Errno errno)
        where T : class => LinuxException.IsOfMachine(errno) ? Absent<T>(call, Locate(tree, path), errno) : null;

    private static FileDescriptor? Open(string prefix) =>
        Libc.TryOpenAt(Libc.AtFdCwd, prefix, OpenFlags.Path | Libc.Directory, Resolve.None, out var errno) ?? Absent<FileDescriptor>("open", prefix, errno);

    // What others can write is nothing that we found out.
    private static FileDescriptor? OpenOwn(string prefix)
    {
        var directory = Open(prefix);
        if (directory is null || Libc.Stat(directory).IsOursAlone)
            return directory;
        directory.Dispose();
        return null;
    }

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
