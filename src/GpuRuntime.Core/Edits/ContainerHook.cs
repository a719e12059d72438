using System.Collections.Immutable;

namespace GpuRuntime.Core.Edits;

/// <summary>An OCI hook of somebody else's.</summary>
/// <param name="Stage">Its member of the OCI specification's <c>hooks</c>, such as <c>createRuntime</c>.</param>
/// <param name="Environment">Never empty: a hook without one inherits another's, in the stage createContainer the container's (CVE-2025-23266).</param>
/// <param name="TimeoutSeconds"><see langword="null"/> = as long as it takes.</param>
public sealed record ContainerHook(
    string Stage, string Path, ImmutableArray<string> Arguments, ImmutableArray<string> Environment, long? TimeoutSeconds)
{
    /// <summary>What a hook gets as its environment that would have none.</summary>
    public const string OwnEnvironment = "GPU_RUNTIME_HOOK=1";
}
