using System.Runtime.InteropServices;

namespace GpuRuntime.Linux.Interop;

internal static unsafe partial class Libc
{
    /// <summary>
    /// Whose files the calling thread makes, and by whose rights it makes them: what a file system of a user namespace asks for, which knows
    /// no other users than its own. The thread's other rights stay. https://man7.org/linux/man-pages/man2/setfsuid.2.html
    /// </summary>
    internal static void SetFileSystemIds(uint uid, uint gid)
    {
        // In this order: without root's file system rights the group could not be changed any more. Both answer with the id before the call.
        _ = Setfsgid(gid);
        _ = Setfsuid(uid);
        if (Setfsuid(uid) != uid || Setfsgid(gid) != gid)
            throw LinuxException.Of("setfsuid", $"{uid}:{gid}", Errno.NotPermitted);
    }

    /// <summary>The permission bits that new files do not get; per file system context. https://man7.org/linux/man-pages/man2/umask.2.html</summary>
    [LibraryImport(Library, EntryPoint = "umask")]
    internal static partial uint SetFileModeMask(uint mask);

    [LibraryImport(Library, EntryPoint = "setfsuid")]
    private static partial uint Setfsuid(uint uid);

    [LibraryImport(Library, EntryPoint = "setfsgid")]
    private static partial uint Setfsgid(uint gid);
}
