using System.Security.Cryptography;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>What lies in a bundle's own directory, as text to compare: names, kinds, sizes and content.</summary>
internal static class BundleSnapshot
{
    // More than any config.json that is read; of larger ones the size says enough.
    private const long LargestHashed = 32 << 20;

    public static string Of(Bundle bundle) => string.Join('\n',
        new DirectoryInfo(bundle.Directory).EnumerateFileSystemInfos().OrderBy(static entry => entry.Name, StringComparer.Ordinal).Select(Describe));

    private static string Describe(FileSystemInfo entry)
    {
        if (entry.LinkTarget is { } target)
            return $"{entry.Name} -> {target}";
        if (entry is not FileInfo file)
            return $"{entry.Name}/";
        // A FIFO has no length and must not be opened.
        return file.Length is > 0 and <= LargestHashed ? $"{file.Name} {Hash(file)}" : $"{file.Name} {file.Length} bytes";
    }

    private static string Hash(FileInfo file)
    {
        using var content = file.OpenRead();
        return Convert.ToHexStringLower(SHA256.HashData(content));
    }
}
