using System.Collections.Immutable;

namespace GpuRuntime.Core.Engines;

/// <summary>One key that an engine needs.</summary>
/// <param name="Value">TOML text.</param>
internal sealed record TomlSetting(ImmutableArray<string> Table, string Key, string Value)
{
    /// <summary>A value of somebody else's gives way; otherwise it stays.</summary>
    public bool Replaces { get; init; }

    /// <summary>The key names our program.</summary>
    public bool IsProgram { get; init; }

    /// <summary>The key is there because of <see cref="EngineOptions.IsDefault"/>.</summary>
    public bool IsDefault { get; init; }

    /// <summary>The key is there because of <see cref="EngineOptions.Cdi"/>.</summary>
    public bool IsCdi { get; init; }

    public string[] Path => [.. Table, Key];
}
