using System.Collections.Immutable;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Kubernetes;

/// <summary>
/// The GPUs that pods get. Integrated ones are among them. A physical function that hands itself out through virtual ones is not, since those are. Nor
/// is a GPU for graphics alone where others of its vendor compute: nobody who asks for GPUs by a number means it.
/// </summary>
internal static class OfferedGpus
{
    /// <param name="leftOut">Gets a sentence for each GPU that is none of them.</param>
    public static ImmutableArray<Gpu> Of(ImmutableArray<Gpu> gpus, List<string> leftOut)
    {
        var offered = ImmutableArray.CreateBuilder<Gpu>();
        foreach (var gpu in gpus)
        {
            if (Problem(gpu, gpus) is { } problem)
                leftOut.Add($"{gpu.Id} ({gpu.PciAddress}) is not offered to Kubernetes: {problem}.");
            else
                offered.Add(gpu);
        }

        return offered.ToImmutable();
    }

    private static string? Problem(Gpu gpu, ImmutableArray<Gpu> gpus) =>
        gpu.OffersVirtualFunctions ? "it hands itself out through virtual functions, which are offered where a driver of the host is bound to them"
        : !gpu.HasCompute && gpus.Any(other => other.Vendor == gpu.Vendor && other is { HasCompute: true, OffersVirtualFunctions: false }) ? $"it is for graphics alone, and other GPUs of {gpu.Vendor.DisplayName()} compute"
        : null;
}
