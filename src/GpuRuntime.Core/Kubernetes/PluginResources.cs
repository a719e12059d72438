using System.Collections.Immutable;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Kubernetes;

/// <summary>Which resources a node has.</summary>
public static class PluginResources
{
    /// <param name="gpus">Every vendor's, described as far as it is known.</param>
    /// <exception cref="GpuRuntimeException">The configuration does not suit these GPUs.</exception>
    public static ImmutableArray<PluginResource> Of(ImmutableArray<Gpu> gpus, RuntimeConfiguration configuration) => throw new NotImplementedException();
}
