using System.Runtime.InteropServices;

namespace GpuRuntime.Linux.Interop;

internal static unsafe partial class Libc
{
    /// <summary>Changes permission bits of an open file. https://man7.org/linux/man-pages/man2/fchmod.2.html</summary>
    internal static void ChangeMode(FileDescriptor file, uint mode, string subject)
    {
        if (Fchmod(file.Number, mode) != 0)
            throw LinuxException.Last("chmod", subject);
    }

    /// <summary>Changes permission bits of a name that was just made in a directory of root's. https://man7.org/linux/man-pages/man2/fchmodat.2.html</summary>
    internal static void ChangeModeAt(FileDescriptor directory, string name, uint mode)
    {
        fixed (byte* path = Path(name))
        {
            if (Fchmodat(directory.Number, path, mode, 0) != 0)
                throw LinuxException.Last("chmod", name);
        }
    }

    /// <summary>Changes owner and group of an open file. https://man7.org/linux/man-pages/man2/fchown.2.html</summary>
    internal static void ChangeOwner(FileDescriptor file, uint uid, uint gid, string subject)
    {
        if (Fchown(file.Number, uid, gid) != 0)
            throw LinuxException.Last("chown", subject);
    }

    /// <summary>Changes owner and group of a name in a directory, a link itself included. https://man7.org/linux/man-pages/man2/fchownat.2.html</summary>
    internal static void ChangeOwnerAt(FileDescriptor directory, string name, uint uid, uint gid)
    {
        fixed (byte* path = Path(name))
        {
            if (Fchownat(directory.Number, path, uid, gid, AtSymlinkNoFollow) != 0)
                throw LinuxException.Last("chown", name);
        }
    }

    /// <summary>Changes owner and group of a file that is open as a path only, whatever its type.</summary>
    internal static void ChangeOwnerOf(FileDescriptor file, uint uid, uint gid, string subject)
    {
        fixed (byte* path = Path(""))
        {
            if (Fchownat(file.Number, path, uid, gid, AtEmptyPath) != 0)
                throw LinuxException.Last("chown", subject);
        }
    }

    [LibraryImport(Library, EntryPoint = "geteuid")]
    internal static partial uint EffectiveUserId();

    [LibraryImport(Library, EntryPoint = "fchmod", SetLastError = true)]
    private static partial int Fchmod(int file, uint mode);

    [LibraryImport(Library, EntryPoint = "fchmodat", SetLastError = true)]
    private static partial int Fchmodat(int directory, byte* path, uint mode, int flags);

    [LibraryImport(Library, EntryPoint = "fchown", SetLastError = true)]
    private static partial int Fchown(int file, uint uid, uint gid);

    [LibraryImport(Library, EntryPoint = "fchownat", SetLastError = true)]
    private static partial int Fchownat(int directory, byte* path, uint uid, uint gid, int flags);
}
