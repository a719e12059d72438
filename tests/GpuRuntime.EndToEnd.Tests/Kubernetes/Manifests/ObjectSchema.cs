using System.Text.Json.Nodes;
using Json.Schema;

namespace GpuRuntime.EndToEnd.Tests.Kubernetes.Manifests;

/// <summary>The members that Kubernetes knows, in <c>objects.schema.json</c>: kubectl without an API server takes any.</summary>
internal static class ObjectSchema
{
    private static readonly JsonSchema Schema = JsonSchema.FromText(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Kubernetes/Manifests/objects.schema.json")));

    /// <summary>What is wrong with an object, each with its place; nothing for one that Kubernetes takes.</summary>
    public static string[] Problems(JsonNode item)
    {
        var results = Schema.Evaluate(item, new EvaluationOptions { OutputFormat = OutputFormat.List });
        return results.IsValid
            ? []
            : [.. results.Details.Where(static detail => detail.HasErrors).SelectMany(static detail => detail.Errors!.Values.Select(error => $"{detail.InstanceLocation}: {error}"))];
    }
}
