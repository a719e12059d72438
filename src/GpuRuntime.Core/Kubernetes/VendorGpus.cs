using System.Collections.Immutable;
using System.Globalization;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Limits;

namespace GpuRuntime.Core.Kubernetes;

/// <summary>One vendor's GPUs on a node, as labels see them: pieces of hardware, whatever they are divided into.</summary>
/// <param name="Devices">Each PCI function once, without those that hand themselves out through virtual ones.</param>
/// <param name="Model">One of the model that most of them are.</param>
internal sealed record VendorGpus(GpuVendor Vendor, ImmutableArray<Gpu> Devices, Gpu Model)
{
    /// <summary>How many MIG devices there are.</summary>
    public int MigDevices => Devices.Sum(gpu => gpu.MigDevices.Length);

    /// <summary>How many partitions of AMD's there are; 0 where no GPU is divided.</summary>
    public required int Partitions { get; init; }

    /// <summary>How many are not part of a processor.</summary>
    public int Cards => Devices.Count(gpu => gpu.IsIntegrated != true);

    /// <summary>The model's name; its PCI device id where no file tells one.</summary>
    public string? Product => LabelText.Of(Model.Name) is null ? DeviceId : Model.Name;

    /// <summary>The last part of the PCI id: <c>740f</c>.</summary>
    public string? DeviceId => IdOf(Model);

    /// <summary>Of one GPU, or of one partition of it, in MiB.</summary>
    public long? MemoryMebibytes => Model.MemoryBytes / MemoryText.Mebibyte;

    /// <summary>Vendor and model in lower case: <c>nvidia-a100-sxm4-40gb</c>.</summary>
    public string Accelerator
    {
        get
        {
            var vendor = Vendor.Word();
            var model = LabelText.Of(Product)?.ToLowerInvariant();
            return model is null || model == vendor ? vendor
                : LabelText.Of(model.StartsWith($"{vendor}-", StringComparison.Ordinal) ? model : $"{vendor}-{model}")!;
        }
    }

    /// <returns><see langword="null"/> where there is none of the vendor's.</returns>
    public static VendorGpus? Of(GpuVendor vendor, ImmutableArray<Gpu> gpus)
    {
        ImmutableArray<Gpu> own = [.. gpus.Where(gpu => gpu.Vendor == vendor && !gpu.OffersVirtualFunctions)];
        ImmutableArray<Gpu> devices = [.. own.DistinctBy(gpu => gpu.PciAddress)];
        // Of equals the first in the host's order.
        var model = devices.GroupBy(gpu => (IsCard: gpu.IsIntegrated != true, gpu.Name, gpu.PciId)).OrderByDescending(same => same.Key.IsCard).ThenByDescending(same => same.Count()).FirstOrDefault();
        return model is null ? null : new VendorGpus(vendor, devices, model.First()) { Partitions = own.Count(gpu => gpu.Partition is not null) };
    }

    /// <summary>The device's part of a GPU's PCI id.</summary>
    public static string? IdOf(Gpu gpu) => gpu.PciId is { } id ? id[(id.IndexOf(':', StringComparison.Ordinal) + 1)..] : null;

    public static string? Number(long? number) => number?.ToString(CultureInfo.InvariantCulture);
}
