using System.Globalization;
using System.Security.Cryptography;

namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>A directory as text to compare: what is in it, of which kind, size and mode, and when it last changed.</summary>
internal static class FileListing
{
    private static readonly EnumerationOptions Everything = new() { AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false };

    /// <summary>With everything below it, and what the files hold.</summary>
    public static string Of(string directory) => Lines(directory, new EnumerationOptions { AttributesToSkip = FileAttributes.None, RecurseSubdirectories = true }, true);

    /// <summary>Its own entries alone.</summary>
    public static string OfEntries(string directory) => Lines(directory, Everything, false);

    private static string Lines(string directory, EnumerationOptions options, bool content) => string.Join('\n',
        new DirectoryInfo(directory).EnumerateFileSystemInfos("*", options)
            .Select(entry => Describe(entry, content))
            .Order(StringComparer.Ordinal));

    private static string Describe(FileSystemInfo entry, bool content)
    {
        if (entry.LinkTarget is { } target)
            return $"{entry.FullName} -> {target}";
        var time = entry.LastWriteTimeUtc.ToString("O", CultureInfo.InvariantCulture);
        if (entry is not FileInfo file)
            return $"{entry.FullName}/ {entry.UnixFileMode} {time}";
        var hash = content && file.Length > 0 ? Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file.FullName))) : "";
        return $"{file.FullName} {file.Length} {file.UnixFileMode} {time} {hash}";
    }
}
