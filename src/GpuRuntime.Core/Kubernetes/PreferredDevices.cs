using System.Collections.Immutable;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Kubernetes;

/// <summary>Which devices of a resource go best together.</summary>
public static class PreferredDevices
{
    /// <param name="available">Ids of the resource, those of <paramref name="wanted"/> among them.</param>
    /// <param name="wanted">Ids that are part of the answer in any case.</param>
    /// <param name="count">How many ids the answer has.</param>
    /// <param name="links">Those of the host.</param>
    /// <exception cref="GpuRuntimeException">It is asked for what there is not.</exception>
    public static ImmutableArray<string> Choose(PluginResource resource, IReadOnlyCollection<string> available, IReadOnlyCollection<string> wanted, int count, ImmutableArray<GpuLink> links) =>
        throw new NotImplementedException();
}
