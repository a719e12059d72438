using System.Collections.Immutable;
using GpuRuntime.Core.Monitoring.Samples;
using GpuRuntime.Core.Monitoring.Sysfs;

namespace GpuRuntime.Core.Monitoring.Amd;

/// <summary>What changes seldom, or is dear to ask for: each block's error count is a question to the GPU's firmware.</summary>
public sealed record AmdSeldom
{
    public static readonly AmdSeldom Nothing = new();

    public ImmutableArray<ErrorCount> Errors { get; init; } = [];

    public MemoryRepairs? Repairs { get; init; }

    /// <summary>The highest frequency by domain, in hertz.</summary>
    public ImmutableDictionary<string, double> HighestClocks { get; init; } = ImmutableDictionary<string, double>.Empty;

    public static AmdSeldom Read(ISensorFiles files)
    {
        var highest = ImmutableDictionary.CreateBuilder<string, double>();
        foreach (var (domain, file) in DpmTable.Files)
        {
            if (DpmTable.Parse(files.ReadText(file)).MaxHertz is { } hertz)
                highest[domain] = hertz;
        }

        return new AmdSeldom { Errors = RasFiles.Errors(files), Repairs = RasFiles.BadPages(files), HighestClocks = highest.ToImmutable() };
    }
}
