using System.Collections.Immutable;
using System.Text;
using GpuRuntime.Core.Monitoring.Sysfs;

namespace GpuRuntime.Core.Tests.Monitoring;

/// <summary>Files of a device that stand in the test itself.</summary>
internal sealed class MemoryFiles : ISensorFiles
{
    private readonly SortedDictionary<string, byte[]> _files = new(StringComparer.Ordinal);

    public string this[string path]
    {
        set => _files[path] = Encoding.UTF8.GetBytes(value);
    }

    public MemoryFiles With(string path, byte[] content)
    {
        _files[path] = content;
        return this;
    }

    public string? ReadText(string path) => _files.TryGetValue(path, out var content) ? Encoding.UTF8.GetString(content).Trim('\0', ' ', '\t', '\r', '\n') : null;

    public byte[]? ReadBytes(string path) => _files.GetValueOrDefault(path);

    public ImmutableArray<string> List(string path) =>
        [.. _files.Keys.Where(name => name.StartsWith($"{path}/", StringComparison.Ordinal)).Select(name => name[(path.Length + 1)..].Split('/')[0]).Distinct()];
}
