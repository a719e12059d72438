using GpuRuntime.Linux.Interop;

namespace GpuRuntime.Linux.Paths;

/// <summary>Reads files of which neither the size nor the type is trusted.</summary>
public static class FileContent
{
    private const int FirstBuffer = 16 * 1024;

    /// <summary>Everything in a file of up to <paramref name="most"/> bytes; <see langword="null"/> when it holds more, or a read fails.</summary>
    /// <remarks>The size that stat tells is not believed: procfs says 0, and files grow.</remarks>
    internal static byte[]? ReadAll(FileDescriptor file, int most, out bool tooLarge)
    {
        tooLarge = false;
        var buffer = new byte[Math.Min(most + 1, FirstBuffer)];
        var length = 0;
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
                return buffer.AsSpan(0, length).ToArray();
            length += count;
        }
    }
}
