using System.Runtime.InteropServices;

namespace GpuRuntime.Linux.Interop;

/// <summary>The mount API of Linux 5.2 and later, by descriptors. System call numbers are the same on every architecture.</summary>
internal static unsafe partial class Libc
{
    private const nint OpenTreeNumber = 428;
    private const nint MoveMountNumber = 429;
    private const nint FsopenNumber = 430;
    private const nint FsconfigNumber = 431;
    private const nint FsmountNumber = 432;
    private const nint MountSetattrNumber = 442;

    internal const ulong MountReadOnly = 0x1;
    internal const ulong MountNoSuid = 0x2;
    internal const ulong MountNoDev = 0x4;
    internal const ulong MountNoExec = 0x8;

    /// <summary>A new, empty tmpfs that is mounted nowhere. https://man7.org/linux/man-pages/man2/fsopen.2.html</summary>
    /// <param name="context">The SELinux context of everything in it; may be absent.</param>
    /// <param name="options">Further options, such as <c>size=1m</c>.</param>
    internal static FileDescriptor DetachedTmpfs(string? context, params ReadOnlySpan<string> options)
    {
        const nint closeOnExec = 1;
        const nint commandCreate = 6;
        using var configuration = Checked("fsopen", Type("tmpfs", closeOnExec), "tmpfs");
        if (context is not null)
            SetOption(configuration, "context", context);
        foreach (var option in options)
            SetOption(configuration, option[..option.IndexOf('=', StringComparison.Ordinal)], option[(option.IndexOf('=', StringComparison.Ordinal) + 1)..]);
        if (Syscall(FsconfigNumber, configuration.Number, commandCreate, 0, 0, 0) != 0)
            throw LinuxException.Last("fsconfig", context is null ? "tmpfs" : $"tmpfs with context={context}");
        return Checked("fsmount", Syscall(FsmountNumber, configuration.Number, closeOnExec, (nint)(MountNoSuid | MountNoDev), 0, 0), "tmpfs");

        static nint Type(string name, nint flags)
        {
            fixed (byte* type = Path(name))
                return Syscall(FsopenNumber, (nint)type, flags, 0, 0, 0);
        }
    }

    private static void SetOption(FileDescriptor configuration, string name, string value)
    {
        const nint setString = 1;
        fixed (byte* key = Path(name))
        fixed (byte* text = Path(value))
        {
            if (Syscall(FsconfigNumber, configuration.Number, setString, (nint)key, (nint)text, 0) != 0)
                throw LinuxException.Last("fsconfig", $"tmpfs with {name}={value}");
        }
    }

    /// <summary>A detached bind mount of a file. https://man7.org/linux/man-pages/man2/open_tree.2.html</summary>
    internal static FileDescriptor CloneTree(int directory, string name)
    {
        const nint clone = 1;
        const nint closeOnExec = 0x80000;
        fixed (byte* path = Path(name, stackalloc byte[ShortPath]))
            return Checked("open_tree", Syscall(OpenTreeNumber, directory, (nint)path, clone | closeOnExec | AtSymlinkNoFollow, 0, 0), name);
    }

    /// <summary>Sets mount attributes of a detached tree. https://man7.org/linux/man-pages/man2/mount_setattr.2.html</summary>
    internal static void SetMountAttributes(FileDescriptor tree, ulong attributes)
    {
        var change = new MountAttributes { Set = attributes };
        fixed (byte* path = Path(""))
        {
            if (Syscall(MountSetattrNumber, tree.Number, (nint)path, AtEmptyPath, (nint)(&change), sizeof(MountAttributes)) != 0)
                throw LinuxException.Last("mount_setattr", "a detached mount");
        }
    }

    /// <summary>Joins a detached tree to a place that is open. https://man7.org/linux/man-pages/man2/move_mount.2.html</summary>
    internal static void MoveMount(FileDescriptor tree, FileDescriptor target, string subject)
    {
        const nint fromEmpty = 0x4;
        const nint toEmpty = 0x40;
        fixed (byte* path = Path(""))
        {
            if (Syscall(MoveMountNumber, tree.Number, (nint)path, target.Number, (nint)path, fromEmpty | toEmpty) != 0)
                throw LinuxException.Last("move_mount", subject);
        }
    }

    /// <summary>
    /// Takes the mount away whose root is open, wherever it is joined. By the descriptor's name in procfs, which is the only way to name a
    /// mount to umount2(2) that no rename can redirect. https://man7.org/linux/man-pages/man2/umount2.2.html
    /// </summary>
    /// <param name="ownDescriptors">The host's <c>/proc/self/fd</c>; becomes the calling thread's working directory.</param>
    internal static void Unmount(FileDescriptor tree, FileDescriptor ownDescriptors, string subject)
    {
        const int detach = 2;
        if (Fchdir(ownDescriptors.Number) != 0)
            throw LinuxException.Last("fchdir", "/proc/self/fd");
        fixed (byte* path = Path(tree.Number.ToString(System.Globalization.CultureInfo.InvariantCulture)))
        {
            if (Umount2(path, detach) != 0)
                throw LinuxException.Last("umount", subject);
        }
    }

    [LibraryImport(Library, EntryPoint = "fchdir", SetLastError = true)]
    private static partial int Fchdir(int directory);

    [LibraryImport(Library, EntryPoint = "umount2", SetLastError = true)]
    private static partial int Umount2(byte* path, int flags);

    private static FileDescriptor Checked(string call, nint result, string subject) =>
        result >= 0 ? new FileDescriptor((int)result) : throw LinuxException.Last(call, subject);

    /// <summary>struct mount_attr of linux/mount.h.</summary>
    private struct MountAttributes
    {
        public ulong Set;
        public ulong Clear;
        public ulong Propagation;
        public ulong UserNamespace;
    }
}
