using System.Text;

namespace GpuRuntime.Fuzz.Tests.Inputs;

/// <summary>
/// An input as a tree of files: a line <c>@path</c> begins one, whose content are the lines up to the next such line; <c>@path -&gt; target</c> is a
/// symbolic link. Of two with one path the later counts.
/// </summary>
internal sealed class FileRecords
{
    private const string Arrow = " -> ";

    private readonly SortedDictionary<string, byte[]> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _links = new(StringComparer.Ordinal);

    private FileRecords()
    {
    }

    public static FileRecords Parse(ReadOnlySpan<byte> input)
    {
        var records = new FileRecords();
        while (!input.IsEmpty)
        {
            var next = input.IndexOf("\n@"u8);
            records.Add(next < 0 ? input : input[..next]);
            input = next < 0 ? default : input[(next + 1)..];
        }

        return records;
    }

    /// <returns><see langword="null"/> when there is no such file.</returns>
    public byte[]? Content(string path) => _files.GetValueOrDefault(path.Trim('/'));

    /// <summary>The content as files of the kernel are read: without white space and NULs around it.</summary>
    public string? Text(string path) => Content(path) is { } content ? Encoding.UTF8.GetString(content).Trim('\0', ' ', '\t', '\r', '\n') : null;

    /// <returns><see langword="null"/> when there is no such link.</returns>
    public string? Target(string path) => _links.GetValueOrDefault(path.Trim('/'));

    /// <summary>The names in a directory, in ordinal order.</summary>
    public IEnumerable<string> Names(string directory)
    {
        var prefix = directory.Trim('/') is { Length: > 0 } path ? path + "/" : "";
        return _files.Keys.Concat(_links.Keys).Where(path => path.Length > prefix.Length && path.StartsWith(prefix, StringComparison.Ordinal))
            .Select(path => path[prefix.Length..].Split('/')[0]).Distinct().Order(StringComparer.Ordinal);
    }

    private void Add(ReadOnlySpan<byte> record)
    {
        var end = record.IndexOf((byte)'\n');
        var header = Encoding.UTF8.GetString(end < 0 ? record : record[..end]).TrimStart('@');
        if (header.IndexOf(Arrow, StringComparison.Ordinal) is var arrow and > 0)
            _links[header[..arrow].Trim('/')] = header[(arrow + Arrow.Length)..];
        else
            _files[header.Trim('/')] = end < 0 ? [] : record[(end + 1)..].ToArray();
    }
}
