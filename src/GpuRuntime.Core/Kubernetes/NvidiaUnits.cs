using System.Collections.Immutable;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Kubernetes;

/// <summary>NVIDIA's GPUs and MIG devices under the names that NVIDIA's own plugin gives them, by its three strategies.</summary>
internal static class NvidiaUnits
{
    private const string Gpu = "nvidia.com/gpu";
    private const string Mig = "nvidia.com/mig-";

    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.KubernetesUnsuitable"/>.</exception>
    public static IEnumerable<OfferedUnit> Of(ImmutableArray<Gpu> gpus, MigStrategy strategy, List<string> leftOut)
    {
        if (strategy == MigStrategy.None || gpus.All(gpu => gpu.MigDevices.IsEmpty))
            return gpus.Select(gpu => new OfferedUnit(Gpu, HeldUnit.WholeOf(gpu)));
        if (strategy == MigStrategy.Single)
            RefuseUnlike(gpus);
        return HeldUnit.Of(gpus).Where(unit => IsKnown(unit, leftOut)).Select(unit => new OfferedUnit(strategy == MigStrategy.Single ? Gpu : NameOf(unit), unit));
    }

    private static string NameOf(HeldUnit unit) => unit.MigDevice is { } device ? Mig + LabelText.Of(device.Profile!.Replace('+', '.')) : Gpu;

    // Without its profile nobody knows how large it is, nor of which resource.
    private static bool IsKnown(HeldUnit unit, List<string> leftOut)
    {
        if (unit.MigDevice is null || LabelText.Of(unit.MigDevice.Profile) is not null)
            return true;
        leftOut.Add($"{unit.Id} ({unit.Name}) is not offered to Kubernetes: its MIG profile is not known; it takes NVIDIA's management library (libnvidia-ml.so.1), or gpu-runtime devices --refresh, which asks nvidia-smi.");
        return false;
    }

    private static void RefuseUnlike(ImmutableArray<Gpu> gpus)
    {
        var profiles = gpus.SelectMany(gpu => gpu.MigDevices).Select(device => device.Profile).OfType<string>().Distinct();
        if (profiles.Count() > 1 || gpus.Any(gpu => gpu.MigDevices.IsEmpty))
            throw new GpuRuntimeException(
                ErrorCode.KubernetesUnsuitable,
                $"kubernetes.mig is single, which takes GPUs that are all divided into MIG devices of one profile, and here {string.Join(", ", gpus.Select(Describe))}; divide them alike (nvidia-smi mig), or set kubernetes.mig to mixed.");
    }

    private static string Describe(Gpu gpu) =>
        gpu.MigDevices.IsEmpty ? $"{gpu.Id} is in one piece" : $"{gpu.Id} has {string.Join(" and ", gpu.MigDevices.Select(device => PrintableText.Of(device.Profile ?? "unknown profiles")).Distinct())}";
}
