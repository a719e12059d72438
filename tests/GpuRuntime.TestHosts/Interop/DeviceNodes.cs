using System.Runtime.InteropServices;

namespace GpuRuntime.TestHosts;

/// <summary>Makes real device nodes: what open() says about them without a driver (ENXIO or EPERM) is what the tests observe.</summary>
internal static class DeviceNodes
{
    public static void Character(string path, uint major, uint minor, uint mode = FileModes.AllReadWrite, uint gid = 0)
    {
        Make(path, Libc.CharacterDevice, Device(major, minor), mode);
        Check(Libc.ChangeOwner(path, 0, gid), "chown", path);
    }

    /// <summary>A socket's inode. Nobody listens, which a mount of it does not notice, and no path is too long for it.</summary>
    public static void Socket(string path) => Make(path, Libc.Socket, 0, FileModes.All);

    private static void Make(string path, uint type, ulong device, uint mode)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Delete(path);
        Check(Libc.MakeNode(path, type | mode, device), "mknod", path);
        // mknod's mode passes through the umask.
        Check(Libc.ChangeMode(path, mode), "chmod", path);
    }

    // gnu_dev_makedev of glibc's sys/sysmacros.h.
    private static ulong Device(ulong major, ulong minor) =>
        ((major & 0xfffff000) << 32) | ((major & 0xfff) << 8) | ((minor & 0xffffff00) << 12) | (minor & 0xff);

    private static void Check(int result, string call, string path)
    {
        if (result == 0)
            return;
        var error = Marshal.GetLastPInvokeError();
        if (error == Libc.PermissionDenied)
            throw new TestResourceUnavailableException($"{call} {path} is not permitted: device nodes need root with CAP_MKNOD");
        throw new IOException($"{call} {path}: {Marshal.GetPInvokeErrorMessage(error)}");
    }
}
