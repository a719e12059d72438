using System.Text.Json.Nodes;
using Json.Schema;

namespace GpuRuntime.TestHosts;

/// <summary>CDI's own JSON schema, from Debian's package of its Go sources: a judge of specifications that is not ours.</summary>
/// <remarks>Of version 0.8.0, whose schema is that of 1.0.1. What it does not know it lets pass: the file's own containerEdits, fileMode, netDevices.</remarks>
public sealed class CdiSchema
{
    private const string Suite = "trixie";
    private const string Package = "golang-tags.cncf-container-device-interface-dev";
    private const string Directory = "usr/share/gocode/src/tags.cncf.io/container-device-interface/schema";

    private readonly JsonSchema _schema;

    private CdiSchema(JsonSchema schema) => _schema = schema;

    /// <exception cref="TestResourceUnavailableException">The package cannot be had.</exception>
    public static CdiSchema Load()
    {
        var directory = Path.Combine(DebianPackages.Unpacked("cdi-schema", [Package], suite: Suite), Directory);
        var schema = JsonNode.Parse(File.ReadAllText(Path.Combine(directory, "schema.json")).Replace("defs.json#", "#", StringComparison.Ordinal))!;
        schema["definitions"] = JsonNode.Parse(File.ReadAllText(Path.Combine(directory, "defs.json")))!["definitions"]!.DeepClone();
        return new CdiSchema(JsonSchema.FromText(schema.ToJsonString()));
    }

    /// <summary>What the schema finds wrong, each with its place; nothing for a valid specification.</summary>
    public string[] Problems(byte[] json)
    {
        var results = _schema.Evaluate(JsonNode.Parse(json), new EvaluationOptions { OutputFormat = OutputFormat.List });
        return results.IsValid
            ? []
            : [.. results.Details.Where(detail => detail.HasErrors).SelectMany(detail => detail.Errors!.Values.Select(error => $"{detail.InstanceLocation}: {error}"))];
    }
}
