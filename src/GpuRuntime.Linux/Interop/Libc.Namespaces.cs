using System.Runtime.InteropServices;

namespace GpuRuntime.Linux.Interop;

internal static unsafe partial class Libc
{
    internal const int CloneFs = 0x200;
    internal const int CloneNewMount = 0x20000;

    /// <summary>https://man7.org/linux/man-pages/man2/unshare.2.html</summary>
    internal static void Unshare(int flags)
    {
        if (UnshareCall(flags) != 0)
            throw LinuxException.Last("unshare", "the file system context");
    }

    /// <summary>https://man7.org/linux/man-pages/man2/setns.2.html</summary>
    internal static void EnterNamespace(FileDescriptor space, int type)
    {
        if (Setns(space.Number, type) != 0)
            throw LinuxException.Last("setns", "the container's namespace");
    }

    [LibraryImport(Library, EntryPoint = "unshare", SetLastError = true)]
    private static partial int UnshareCall(int flags);

    [LibraryImport(Library, EntryPoint = "setns", SetLastError = true)]
    private static partial int Setns(int descriptor, int type);
}
