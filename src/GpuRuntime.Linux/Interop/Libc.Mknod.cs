using System.Runtime.InteropServices;

namespace GpuRuntime.Linux.Interop;

internal static unsafe partial class Libc
{
    /// <summary>Makes a character device node. https://man7.org/linux/man-pages/man2/mknod.2.html</summary>
    /// <remarks>The umask applies.</remarks>
    internal static Errno TryMakeCharacterNode(FileDescriptor directory, string name, uint mode, uint major, uint minor)
    {
        // The kernel's wide encoding of dev_t as glibc's makedev writes it.
        var device = ((ulong)(major & 0xfffff000) << 32) | ((ulong)(major & 0xfff) << 8) | ((ulong)(minor & 0xffffff00) << 12) | (minor & 0xff);
        fixed (byte* path = Path(name))
            return Mknodat(directory.Number, path, (uint)FileType.Character | mode, device) == 0 ? Errno.None : LinuxException.LastErrno();
    }

    [LibraryImport(Library, EntryPoint = "mknodat", SetLastError = true)]
    private static partial int Mknodat(int directory, byte* path, uint mode, ulong device);
}
