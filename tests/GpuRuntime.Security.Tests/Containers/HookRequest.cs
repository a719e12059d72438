using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace GpuRuntime.Security.Tests.Containers;

/// <summary>What differs from bundle to bundle.</summary>
internal sealed record HookRequest
{
    public ImmutableArray<string> Command { get; init; } = [HookImage.OpenDevice, "/nothing"];

    public string Devices { get; init; } = "all";

    public string Capabilities { get; init; } = "all";

    public ImmutableArray<string> Environment { get; init; } = [];

    /// <summary>The member of config.json's hooks that ours is in; what the engine takes by default.</summary>
    public string? Stage { get; init; }

    /// <summary>With <see cref="HookVerb.Cdi"/>: has the runtime mount the driver's files before the hook runs.</summary>
    public bool MountsDriver { get; init; }

    /// <summary>A root filesystem; the fixture's small one by default.</summary>
    public string? Image { get; init; }

    /// <summary>The last word on config.json.</summary>
    public Action<JsonObject>? Edit { get; init; }

    public static HookRequest Of(params ReadOnlySpan<string> command) => new() { Command = [.. command] };
}
