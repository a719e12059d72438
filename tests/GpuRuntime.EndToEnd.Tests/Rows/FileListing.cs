using System.Globalization;
using System.IO.Enumeration;
using System.Security.Cryptography;

namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>A directory as text to compare: what is in it, of which kind, size and mode, and when it last changed.</summary>
internal static class FileListing
{
    /// <summary>With everything below it, links not followed, and what the files hold.</summary>
    public static string Of(string directory) => Lines(directory, "*", recursive: true);

    /// <summary>Its own entries alone; of directories the name and the mode, since somebody else may work in them.</summary>
    public static string OfEntries(string directory, string pattern = "*") => Lines(directory, pattern, recursive: false);

    private static string Lines(string directory, string pattern, bool recursive)
    {
        var options = new EnumerationOptions { AttributesToSkip = FileAttributes.None, RecurseSubdirectories = recursive };
        var entries = new FileSystemEnumerable<FileSystemInfo>(directory, static (ref FileSystemEntry entry) => entry.ToFileSystemInfo(), options)
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) => FileSystemName.MatchesSimpleExpression(pattern, entry.FileName, ignoreCase: false),
            ShouldRecursePredicate = static (ref FileSystemEntry entry) => !entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
        };
        return string.Join('\n', entries.Select(entry => Describe(entry, recursive)).Order(StringComparer.Ordinal));
    }

    private static string Describe(FileSystemInfo entry, bool content)
    {
        if (entry.LinkTarget is { } target)
            return $"{entry.FullName} -> {target}";
        var time = entry.LastWriteTimeUtc.ToString("O", CultureInfo.InvariantCulture);
        if (entry is not FileInfo file)
            return $"{entry.FullName}/ {entry.UnixFileMode} {(content ? time : "")}";
        var hash = content && file.Length > 0 ? Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file.FullName))) : "";
        return $"{file.FullName} {file.Length} {file.UnixFileMode} {time} {hash}";
    }
}
