using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Interop;

namespace GpuRuntime.Linux.Paths;

/// <summary>
/// A configuration file of somebody else's program, in a directory of root's. What replaces it is complete under another name first, so that
/// whoever reads, at whatever moment, finds the old file or the new one.
/// </summary>
/// <remarks>A symbolic link, as configuration management makes them, stays one: what it leads to is read and replaced.</remarks>
public static class AdminFile
{
    private const int Largest = 1 << 20;
    private const uint UsualMode = 0b110_100_100;
    private const uint DirectoryMode = 0b111_101_101;
    private const string TemporaryPrefix = ".gpu-runtime-";

    /// <returns><see langword="null"/> where there is no file.</returns>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.EngineConfigurationUnreadable"/>.</exception>
    public static byte[]? Read(string path)
    {
        // Not blocking, so that a FIFO in its place is an error and no wait.
        using var file = Libc.TryOpenAt(Libc.AtFdCwd, path, OpenFlags.ReadOnly | OpenFlags.NonBlock, Resolve.None, out var errno);
        if (file is null)
        {
            return errno == Errno.NoEntry && Libc.TryReadLink(Libc.AtFdCwd, path) is null
                ? null
                : throw Unreadable(errno == Errno.NoEntry ? $"{path} is a symbolic link to a file that is not there" : LinuxException.Of("open", path, errno).Message);
        }

        if (Libc.Stat(file).Type != FileType.Regular)
            throw Unreadable($"{path} is not a regular file");
        return FileContent.ReadAll(file, Largest, out var tooLarge) ?? throw Unreadable(tooLarge ? $"{path} is larger than {Largest >> 20} MiB" : $"{path} cannot be read");
    }

    /// <summary>Puts a file into the place of the one that is there, with its owner and mode, or of none, with its directory.</summary>
    /// <param name="like">A file whose owner and mode a new one gets.</param>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.EngineConfigurationUnwritable"/>: the old file stands, and nothing else is left.</exception>
    public static void Write(string path, byte[] content, string? like)
    {
        try
        {
            var place = Place(path);
            using var directory = OpenDirectory(place.Directory);
            var status = Status(place.Path) ?? (like is null ? null : Status(like));
            Put(directory, place.Name, path, content, status);
        }
        catch (LinuxException exception)
        {
            throw new GpuRuntimeException(ErrorCode.EngineConfigurationUnwritable, $"{path} cannot be written: {exception.Message}. What was there stays.", exception);
        }
    }

    /// <summary>Takes a file away; where a link led to it, the file and not the link's name.</summary>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.EngineConfigurationUnwritable"/>.</exception>
    public static void Delete(string path)
    {
        var place = Place(path);
        using var directory = TryOpenDirectory(place.Directory, out var errno);
        if (directory is not null)
            errno = Libc.TryUnlink(directory, place.Name);
        if (errno is not (Errno.None or Errno.NoEntry))
            throw new GpuRuntimeException(ErrorCode.EngineConfigurationUnwritable, $"{path} cannot be deleted: {LinuxException.Of("unlink", path, errno).Message}.");
    }

    private static void Put(FileDescriptor directory, string name, string path, byte[] content, FileStatus? status)
    {
        var temporary = Libc.UnguessableName(TemporaryPrefix);
        try
        {
            // Never more readable than what it replaces.
            var mode = UsualMode & (status?.Mode ?? UsualMode);
            using (var file = Libc.OpenAt(directory.Number, temporary, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive | Libc.NoFollow, Resolve.Beneath, mode))
            {
                Libc.WriteAll(file, content, path);
                if (status is { } like)
                    Libc.ChangeOwner(file, like.Uid, like.Gid, path);
                // Behind the owner, which takes some bits away; and whatever the umask is, engines' users may read what they could.
                Libc.ChangeMode(file, status?.Mode ?? UsualMode, path);
                // A rename must not reach the medium in front of what it names.
                Libc.Synchronize(file, path);
            }

            Libc.Rename(directory, temporary, directory, name);
        }
        catch
        {
            Libc.TryUnlink(directory, temporary);
            throw;
        }
    }

    private static FileStatus? Status(string path) => Libc.TryStat(Libc.AtFdCwd, path, 0, out _);

    private static FileDescriptor OpenDirectory(string path)
    {
        if (TryOpenDirectory(path, out var errno) is { } directory)
            return directory;
        if (errno != Errno.NoEntry)
            throw LinuxException.Of("open", path, errno);
        using (var root = RootedDirectory.Open("/", default))
            root.MakeDirectory(path, DirectoryMode);
        return TryOpenDirectory(path, out errno) ?? throw LinuxException.Of("open", path, errno);
    }

    private static FileDescriptor? TryOpenDirectory(string path, out Errno errno) => Libc.TryOpenAt(Libc.AtFdCwd, path, OpenFlags.ReadOnly | Libc.Directory, Resolve.None, out errno);

    // Where the file really is, links followed.
    private static (string Path, string Directory, string Name) Place(string path)
    {
        using var file = Libc.TryOpenAt(Libc.AtFdCwd, path, OpenFlags.Path, Resolve.None, out _);
        var real = file is null ? path : Libc.TryReadLink(Libc.AtFdCwd, file.ProcPath) ?? path;
        var slash = real.LastIndexOf('/');
        return (real, slash <= 0 ? "/" : real[..slash], real[(slash + 1)..]);
    }

    private static GpuRuntimeException Unreadable(string problem) => new(ErrorCode.EngineConfigurationUnreadable, $"{problem}; name another file with --file, or mend that first.");
}
