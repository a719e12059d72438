using System.Runtime.InteropServices;

namespace GpuRuntime.Linux.Interop;

internal enum FileType : uint
{
    Socket = 0xC000,
    SymbolicLink = 0xA000,
    Regular = 0x8000,
    Block = 0x6000,
    Directory = 0x4000,
    Character = 0x2000,
    Fifo = 0x1000,
}

/// <summary>What stat tells of a file.</summary>
internal readonly record struct FileStatus(FileType Type, uint Mode, uint Uid, uint Gid, ulong Size, ulong Inode, uint DeviceMajor, uint DeviceMinor, uint NodeMajor, uint NodeMinor, ulong MountId)
{
    /// <summary>When its content, or of a directory the list of its names, was changed last; nanoseconds since 1970. Kernels count in steps of some milliseconds.</summary>
    public long ModifiedNanoseconds { get; init; }

    /// <summary>The last change is so old that a later one has another time.</summary>
    public bool IsSettled => DateTime.UtcNow - DateTime.UnixEpoch - TimeSpan.FromTicks(ModifiedNanoseconds / TimeSpan.NanosecondsPerTick) > TimeSpan.FromSeconds(1);

    /// <summary>It is this process's own, and nobody else may write to it.</summary>
    public bool IsOursAlone => Uid == Libc.EffectiveUserId() && (Mode & 0b010_010) == 0;

    /// <summary>Whether both are the same file, under whatever name.</summary>
    public bool IsSameFile(FileStatus other) => Inode == other.Inode && DeviceMajor == other.DeviceMajor && DeviceMinor == other.DeviceMinor;
}

internal static unsafe partial class Libc
{
    private const uint StatxBasicStats = 0x7ff;
    private const uint StatxMountId = 0x1000;

    /// <summary>Status of a file; <see langword="null"/> when it cannot be had. https://man7.org/linux/man-pages/man2/statx.2.html</summary>
    internal static FileStatus? TryStat(int directory, string path, int flags, out Errno errno)
    {
        StatxBuffer buffer;
        int result;
        fixed (byte* name = Path(path, stackalloc byte[ShortPath]))
            result = StatxCall(directory, name, flags, StatxBasicStats | StatxMountId, &buffer);
        errno = result == 0 ? Errno.None : LinuxException.LastErrno();
        return result != 0 ? null : new FileStatus(
            (FileType)(buffer.Mode & 0xF000u), buffer.Mode & 0xFFFu, buffer.Uid, buffer.Gid, buffer.Size, buffer.Inode,
            buffer.DeviceMajor, buffer.DeviceMinor, buffer.NodeMajor, buffer.NodeMinor, buffer.MountId)
        {
            ModifiedNanoseconds = buffer.ModifiedSeconds * 1_000_000_000 + buffer.ModifiedNanoseconds,
        };
    }

    /// <summary>Status of a file; <see langword="null"/> when there is none, or it may not be looked at.</summary>
    /// <exception cref="LinuxException">The machine's trouble: nobody knows whether there is one.</exception>
    internal static FileStatus? StatOfAny(int directory, string path, int flags) =>
        TryStat(directory, path, flags, out var errno) ?? (LinuxException.IsOfMachine(errno) ? throw LinuxException.Of("stat", path, errno) : null);

    internal static FileStatus Stat(FileDescriptor descriptor) =>
        TryStat(descriptor.Number, "", AtEmptyPath, out var errno) ?? throw LinuxException.Of("stat", "an open file", errno);

    [LibraryImport(Library, EntryPoint = "statx", SetLastError = true)]
    private static partial int StatxCall(int directory, byte* path, int flags, uint mask, StatxBuffer* buffer);

    /// <summary>struct statx of linux/stat.h, 256 bytes on every architecture.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct StatxBuffer
    {
        [FieldOffset(20)]
        public uint Uid;
        [FieldOffset(24)]
        public uint Gid;
        [FieldOffset(28)]
        public ushort Mode;
        [FieldOffset(32)]
        public ulong Inode;
        [FieldOffset(40)]
        public ulong Size;
        [FieldOffset(112)]
        public long ModifiedSeconds;
        [FieldOffset(120)]
        public uint ModifiedNanoseconds;
        [FieldOffset(128)]
        public uint NodeMajor;
        [FieldOffset(132)]
        public uint NodeMinor;
        [FieldOffset(136)]
        public uint DeviceMajor;
        [FieldOffset(140)]
        public uint DeviceMinor;
        [FieldOffset(144)]
        public ulong MountId;
    }
}
