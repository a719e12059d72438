using System.Runtime.InteropServices;

namespace GpuRuntime.Linux.Interop;

/// <summary>Flags of open(2), x86-64 and arm64 where they agree; those that differ are chosen at run time.</summary>
[Flags]
internal enum OpenFlags
{
    ReadOnly = 0,
    WriteOnly = 1,
    ReadWrite = 2,
    Create = 0x40,
    Exclusive = 0x80,
    Truncate = 0x200,
    Append = 0x400,
    NonBlock = 0x800,
    CloseOnExec = 0x80000,
    Path = 0x200000,
}

internal static unsafe partial class Libc
{
    private const nint Openat2Number = 437;

    /// <summary>O_DIRECTORY, whose value depends on the architecture.</summary>
    public static OpenFlags Directory { get; } = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? (OpenFlags)0x4000 : (OpenFlags)0x10000;

    /// <summary>O_NOFOLLOW, whose value depends on the architecture.</summary>
    public static OpenFlags NoFollow { get; } = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? (OpenFlags)0x8000 : (OpenFlags)0x20000;

    /// <summary>https://man7.org/linux/man-pages/man2/close.2.html</summary>
    [LibraryImport(Library, EntryPoint = "close")]
    internal static partial int Close(int descriptor);

    /// <summary>
    /// Opens a path whose resolution obeys <paramref name="resolve"/>. EAGAIN and EINTR are normal when somebody renames on the way:
    /// retried, but not for ever. https://man7.org/linux/man-pages/man2/openat2.2.html
    /// </summary>
    /// <returns><see langword="null"/> and the reason in <paramref name="errno"/> when it cannot be opened.</returns>
    internal static FileDescriptor? TryOpenAt(int directory, string path, OpenFlags flags, Resolve resolve, out Errno errno, uint mode = 0)
    {
        const int MostTries = 128;
        var how = new OpenHow { Flags = (ulong)(flags | OpenFlags.CloseOnExec), Mode = flags.HasFlag(OpenFlags.Create) ? mode : 0, Resolve = (ulong)resolve };
        fixed (byte* name = Path(path, stackalloc byte[ShortPath]))
        {
            for (var attempt = 1; ; attempt++)
            {
                var descriptor = Syscall(Openat2Number, directory, (nint)name, (nint)(&how), sizeof(OpenHow), 0);
                errno = descriptor >= 0 ? Errno.None : LinuxException.LastErrno();
                if (descriptor >= 0)
                    return new FileDescriptor((int)descriptor);
                if (errno is not (Errno.TryAgain or Errno.Interrupted) || attempt == MostTries)
                    return null;
            }
        }
    }

    internal static FileDescriptor OpenAt(int directory, string path, OpenFlags flags, Resolve resolve, uint mode = 0) =>
        TryOpenAt(directory, path, flags, resolve, out var errno, mode) ?? throw LinuxException.Of("open", path, errno);

    /// <summary>struct open_how of linux/openat2.h.</summary>
    private struct OpenHow
    {
        public ulong Flags;
        public ulong Mode;
        public ulong Resolve;
    }
}

/// <summary>How openat2(2) may walk a path (linux/openat2.h).</summary>
[Flags]
internal enum Resolve : ulong
{
    None = 0,
    NoCrossMount = 0x01,
    NoMagicLinks = 0x02,
    NoSymlinks = 0x04,
    Beneath = 0x08,
    InRoot = 0x10,
}
