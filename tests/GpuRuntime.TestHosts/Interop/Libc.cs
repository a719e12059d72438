using System.Runtime.InteropServices;

namespace GpuRuntime.TestHosts;

/// <summary>The few calls that .NET has no method for. Errors are left in errno; <see cref="DeviceNodes"/> reads them.</summary>
internal static partial class Libc
{
    public const uint CharacterDevice = 0x2000;
    public const uint Socket = 0xC000;
    public const int PermissionDenied = 1;

    // https://man7.org/linux/man-pages/man2/mknod.2.html
    [LibraryImport("libc", EntryPoint = "mknod", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MakeNode(string path, uint mode, ulong device);

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ChangeOwner(string path, uint uid, uint gid);

    [LibraryImport("libc", EntryPoint = "chmod", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ChangeMode(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint EffectiveUser();

    /// <returns>The user who owns the file, or null if the call failed.</returns>
    public static unsafe uint? Owner(string path)
    {
        const int currentDirectory = -100;
        const int doNotFollow = 0x100;
        const uint wantUid = 0x8;
        const int offsetOfUid = 20;
        var buffer = stackalloc byte[256];
        return FileStatus(currentDirectory, path, doNotFollow, wantUid, buffer) == 0 ? *(uint*)(buffer + offsetOfUid) : null;
    }

    // https://man7.org/linux/man-pages/man2/statx.2.html
    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int FileStatus(int directory, string path, int flags, uint mask, byte* buffer);
}
