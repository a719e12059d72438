using System.Runtime.InteropServices;

namespace GpuRuntime.Linux.Interop;

internal static unsafe partial class Libc
{
    /// <summary>A name that nobody can guess, from the kernel's generator. https://man7.org/linux/man-pages/man2/getrandom.2.html</summary>
    internal static string UnguessableName(string prefix)
    {
        Span<byte> random = stackalloc byte[16];
        fixed (byte* start = random)
        {
            if (Getrandom(start, random.Length, 0) != random.Length)
                throw LinuxException.Last("getrandom", "for a temporary name");
        }

        return prefix + Convert.ToHexStringLower(random);
    }

    [LibraryImport(Library, EntryPoint = "getrandom", SetLastError = true)]
    private static partial nint Getrandom(byte* buffer, nint count, uint flags);
}
