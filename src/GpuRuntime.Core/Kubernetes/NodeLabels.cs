using System.Collections.Immutable;
using System.Text;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Kubernetes;

/// <summary>
/// Labels by which pods choose nodes: ours, which are alike for every vendor, and those of the vendors' own tools as far as what is known of the GPUs
/// tells them. Of a vendor with several models here the labels speak of the model that most of its GPUs are, cards before what is part of a processor.
/// </summary>
public static class NodeLabels
{
    /// <summary>Which accelerator the node is for: of several vendors the one with most cards, and of equals the first of NVIDIA, AMD, Intel.</summary>
    public const string Accelerator = "accelerator";

    private const string Own = "gpu-runtime.io/";

    /// <summary>A feature file of Node Feature Discovery: a line <c>name=value</c> for each label. https://kubernetes-sigs.github.io/node-feature-discovery/stable/usage/customization-guide.html</summary>
    /// <returns>Always the same text for the same GPUs.</returns>
    public static string FeatureFile(ImmutableArray<Gpu> gpus)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in Of(gpus))
            text.Append(name).Append('=').Append(value).Append('\n');
        return text.ToString();
    }

    /// <summary>The labels themselves, by their names.</summary>
    public static ImmutableSortedDictionary<string, string> Of(ImmutableArray<Gpu> gpus)
    {
        var labels = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        var vendors = Enum.GetValues<GpuVendor>().Select(vendor => VendorGpus.Of(vendor, gpus)).OfType<VendorGpus>().ToList();
        if (vendors.MaxBy(vendor => vendor.Cards) is { } first)
        {
            labels[Accelerator] = first.Accelerator;
            // Node Feature Discovery puts a domain of its own in front of a name that has none.
            labels[Own + Accelerator] = first.Accelerator;
        }

        foreach (var vendor in vendors)
        {
            foreach (var (name, value) in OwnLabels.Of(vendor).Concat(VendorLabels.Of(vendor)))
            {
                if (LabelText.Of(value) is { } label)
                    labels[name] = label;
            }
        }

        return labels.ToImmutable();
    }

    private static class OwnLabels
    {
        public static IEnumerable<(string Name, string? Value)> Of(VendorGpus gpus)
        {
            var prefix = $"{Own}{gpus.Vendor.Word()}.";
            yield return ($"{prefix}count", VendorGpus.Number(gpus.Devices.Length));
            yield return ($"{prefix}product", gpus.Product);
            yield return ($"{prefix}memory-mib", VendorGpus.Number(gpus.MemoryMebibytes));
            yield return ($"{prefix}driver", gpus.Model.Driver);
            yield return ($"{prefix}driver-version", gpus.Model.DriverVersion);
            yield return ($"{prefix}mig-devices", gpus.MigDevices > 0 ? VendorGpus.Number(gpus.MigDevices) : null);
            yield return ($"{prefix}partitions", gpus.Partitions > 0 ? VendorGpus.Number(gpus.Partitions) : null);
        }
    }
}
