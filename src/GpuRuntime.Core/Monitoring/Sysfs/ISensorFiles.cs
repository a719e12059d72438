using System.Collections.Immutable;

namespace GpuRuntime.Core.Monitoring.Sysfs;

/// <summary>
/// The files of one device in sysfs, read again and again. Paths are relative to its directory: <c>gpu_busy_percent</c>,
/// <c>hwmon/hwmon5/temp1_input</c>. What is absent, or cannot be read at this moment, is <see langword="null"/> or empty.
/// </summary>
public interface ISensorFiles
{
    /// <summary>A text with NULs and white space trimmed at both ends.</summary>
    string? ReadText(string path);

    /// <summary>A file as it is.</summary>
    byte[]? ReadBytes(string path);

    /// <summary>The names in a directory, in ordinal order; it may be those of some seconds ago.</summary>
    ImmutableArray<string> List(string path);
}
