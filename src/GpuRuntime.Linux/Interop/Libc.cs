using System.Runtime.InteropServices;
using System.Text;

namespace GpuRuntime.Linux.Interop;

/// <summary>The C library. Each call, or tight family, has a file of its own; calls without a wrapper go through syscall(2).</summary>
internal static unsafe partial class Libc
{
    private const string Library = "libc";

    /// <summary>Directory descriptor that means the working directory.</summary>
    public const int AtFdCwd = -100;

    public const int AtSymlinkNoFollow = 0x100;
    public const int AtEmptyPath = 0x1000;

    /// <summary>The text as a NUL-terminated UTF-8 string.</summary>
    /// <exception cref="ArgumentException">The text holds a NUL: it would name another file than it says.</exception>
    public static byte[] Path(string text)
    {
        if (text.Contains('\0', StringComparison.Ordinal))
            throw new ArgumentException("A path must not contain NUL.", nameof(text));
        var bytes = new byte[Encoding.UTF8.GetByteCount(text) + 1];
        Encoding.UTF8.GetBytes(text, bytes);
        return bytes;
    }

    /// <summary>Longest path, in bytes with its NUL, that calls on the way of a container's start encode on the stack.</summary>
    private const int ShortPath = 512;

    /// <summary>As <see cref="Path(string)"/>, in the caller's buffer where it fits.</summary>
    private static Span<byte> Path(string text, Span<byte> buffer)
    {
        const int mostBytesOfCharacter = 3;
        if ((text.Length * mostBytesOfCharacter) + 1 > buffer.Length || text.Contains('\0', StringComparison.Ordinal))
            return Path(text);
        var length = Encoding.UTF8.GetBytes(text, buffer);
        buffer[length] = 0;
        return buffer[..(length + 1)];
    }

    /// <summary>https://man7.org/linux/man-pages/man2/syscall.2.html</summary>
    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Syscall(nint number, nint a, nint b, nint c, nint d, nint e);
}
