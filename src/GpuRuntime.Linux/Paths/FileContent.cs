using GpuRuntime.Linux.Interop;

namespace GpuRuntime.Linux.Paths;

/// <summary>Reads files of which neither the size nor the type is trusted.</summary>
public static class FileContent
{
    private const int SmallFile = 4 * 1024;

    /// <summary>Everything in a file of up to <paramref name="most"/> bytes; <see langword="null"/> when it holds more, or a read fails.</summary>
    /// <remarks>The size that stat tells is not believed: procfs says 0, and files grow.</remarks>
    internal static byte[]? ReadAll(FileDescriptor file, int most, out bool tooLarge)
    {
        tooLarge = false;
        // Most files are small, and every page of the heap that is touched costs a start more than the reading does.
        Span<byte> small = stackalloc byte[SmallFile];
        var length = 0;
        for (int count; length < SmallFile; length += count)
        {
            count = Libc.ReadSome(file, small[length..], out _);
            if (count < 0)
                return null;
            if (count == 0)
            {
                tooLarge = length > most;
                return tooLarge ? null : small[..length].ToArray();
            }
        }

        return ReadLarge(file, small, most, out tooLarge);
    }

    private static byte[]? ReadLarge(FileDescriptor file, ReadOnlySpan<byte> beginning, int most, out bool tooLarge)
    {
        tooLarge = false;
        var buffer = new byte[Math.Max(beginning.Length, (int)Math.Min((long)most + 1, beginning.Length * 4L))];
        beginning.CopyTo(buffer);
        var length = beginning.Length;
        while (true)
        {
            if (length == buffer.Length)
            {
                if (length > most)
                {
                    tooLarge = true;
                    return null;
                }

                Array.Resize(ref buffer, (int)Math.Min((long)most + 1, buffer.Length * 4L));
            }

            var count = Libc.ReadSome(file, buffer.AsSpan(length), out _);
            if (count < 0)
                return null;
            if (count == 0)
                return length > most ? null : buffer.AsSpan(0, length).ToArray();
            length += count;
        }
    }
}
