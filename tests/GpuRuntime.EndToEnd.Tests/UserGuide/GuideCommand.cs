using System.Collections.Immutable;

namespace GpuRuntime.EndToEnd.Tests.UserGuide;

/// <summary>A docker run line of a user's guide to GPUs in Docker, its image replaced by one of ours. docs/user-guide.md has a row for each.</summary>
/// <param name="Number">Of the row.</param>
/// <param name="Line">As a shell reads it. IMAGE is an image without an entry point, SERVICE one that starts its program by itself.</param>
public sealed record GuideCommand(int Number, string Line)
{
    /// <summary>Indexes of the GPUs that the container gets.</summary>
    public ImmutableArray<int> Gpus { get; init; } = [];

    /// <summary>The container's program and its arguments, as they must arrive; empty for nvidia-smi, which the driver brings.</summary>
    public ImmutableArray<string> Program { get; init; } = [];

    /// <summary>Lines of the program's report.</summary>
    public ImmutableArray<string> Finds { get; init; } = [];

    /// <summary>What plain docker says to the line; <see langword="null"/>: it runs it.</summary>
    public string? Refusal { get; init; }

    /// <summary>What docker gpu run makes of --gpus, in a shell's quotes, for a Docker that knows annotations; <see langword="null"/>: it stays.</summary>
    public string? Translated { get; init; }

    /// <summary>The memory that the container may use of each GPU, in MiB; <see langword="null"/>: as much as there is.</summary>
    public int? LimitMebibytes { get; init; }

    /// <summary>The line for the plugin.</summary>
    public string PluginLine => Line.Replace("docker run", "docker gpu run", StringComparison.Ordinal);

    /// <summary>What stands in front of the image.</summary>
    public string Flags
    {
        get
        {
            var end = Line.IndexOf(" IMAGE", StringComparison.Ordinal) is var image and > 0 ? image : Line.IndexOf(" SERVICE", StringComparison.Ordinal);
            return string.Join(' ', Line[..end].Split((char[])[' ', '\\', '\n'], StringSplitOptions.RemoveEmptyEntries));
        }
    }

    public override string ToString() => $"{Number}: {Flags}";
}
