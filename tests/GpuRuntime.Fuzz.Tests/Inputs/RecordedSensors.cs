using System.Collections.Immutable;
using GpuRuntime.Core.Monitoring.Sysfs;

namespace GpuRuntime.Fuzz.Tests.Inputs;

/// <summary>The files of one device, as an input gives them.</summary>
internal sealed class RecordedSensors(FileRecords files) : ISensorFiles
{
    public string? ReadText(string path) => files.Text(path);

    public byte[]? ReadBytes(string path) => files.Content(path);

    public ImmutableArray<string> List(string path) => [.. files.Names(path)];
}
