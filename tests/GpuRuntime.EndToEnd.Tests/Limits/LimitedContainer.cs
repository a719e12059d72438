using System.Text.Json.Nodes;
using GpuRuntime.EndToEnd.Tests.Rows;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Limits;

/// <summary>A container that was asked for, and what became of it.</summary>
internal sealed record LimitedContainer(string Id, Bundle Bundle, CommandResult Result)
{
    /// <summary>The specification that the low-level runtime got; only of a create that succeeded.</summary>
    public JsonObject Config => Result.EnsureSuccess() is not null ? Bundle.ReadConfig() : throw new InvalidOperationException();

    public string? Variable(string name) =>
        Config["process"]!["env"]!.AsArray().Select(entry => ((string)entry!).Split('=', 2)).Where(pair => pair[0] == name).Select(pair => pair[1]).SingleOrDefault();

    public string? Annotation(string name) => (string?)Config["annotations"]?[name];

    /// <summary>Limit and tier as the container's environment and its annotations tell them, which must be the same.</summary>
    public (string? Limit, string? Tier) Memory
    {
        get
        {
            Assert.That((Annotation("gpu-runtime.io/memory-limit"), Annotation("gpu-runtime.io/memory-tier")), Is.EqualTo((Variable("GPU_RUNTIME_MEMORY_LIMIT"), Variable("GPU_RUNTIME_MEMORY_TIER"))));
            return (Variable("GPU_RUNTIME_MEMORY_LIMIT"), Variable("GPU_RUNTIME_MEMORY_TIER"));
        }
    }

    public (string? Share, string? Tier) Compute => (Variable("GPU_RUNTIME_COMPUTE_SHARE"), Variable("GPU_RUNTIME_COMPUTE_TIER"));

    public string[] NodePaths => [.. Config["linux"]!["devices"]!.AsArray().Select(device => (string)device!["path"]!)];

    /// <summary>The one sentence of a create that failed.</summary>
    public string Refusal
    {
        get
        {
            Assert.That(Result.ExitCode, Is.EqualTo(1), Result.ToString());
            return ErrorLine.In(Result.Error);
        }
    }
}
