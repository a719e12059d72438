using System.Globalization;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Kubernetes;

/// <summary>Labels by the names that the vendors' own tools gave them, so that pods which select by these find the node.</summary>
internal static class VendorLabels
{
    /// <returns>Names and values that are not in the form of labels yet; <see langword="null"/> for what is not known.</returns>
    public static IEnumerable<(string Name, string? Value)> Of(VendorGpus gpus) => gpus.Vendor switch
    {
        GpuVendor.Nvidia => OfNvidia(gpus),
        GpuVendor.Amd => OfAmd(gpus),
        _ => OfIntel(gpus),
    };

    // GPU Feature Discovery.
    private static IEnumerable<(string Name, string? Value)> OfNvidia(VendorGpus gpus)
    {
        yield return ("nvidia.com/gpu.count", VendorGpus.Number(gpus.Devices.Length));
        yield return ("nvidia.com/gpu.product", gpus.Model.Name);
        yield return ("nvidia.com/gpu.memory", VendorGpus.Number(gpus.MemoryMebibytes));
        yield return ("nvidia.com/cuda.driver-version.full", gpus.Model.DriverVersion);
        string[] parts = ["major", "minor", "revision"];
        foreach (var (part, number) in parts.Zip(gpus.Model.DriverVersion?.Split('.') ?? []))
            yield return ($"nvidia.com/cuda.driver-version.{part}", number);
    }

    // AMD's node labeller.
    private static IEnumerable<(string Name, string? Value)> OfAmd(VendorGpus gpus)
    {
        yield return ("amd.com/gpu.product-name", LabelText.Of(gpus.Model.Name, '_'));
        yield return ("amd.com/gpu.device-id", gpus.DeviceId);
        yield return ("amd.com/gpu.driver-version", gpus.Model.DriverVersion);
        yield return ("amd.com/gpu.cu-count", VendorGpus.Number(gpus.Model.ComputeUnits));
        yield return ("amd.com/gpu.compute-memory-partition", gpus.Model.PartitionMode);
        // It speaks of whole GPUs.
        if (gpus.Model is { Partition: null, MemoryBytes: { } bytes })
            yield return ("amd.com/gpu.vram", string.Create(CultureInfo.InvariantCulture, $"{Math.Round(bytes / (double)MemoryUnits.Gibibyte)}G"));
    }

    // The rules that Intel's device plugins give to Node Feature Discovery.
    private static IEnumerable<(string Name, string? Value)> OfIntel(VendorGpus gpus)
    {
        foreach (var same in gpus.Devices.Where(gpu => gpu.PciClass is not null && VendorGpus.IdOf(gpu) is not null).GroupBy(gpu => $"{gpu.PciClass}-{VendorGpus.IdOf(gpu)}"))
        {
            yield return ($"gpu.intel.com/device-id.{same.Key}.count", VendorGpus.Number(same.Count()));
            yield return ($"gpu.intel.com/device-id.{same.Key}.present", "true");
        }
    }
}
