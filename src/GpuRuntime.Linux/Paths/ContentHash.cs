using System.Globalization;

namespace GpuRuntime.Linux.Paths;

/// <summary>Names for files that are told apart by what they hold or belong to: FNV-1a, 64 bits. No secrets; the directories are ours alone.</summary>
internal static class ContentHash
{
    /// <returns>16 hexadecimal digits.</returns>
    public static string Of(ReadOnlySpan<byte> content)
    {
        var hash = 14695981039346656037UL;
        foreach (var value in content)
            hash = (hash ^ value) * 1099511628211UL;
        return hash.ToString("x16", CultureInfo.InvariantCulture);
    }
}
