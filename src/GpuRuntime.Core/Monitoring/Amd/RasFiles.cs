using System.Collections.Immutable;
using GpuRuntime.Core.Monitoring.Samples;
using GpuRuntime.Core.Monitoring.Sysfs;

namespace GpuRuntime.Core.Monitoring.Amd;

/// <summary>
/// Errors that the hardware found: <c>ras/BLOCK_err_count</c>, lines of <c>ue: 0</c>, <c>ce: 0</c>, <c>de: 0</c> since the driver was loaded; and
/// <c>ras/gpu_vram_bad_pages</c>, a line for each page that was taken out of use. Source: drivers/gpu/drm/amd/amdgpu/amdgpu_ras.c.
/// </summary>
public static class RasFiles
{
    private const string Directory = "ras";
    private const string CountEnd = "_err_count";

    public static ImmutableArray<ErrorCount> Errors(ISensorFiles files)
    {
        var errors = ImmutableArray.CreateBuilder<ErrorCount>();
        foreach (var name in files.List(Directory))
        {
            if (name.EndsWith(CountEnd, StringComparison.Ordinal) && files.ReadText($"{Directory}/{name}") is { } text)
                errors.AddRange(ParseErrors(name[..^CountEnd.Length], text));
        }

        return errors.DrainToImmutable();
    }

    public static ImmutableArray<ErrorCount> ParseErrors(string block, ReadOnlySpan<char> text)
    {
        var errors = ImmutableArray.CreateBuilder<ErrorCount>();
        foreach (var line in text.EnumerateLines())
        {
            var colon = line.IndexOf(':');
            if (colon > 0 && Kind(line[..colon].Trim()) is { } kind && SensorNumber.Parse(line[(colon + 1)..].Trim()) is { } count and >= 0)
                errors.Add(new ErrorCount(block, kind, count));
        }

        return errors.DrainToImmutable();
    }

    /// <returns><see langword="null"/> where the driver keeps no such list.</returns>
    public static MemoryRepairs? BadPages(ISensorFiles files) =>
        files.ReadText($"{Directory}/gpu_vram_bad_pages") is { } text ? new MemoryRepairs { PagesRetiredForUncorrected = CountPages(text) } : null;

    /// <summary>Lines of <c>0x0012ab : 0x00001000 : R</c>: the page, its size, and whether it is reserved, waits for it, or could not be.</summary>
    public static long CountPages(ReadOnlySpan<char> text)
    {
        var count = 0L;
        foreach (var line in text.EnumerateLines())
        {
            if (line.TrimStart().StartsWith("0x", StringComparison.OrdinalIgnoreCase) && line.TrimEnd() is [.., ':', ' ', 'R' or 'P' or 'F'])
                count++;
        }

        return count;
    }

    private static ErrorKind? Kind(ReadOnlySpan<char> word) => word switch
    {
        "ue" => ErrorKind.Uncorrected,
        "ce" => ErrorKind.Corrected,
        "de" => ErrorKind.Deferred,
        _ => null,
    };
}
