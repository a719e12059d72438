using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Interop;

namespace GpuRuntime.Linux.Paths;

/// <summary>
/// A directory whose content is hostile, such as a container's root. Every path is relative to one descriptor and is resolved by
/// openat2(2) inside it: links are followed as the container would see them, never out of it, and never through <c>/proc</c>'s magic ones.
/// No string path is ever used twice.
/// </summary>
public sealed partial class RootedDirectory : IDisposable
{
    private const Resolve Inside = Resolve.InRoot | Resolve.NoMagicLinks;
    private const uint DirectoryMode = 0b111_101_101;

    private readonly FileDescriptor _root;
    private readonly string _name;

    // Resolved for good: later steps use the descriptor. A driver's files mostly go into a few directories.
    private readonly Dictionary<string, FileDescriptor> _parents = new(StringComparer.Ordinal);

    internal RootedDirectory(FileDescriptor root, string name)
    {
        _root = root;
        _name = name;
    }

    /// <summary>Who owns what is made here, unless it is root: the container's root in a user namespace.</summary>
    public (uint Uid, uint Gid) Owner { get; init; }

    /// <summary>Where every change is written down; <see langword="null"/> when none has to be taken back.</summary>
    public UndoLog? Undo { get; init; }

    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.RootfsUnwritable"/> or <see cref="ErrorCode.KernelTooOld"/>.</exception>
    public static RootedDirectory Open(string hostPath, (uint Uid, uint Gid) owner) => new(OpenRoot(hostPath), hostPath) { Owner = owner };

    /// <summary>A container's root by its path in the calling thread's mount namespace.</summary>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.RootfsUnwritable"/> or <see cref="ErrorCode.KernelTooOld"/>.</exception>
    internal static FileDescriptor OpenRoot(string path)
    {
        // A path of config.json's, whose texts may hold any character.
        if (path.Contains('\0', StringComparison.Ordinal))
            throw new GpuRuntimeException(ErrorCode.RootfsUnwritable, $"The container's root cannot be opened: {PrintableText.Quote(path)} is no path.");
        var descriptor = Libc.TryOpenAt(Libc.AtFdCwd, path, OpenFlags.Path | Libc.Directory, Resolve.None, out var errno);
        if (errno == Errno.NoSystemCall)
            throw NoOpenat2();
        return descriptor
            ?? throw new GpuRuntimeException(ErrorCode.RootfsUnwritable, $"The container's root cannot be opened: {LinuxException.Of("open", path, errno).Message}.");
    }

    internal static GpuRuntimeException NoOpenat2() =>
        new(ErrorCode.KernelTooOld, "This kernel has no openat2 (Linux 5.12 or newer is needed, and a seccomp filter must let it through).");

    public void Dispose()
    {
        foreach (var parent in _parents.Values)
            parent.Dispose();
        _root.Dispose();
    }

    /// <summary>The content of a regular file; <see langword="null"/> when there is none, or it is larger than <paramref name="most"/> bytes.</summary>
    public byte[]? Read(string path, int most)
    {
        using var file = OpenRegular(path);
        if (file is null)
            return null;
        return FileContent.ReadAll(file, most, out var tooLarge) is { } content ? content : tooLarge ? null : throw LinuxException.Last("read", path);
    }

    /// <summary>A regular file for random access; <see langword="null"/> when there is none.</summary>
    internal FileDescriptor? OpenRegular(string path)
    {
        // Not blocking: a FIFO in the place of a file must not hang the create.
        var file = TryOpenPresent(path, OpenFlags.ReadOnly | OpenFlags.NonBlock);
        if (file is null || Libc.Stat(file).Type == FileType.Regular)
            return file;
        file.Dispose();
        return null;
    }

    /// <summary>Whether a regular file is there that is no link itself.</summary>
    public bool IsRegular(string path)
    {
        using var file = Libc.TryOpenAt(_root.Number, path, OpenFlags.Path | Libc.NoFollow, Inside, out _);
        return file is not null && Libc.Stat(file).Type == FileType.Regular;
    }

    /// <summary>Whether something has this name that is no directory; a link is not followed.</summary>
    /// <exception cref="LinuxException">It cannot be told.</exception>
    public bool HasFile(string path)
    {
        using var file = Libc.TryOpenAt(_root.Number, path, OpenFlags.Path | Libc.NoFollow, Inside, out var errno);
        return file is not null ? Libc.Stat(file).Type != FileType.Directory : errno == Errno.NoEntry ? false : throw LinuxException.Of("open", path, errno);
    }

    /// <summary>Names in a directory; nothing when it is not there.</summary>
    public IReadOnlyList<string> List(string path)
    {
        using var directory = Libc.TryOpenAt(_root.Number, path, OpenFlags.ReadOnly | Libc.Directory, Inside, out _);
        return directory is null ? [] : Libc.Names(directory);
    }

    /// <summary>Whether something is there, links followed.</summary>
    public bool Exists(string path)
    {
        using var file = TryOpenPresent(path, OpenFlags.Path);
        return file is not null;
    }

    // Not there, or nothing that opens; what fails for want of memory or of descriptors is not taken for absent: its content would be lost.
    private FileDescriptor? TryOpenPresent(string path, OpenFlags flags)
    {
        var file = Libc.TryOpenAt(_root.Number, path, flags, Inside, out var errno);
        return file is not null || errno is Errno.NoEntry or Errno.NotDirectory or Errno.TooManyLinks or Errno.NoDeviceOrAddress or Errno.AccessDenied or Errno.NotPermitted
            ? file
            : throw LinuxException.Of("open", path, errno);
    }

    /// <summary>The text of a link that is there; <see langword="null"/> when there is none.</summary>
    internal string? ReadLink(string path)
    {
        using var link = Libc.TryOpenAt(_root.Number, path, OpenFlags.Path | Libc.NoFollow, Inside, out _);
        return link is null ? null : Libc.TryReadLink(link.Number, "");
    }

    /// <summary>What is there, links followed; <see langword="null"/> when it cannot be opened.</summary>
    internal FileDescriptor? TryOpen(string path, out Errno errno) => Libc.TryOpenAt(_root.Number, path, OpenFlags.Path, Inside, out errno);

    /// <summary>A directory for use by its descriptor, made with this mode where it is missing.</summary>
    internal FileDescriptor Directory(string path, uint mode)
    {
        if (TryDirectory(path) is { } present)
            return present;
        MakeDirectory(path, mode);
        return Libc.OpenAt(_root.Number, path, OpenFlags.Path | Libc.Directory, Inside);
    }

    /// <returns><see langword="null"/> when it is not there.</returns>
    internal FileDescriptor? TryDirectory(string path)
    {
        var directory = Libc.TryOpenAt(_root.Number, path, OpenFlags.Path | Libc.Directory, Inside, out var errno);
        return directory is not null || errno == Errno.NoEntry ? directory : throw LinuxException.Of("open", path, errno);
    }

    internal FileStatus RootStatus() => Libc.Stat(_root);

    // The directory that a path's last name is in, made where it is missing.
    private FileDescriptor Parent(string path, out string name)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length == 0 || parts.Any(part => part is "." or ".."))
            throw new GpuRuntimeException(ErrorCode.RootfsHostile, $"{PrintableText.Quote(path)} is not a path that can be made in {_name}.");
        name = parts[^1];
        var directory = string.Join('/', parts[..^1]);
        if (!_parents.TryGetValue(directory, out var parent))
            _parents[directory] = parent = OpenDirectory(directory) ?? MakeDirectories(parts[..^1]);
        return parent;
    }

    private FileDescriptor? OpenDirectory(string path) =>
        Libc.TryOpenAt(_root.Number, path.Length == 0 ? "." : path, OpenFlags.Path | Libc.Directory, Inside, out _);

    private FileDescriptor MakeDirectories(string[] parts)
    {
        var current = OpenDirectory("") ?? throw LinuxException.Last("open", _name);
        var walked = "";
        foreach (var part in parts)
        {
            walked = walked.Length == 0 ? part : $"{walked}/{part}";
            var next = OpenDirectory(walked);
            if (next is null)
            {
                var errno = TryMakeDirectory(current, part, $"/{walked}", DirectoryMode);
                next = errno is Errno.None or Errno.Exists ? OpenDirectory(walked) : null;
                if (next is null)
                {
                    current.Dispose();
                    throw LinuxException.Of("mkdir", $"/{walked}", errno is Errno.None or Errno.Exists ? Errno.NotDirectory : errno);
                }
            }

            current.Dispose();
            current = next;
        }

        return current;
    }

    private Errno TryMakeDirectory(FileDescriptor parent, string name, string path, uint mode)
    {
        var errno = Libc.TryMakeDirectory(parent.Number, name, mode);
        if (errno is not Errno.None)
            return errno;
        if (Owner != default)
            Libc.ChangeOwnerAt(parent, name, Owner.Uid, Owner.Gid);
        // The parent's descriptor is closed when the next directory is open: it is opened anew, by what cannot be redirected.
        if (Undo is not null && Libc.TryOpenAt(parent.Number, ".", OpenFlags.Path | Libc.Directory, Resolve.None, out _) is { } directory)
            Undo.Add(path, () => TakeAway(directory, name, path, Libc.AtRemoveDirectory));
        return errno;
    }

    private static void TakeAway(FileDescriptor parent, string name, string path, int flags = 0)
    {
        if (Libc.TryUnlink(parent, name, flags) is not (Errno.None or Errno.NoEntry) and var errno)
            throw LinuxException.Of("unlink", path, errno);
    }
}
