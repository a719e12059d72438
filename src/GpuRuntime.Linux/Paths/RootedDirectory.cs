using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Interop;

namespace GpuRuntime.Linux.Paths;

/// <summary>
/// A directory whose content is hostile, such as a container's root. Every path is relative to one descriptor and is resolved by
/// openat2(2) inside it: links are followed as the container would see them, never out of it, and never through <c>/proc</c>'s magic ones.
/// No string path is ever used twice.
/// </summary>
public sealed class RootedDirectory : IDisposable
{
    private const Resolve Inside = Resolve.InRoot | Resolve.NoMagicLinks;
    private const uint DirectoryMode = 0b111_101_101;

    private readonly FileDescriptor _root;
    private readonly string _name;
    private string _parentPath = "";
    private FileDescriptor? _parent;

    internal RootedDirectory(FileDescriptor root, string name)
    {
        _root = root;
        _name = name;
    }

    /// <summary>Who owns what is made here, unless it is root: the container's root in a user namespace.</summary>
    public (uint Uid, uint Gid) Owner { get; init; }

    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.RootfsUnwritable"/> or <see cref="ErrorCode.KernelTooOld"/>.</exception>
    public static RootedDirectory Open(string hostPath, (uint Uid, uint Gid) owner)
    {
        // A path of config.json's, whose texts may hold any character.
        if (hostPath.Contains('\0', StringComparison.Ordinal))
            throw new GpuRuntimeException(ErrorCode.RootfsUnwritable, $"The container's root cannot be opened: {PrintableText.Quote(hostPath)} is no path.");
        var descriptor = Libc.TryOpenAt(Libc.AtFdCwd, hostPath, OpenFlags.Path | Libc.Directory, Resolve.None, out var errno);
        if (errno == Errno.NoSystemCall)
            throw new GpuRuntimeException(ErrorCode.KernelTooOld, "This kernel has no openat2 (Linux 5.12 or newer is needed, and a seccomp filter must let it through).");
        return descriptor is null
            ? throw new GpuRuntimeException(ErrorCode.RootfsUnwritable, $"The container's root cannot be opened: {LinuxException.Of("open", hostPath, errno).Message}.")
            : new RootedDirectory(descriptor, hostPath) { Owner = owner };
    }

    public void Dispose()
    {
        _parent?.Dispose();
        _root.Dispose();
    }

    /// <summary>The content of a regular file; <see langword="null"/> when there is none, or it is larger than <paramref name="most"/> bytes.</summary>
    public byte[]? Read(string path, int most)
    {
        // Not blocking: a FIFO in the place of a file must not hang the create.
        using var file = Libc.TryOpenAt(_root.Number, path, OpenFlags.ReadOnly | OpenFlags.NonBlock, Inside, out _);
        return file is not null && Libc.Stat(file).Type == FileType.Regular ? FileContent.ReadAll(file, most, out _) : null;
    }

    /// <summary>A regular file for random access; <see langword="null"/> when there is none.</summary>
    internal FileDescriptor? OpenRegular(string path)
    {
        var file = Libc.TryOpenAt(_root.Number, path, OpenFlags.ReadOnly | OpenFlags.NonBlock, Inside, out _);
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

    /// <summary>Takes a file or link away, if it is there.</summary>
    /// <exception cref="LinuxException">It cannot be taken away.</exception>
    public void Delete(string path)
    {
        var parent = Parent(path, out var name);
        if (Libc.TryUnlink(parent, name) is not (Errno.None or Errno.NoEntry) and var errno)
            throw LinuxException.Of("unlink", path, errno);
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
        using var file = Libc.TryOpenAt(_root.Number, path, OpenFlags.Path, Inside, out _);
        return file is not null;
    }

    /// <summary>Puts a file in the place of what is there, parents included: a temporary name, then a rename in the same directory.</summary>
    /// <returns>Whether anything had to be written; a file with this very content stays.</returns>
    /// <exception cref="LinuxException">It cannot be written.</exception>
    public bool Replace(string path, ReadOnlySpan<byte> content, uint mode)
    {
        if (Read(path, content.Length)?.AsSpan().SequenceEqual(content) == true)
            return false;
        var parent = Parent(path, out var name);
        var temporary = Libc.UnguessableName(".gpu-runtime-");
        try
        {
            using (var file = Libc.OpenAt(parent.Number, temporary, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive | Libc.NoFollow, Resolve.Beneath, mode))
            {
                Libc.WriteAll(file, content, path);
                Libc.ChangeMode(file, mode, path);
                if (Owner != default)
                    Libc.ChangeOwner(file, Owner.Uid, Owner.Gid, path);
            }

            Libc.Rename(parent, temporary, parent, name);
        }
        catch
        {
            Libc.TryUnlink(parent, temporary);
            throw;
        }

        return true;
    }

    /// <summary>Puts a symbolic link in the place of what is there; a link with this very text stays.</summary>
    /// <exception cref="LinuxException">It cannot be made.</exception>
    public void Symlink(string path, string target)
    {
        var parent = Parent(path, out var name);
        if (Libc.TryReadLink(parent.Number, name) == target)
            return;
        var temporary = Libc.UnguessableName(".gpu-runtime-");
        Libc.Symlink(target, parent, temporary);
        try
        {
            if (Owner != default)
                Libc.ChangeOwnerAt(parent, temporary, Owner.Uid, Owner.Gid);
            Libc.Rename(parent, temporary, parent, name);
        }
        catch
        {
            Libc.TryUnlink(parent, temporary);
            throw;
        }
    }

    /// <summary>Makes a directory with a mode, and its parents with 0755, where they are missing.</summary>
    /// <exception cref="LinuxException">It cannot be made.</exception>
    public void MakeDirectory(string path, uint mode)
    {
        var parent = Parent(path, out var name);
        var errno = Libc.TryMakeDirectory(parent.Number, name, mode);
        if (errno is not (Errno.None or Errno.Exists))
            throw LinuxException.Of("mkdir", path, errno);
        if (errno is Errno.None && Owner != default)
            Libc.ChangeOwnerAt(parent, name, Owner.Uid, Owner.Gid);
    }

    // The directory that a path's last name is in, made where it is missing, and resolved for good: later steps use the descriptor.
    private FileDescriptor Parent(string path, out string name)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length == 0 || parts.Any(part => part is "." or ".."))
            throw new GpuRuntimeException(ErrorCode.RootfsHostile, $"{PrintableText.Quote(path)} is not a path that can be made in {_name}.");
        name = parts[^1];
        var directory = string.Join('/', parts[..^1]);
        // A driver's links mostly go into one directory, one after the other.
        if (_parent is null || directory != _parentPath)
        {
            _parent?.Dispose();
            _parent = null;
            _parent = OpenDirectory(directory) ?? MakeDirectories(parts[..^1]);
            _parentPath = directory;
        }

        return _parent;
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
                var errno = Libc.TryMakeDirectory(current.Number, part, DirectoryMode);
                if (errno is Errno.None && Owner != default)
                    Libc.ChangeOwnerAt(current, part, Owner.Uid, Owner.Gid);
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
}
