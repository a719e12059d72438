using GpuRuntime.Linux.Interop;

namespace GpuRuntime.Linux.Paths;

/// <summary>What stands at a path of this host.</summary>
/// <param name="IsOursAlone">It is this process's own, and nobody else may write to it.</param>
public sealed record HostPlace(bool IsDirectory, bool IsSocket, bool IsOursAlone)
{
    public FileIdentity Identity { get; init; }
}

/// <summary>Tells a file from one that took its place, which may get the same number.</summary>
/// <param name="ModifiedNanoseconds">Since 1970; of a socket: when it was made.</param>
public readonly record struct FileIdentity(uint DeviceMajor, uint DeviceMinor, ulong Inode, long ModifiedNanoseconds);

/// <summary>Looks at paths that an admin has named.</summary>
public static class HostPlaces
{
    private const uint OwnersAlone = 0b110_000_000;

    /// <summary>Takes everybody else's rights from a file.</summary>
    /// <param name="path">In a directory that nobody else may write to.</param>
    /// <exception cref="LinuxException">It cannot be changed.</exception>
    public static void KeepToOwner(string path)
    {
        using var directory = Libc.OpenAt(Libc.AtFdCwd, System.IO.Path.GetDirectoryName(path)!, OpenFlags.Path | Libc.Directory, Resolve.None);
        Libc.ChangeModeAt(directory, System.IO.Path.GetFileName(path), OwnersAlone);
    }

    /// <returns><see langword="null"/> where there is nothing. A link stands for itself.</returns>
    /// <exception cref="LinuxException">It cannot be looked at.</exception>
    public static HostPlace? Look(string path) =>
        Libc.TryStat(Libc.AtFdCwd, path, Libc.AtSymlinkNoFollow, out var errno) is { } status
            ? new HostPlace(status.Type == FileType.Directory, status.Type == FileType.Socket, status.IsOursAlone)
            {
                Identity = new FileIdentity(status.DeviceMajor, status.DeviceMinor, status.Inode, status.ModifiedNanoseconds),
            }
            : errno is Errno.NoEntry or Errno.NotDirectory ? null : throw LinuxException.Of("stat", path, errno);
}
