using System.Runtime.InteropServices;

namespace GpuRuntime.Linux.Interop;

internal static unsafe partial class Libc
{
    /// <summary>Reads until the buffer is full, the file ends, or it cannot be read there. https://man7.org/linux/man-pages/man2/pread.2.html</summary>
    /// <returns>Bytes read; fewer than asked for is what a caller has to expect of a file that it does not trust.</returns>
    internal static int ReadAt(FileDescriptor descriptor, Span<byte> buffer, long offset)
    {
        var total = 0;
        while (total < buffer.Length)
        {
            nint count;
            fixed (byte* start = buffer[total..])
                count = Pread(descriptor.Number, start, buffer.Length - total, offset + total);
            if (count < 0 && LinuxException.LastErrno() == Errno.Interrupted)
                continue;
            if (count <= 0)
                break;
            total += (int)count;
        }

        return total;
    }

    /// <summary>Reads from where the file stands; for files without a position (procfs, pipes). https://man7.org/linux/man-pages/man2/read.2.html</summary>
    /// <returns>Bytes read, 0 at the end, or -1 with the reason in <paramref name="errno"/>.</returns>
    internal static int ReadSome(FileDescriptor descriptor, Span<byte> buffer, out Errno errno)
    {
        while (true)
        {
            nint count;
            fixed (byte* start = buffer)
                count = Read(descriptor.Number, start, buffer.Length);
            errno = count < 0 ? LinuxException.LastErrno() : Errno.None;
            if (errno != Errno.Interrupted)
                return (int)count;
        }
    }

    /// <summary>One read at an offset, wherever the file stands. https://man7.org/linux/man-pages/man2/pread.2.html</summary>
    /// <inheritdoc cref="ReadSome"/>
    internal static int ReadSomeAt(FileDescriptor descriptor, Span<byte> buffer, long offset, out Errno errno)
    {
        while (true)
        {
            nint count;
            fixed (byte* start = buffer)
                count = Pread(descriptor.Number, start, buffer.Length, offset);
            errno = count < 0 ? LinuxException.LastErrno() : Errno.None;
            if (errno != Errno.Interrupted)
                return (int)count;
        }
    }

    /// <summary>Writes all of it. https://man7.org/linux/man-pages/man2/write.2.html</summary>
    internal static void WriteAll(FileDescriptor descriptor, ReadOnlySpan<byte> data, string subject)
    {
        while (!data.IsEmpty)
        {
            nint count;
            fixed (byte* start = data)
                count = Write(descriptor.Number, start, data.Length);
            if (count < 0 && LinuxException.LastErrno() == Errno.Interrupted)
                continue;
            if (count < 0)
                throw LinuxException.Last("write", subject);
            data = data[(int)count..];
        }
    }

    [LibraryImport(Library, EntryPoint = "pread", SetLastError = true)]
    private static partial nint Pread(int descriptor, byte* buffer, nint count, long offset);

    [LibraryImport(Library, EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(int descriptor, byte* buffer, nint count);

    [LibraryImport(Library, EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int descriptor, byte* buffer, nint count);
}
