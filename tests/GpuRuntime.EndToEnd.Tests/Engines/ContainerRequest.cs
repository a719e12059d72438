using System.Collections.Immutable;

namespace GpuRuntime.EndToEnd.Tests;

/// <summary>A container in words that every engine has.</summary>
internal sealed record ContainerRequest
{
    public required TestImage Image { get; init; }

    public required ImmutableArray<string> Command { get; init; }

    public ImmutableDictionary<string, string> Environment { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>One of the engine's runtimes; gpu-runtime by default.</summary>
    public string Runtime { get; init; } = RuntimeNames.GpuRuntime;

    /// <summary>Whose the process is, as UID:GID; root's by default. Not of ctr.</summary>
    public string? User { get; init; }

    /// <summary>Directories of the host, by their place in the container.</summary>
    public ImmutableSortedDictionary<string, string> Volumes { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>In the engine's own syntax, before the image.</summary>
    public ImmutableArray<string> Options { get; init; } = [];

    public static ContainerRequest Of(TestImage image, params ReadOnlySpan<string> command) => new() { Image = image, Command = [.. command] };

    public ContainerRequest With(string variable, string value) => this with { Environment = Environment.SetItem(variable, value) };

    public ContainerRequest WithOptions(params ReadOnlySpan<string> options) => this with { Options = [.. Options, .. options] };
}
