using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace GpuRuntime.TestHosts;

/// <summary>What differs from the output of <c>runc spec</c>.</summary>
public sealed record BundleOptions
{
    public ImmutableArray<string> Args { get; init; } = ["sh"];

    /// <summary>Appended to PATH and TERM.</summary>
    public ImmutableArray<string> Env { get; init; } = [];

    public uint Uid { get; init; }

    public uint Gid { get; init; }

    public ImmutableArray<uint> AdditionalGids { get; init; } = [];

    public string Cwd { get; init; } = "/";

    public bool ReadonlyRoot { get; init; } = true;

    /// <summary>The "hooks" member.</summary>
    public JsonObject? Hooks { get; init; }

    public ImmutableSortedDictionary<string, string> Annotations { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Any mapping also adds a user namespace.</summary>
    public ImmutableArray<IdMapping> UidMappings { get; init; } = [];

    public ImmutableArray<IdMapping> GidMappings { get; init; } = [];

    public string? CgroupsPath { get; init; }

    /// <summary>Capability names, the same in all four sets.</summary>
    public ImmutableArray<string> Capabilities { get; init; } = ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"];

    /// <summary>The last word on the document before it is written.</summary>
    public Action<JsonObject>? Edit { get; init; }

    /// <summary>A "hooks" member with one prestart hook, as Docker writes it.</summary>
    /// <param name="program">The hook.</param>
    /// <param name="configuration">Our configuration file, in the hook's environment.</param>
    public static JsonObject Prestart(string program, string configuration) => new()
    {
        ["prestart"] = new JsonArray(new JsonObject
        {
            ["path"] = program,
            ["args"] = new JsonArray("gpu-runtime-hook", "prestart"),
            ["env"] = new JsonArray($"GPU_RUNTIME_CONFIG={configuration}"),
        }),
    };
}
