using GpuRuntime.Linux.Interop;

namespace GpuRuntime.Linux.Paths;

/// <summary>What is put into the place of what is there: under a temporary name first, then by a rename in the same directory.</summary>
public sealed partial class RootedDirectory
{
    private const string TemporaryPrefix = ".gpu-runtime-";

    // More than any file that we replace: the loader's cache, as it is read.
    private const int LargestKept = 32 << 20;

    /// <summary>Puts a file in the place of what is there, parents included.</summary>
    /// <returns>Whether anything had to be written; a file with this very content stays.</returns>
    /// <exception cref="LinuxException">It cannot be written.</exception>
    public bool Replace(string path, ReadOnlySpan<byte> content, uint mode)
    {
        if (Read(path, content.Length)?.AsSpan().SequenceEqual(content) == true)
            return false;
        var parent = Parent(path, out var name);
        var undo = Undo is null ? null : Restoring(parent, name, path);
        Put(parent, name, path, content, mode, Owner);
        if (undo is not null)
            Undo!.Add(path, undo);
        return true;
    }

    /// <summary>
    /// Puts a file in the place of one of another name in the same directory, and of what is there. At every moment there is one of them, with the
    /// old content or the new.
    /// </summary>
    /// <param name="former">The other name, which is gone then.</param>
    /// <returns><see langword="true"/>: something has changed.</returns>
    /// <exception cref="LinuxException">It cannot be written; what was there is there.</exception>
    public bool ReplaceAs(string path, string former, ReadOnlySpan<byte> content, uint mode)
    {
        var parent = Parent(path, out var name);
        Put(parent, name, path, content, mode, Owner, former);
        return true;
    }

    /// <summary>Puts a symbolic link in the place of what is there; a link with this very text stays.</summary>
    /// <exception cref="LinuxException">It cannot be made.</exception>
    public void Symlink(string path, string target)
    {
        var parent = Parent(path, out var name);
        if (Libc.TryReadLink(parent.Number, name) == target)
            return;
        var undo = Undo is null ? null : Restoring(parent, name, path);
        PutLink(parent, name, target, Owner);
        if (undo is not null)
            Undo!.Add(path, undo);
    }

    /// <summary>Takes a file or link away, if it is there.</summary>
    /// <exception cref="LinuxException">It cannot be taken away.</exception>
    public void Delete(string path)
    {
        var parent = Parent(path, out var name);
        var undo = Undo is null ? null : Restoring(parent, name, path);
        TakeAway(parent, name, path);
        if (undo is not null)
            Undo!.Add(path, undo);
    }

    /// <summary>Makes a directory with a mode, and its parents with 0755, where they are missing.</summary>
    /// <exception cref="LinuxException">It cannot be made.</exception>
    public void MakeDirectory(string path, uint mode)
    {
        var parent = Parent(path, out var name);
        var errno = TryMakeDirectory(parent, name, path, mode);
        if (errno is not (Errno.None or Errno.Exists))
            throw LinuxException.Of("mkdir", path, errno);
    }

    // What puts the name back as it is now. Devices, FIFOs and the like are nothing that a loader's file or a link may be: they are not kept.
    private static Action Restoring(FileDescriptor parent, string name, string path)
    {
        using var existing = Libc.TryOpenAt(parent.Number, name, OpenFlags.Path | Libc.NoFollow, Resolve.Beneath, out _);
        if (existing is null)
            return () => TakeAway(parent, name, path);
        var status = Libc.Stat(existing);
        var owner = (status.Uid, status.Gid);
        if (status.Type == FileType.SymbolicLink && Libc.TryReadLink(existing.Number, "") is { } target)
            return () => PutLink(parent, name, target, owner);
        using var file = status.Type == FileType.Regular
            ? Libc.TryOpenAt(parent.Number, name, OpenFlags.ReadOnly | OpenFlags.NonBlock | Libc.NoFollow, Resolve.Beneath, out _)
            : null;
        return file is not null && FileContent.ReadAll(file, LargestKept, out _) is { } content
            ? () => Put(parent, name, path, content, status.Mode, owner)
            : () => TakeAway(parent, name, path);
    }

    private static void Put(FileDescriptor parent, string name, string path, ReadOnlySpan<byte> content, uint mode, (uint Uid, uint Gid) owner, string? former = null)
    {
        var temporary = Libc.UnguessableName(TemporaryPrefix);
        try
        {
            using (var file = Libc.OpenAt(parent.Number, temporary, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive | Libc.NoFollow, Resolve.Beneath, mode))
            {
                Libc.WriteAll(file, content, path);
                Libc.ChangeMode(file, mode, path);
                if (owner != default)
                    Libc.ChangeOwner(file, owner.Uid, owner.Gid, path);
            }

            if (former is null)
                Libc.Rename(parent, temporary, parent, name);
            else
                RenameOver(parent, temporary, name, former);
        }
        catch
        {
            Libc.TryUnlink(parent, temporary);
            throw;
        }
    }

    // The former file takes the new name first: no two names are ever there, and never none.
    private static void RenameOver(FileDescriptor parent, string temporary, string name, string former)
    {
        var isMoved = TryMove(parent, former, name);
        try
        {
            Libc.Rename(parent, temporary, parent, name);
        }
        catch
        {
            if (isMoved)
                Libc.Rename(parent, name, parent, former);
            throw;
        }
    }

    private static bool TryMove(FileDescriptor parent, string name, string other)
    {
        try
        {
            Libc.Rename(parent, name, parent, other);
            return true;
        }
        catch (LinuxException exception) when (exception.Errno == Errno.NoEntry)
        {
            // Somebody else, who does the same, was first.
            return false;
        }
    }

    private static void PutLink(FileDescriptor parent, string name, string target, (uint Uid, uint Gid) owner)
    {
        var temporary = Libc.UnguessableName(TemporaryPrefix);
        Libc.Symlink(target, parent, temporary);
        try
        {
            if (owner != default)
                Libc.ChangeOwnerAt(parent, temporary, owner.Uid, owner.Gid);
            Libc.Rename(parent, temporary, parent, name);
        }
        catch
        {
            Libc.TryUnlink(parent, temporary);
            throw;
        }
    }
}
