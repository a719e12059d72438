using System.Runtime.InteropServices;

namespace GpuRuntime.Linux.Loader;

/// <summary>
/// The order that the loader's binary search relies on: runs of digits compare as numbers, and a digit is greater than any other
/// character (glibc: elf/dl-cache.c, _dl_cache_libcmp). Other characters compare as the architecture's C char, which has a sign on x86 only.
/// </summary>
public sealed class LoaderCacheOrder : IComparer<byte[]>
{
    public static LoaderCacheOrder Instance { get; } = new();

    public int Compare(byte[]? x, byte[]? y)
    {
        ReadOnlySpan<byte> left = x, right = y;
        while (!left.IsEmpty)
        {
            var leftIsDigit = char.IsAsciiDigit((char)left[0]);
            var rightIsDigit = !right.IsEmpty && char.IsAsciiDigit((char)right[0]);
            if (leftIsDigit != rightIsDigit)
                return leftIsDigit ? 1 : -1;
            if (leftIsDigit)
            {
                var difference = Number(ref left).CompareTo(Number(ref right));
                if (difference != 0)
                    return difference;
                continue;
            }

            if (right.IsEmpty || left[0] != right[0])
                return Character(left) - Character(right);
            left = left[1..];
            right = right[1..];
        }

        return -Character(right);
    }

    private static int Character(ReadOnlySpan<byte> text) =>
        text.IsEmpty ? 0 : RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86 ? (sbyte)text[0] : text[0];

    private static int Number(ref ReadOnlySpan<byte> text)
    {
        var value = 0;
        while (!text.IsEmpty && char.IsAsciiDigit((char)text[0]))
        {
            // Wraps as the C code's int does, so that both sort alike.
            value = unchecked((value * 10) + text[0] - '0');
            text = text[1..];
        }

        return value;
    }
}
