using System.Collections.Immutable;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Kubernetes;

/// <summary>Labels by which pods choose nodes.</summary>
public static class NodeLabels
{
    /// <summary>A feature file of Node Feature Discovery: a line <c>name=value</c> for each label. https://kubernetes-sigs.github.io/node-feature-discovery/stable/usage/customization-guide.html</summary>
    /// <returns>Always the same text for the same GPUs.</returns>
    public static string FeatureFile(ImmutableArray<Gpu> gpus) => throw new NotImplementedException();
}
