using System.Runtime.InteropServices;

namespace GpuRuntime.Linux.Interop;

internal static unsafe partial class Libc
{
    /// <summary>Reads until the buffer is full, the file ends, or it cannot be read there. https://man7.org/linux/man-pages/man2/pread.2.html</summary>
    /// <returns>Bytes read; fewer than asked for is what a caller has to expect of a file that it does not trust.</returns>
    /// <exception cref="LinuxException">It cannot be told what is there.</exception>
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
            if (count < 0 && LinuxException.IsOfMachine(LinuxException.LastErrno()))
                throw LinuxException.Last("read", "an open file");
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
            data = data[WriteSome(descriptor.Number, data, subject)..];
    }

    /// <summary>The same, to standard output: where that must not wait, which whoever shares it may have set, this waits all the same.</summary>
    internal static void WriteOutput(ReadOnlySpan<byte> data)
    {
        const int output = 1;
        const int retryMilliseconds = 5;
        while (!data.IsEmpty)
        {
            try
            {
                data = data[WriteSome(output, data, "standard output")..];
            }
            catch (LinuxException exception) when (exception.Errno == Errno.TryAgain)
            {
                Thread.Sleep(retryMilliseconds);
            }
        }
    }

    /// <summary>Writes as much as can be.</summary>
    /// <returns>Whether that was all of it.</returns>
    internal static bool TryWrite(int descriptor, ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            nint count;
            fixed (byte* start = data)
                count = Write(descriptor, start, data.Length);
            if (count >= 0)
                data = data[(int)count..];
            else if (LinuxException.LastErrno() != Errno.Interrupted)
                return false;
        }

        return true;
    }

    private static int WriteSome(int descriptor, ReadOnlySpan<byte> data, string subject)
    {
        while (true)
        {
            nint count;
            fixed (byte* start = data)
                count = Write(descriptor, start, data.Length);
            if (count >= 0)
                return (int)count;
            if (LinuxException.LastErrno() != Errno.Interrupted)
                throw LinuxException.Last("write", subject);
        }
    }

    [LibraryImport(Library, EntryPoint = "pread", SetLastError = true)]
    private static partial nint Pread(int descriptor, byte* buffer, nint count, long offset);

    [LibraryImport(Library, EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(int descriptor, byte* buffer, nint count);

    [LibraryImport(Library, EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int descriptor, byte* buffer, nint count);
}
