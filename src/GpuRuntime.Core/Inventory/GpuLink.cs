namespace GpuRuntime.Core.Inventory;

/// <summary>
/// Two GPUs of one vendor that are joined by more than the PCI bus: by NVIDIA's NVLink, by AMD's XGMI, or because they are partitions of one GPU.
/// </summary>
/// <param name="First">The lower of the two indexes that <see cref="Gpu.Index"/> gives.</param>
/// <param name="Second">The higher one.</param>
/// <param name="Strength">
/// 1 to <see cref="Strongest"/>, more is closer; to be compared among one vendor's links. NVLink: the number of links between the two. XGMI:
/// <see cref="Strongest"/> less the weight that KFD gives the way (15 for neighbours, more for each GPU between). Partitions of one GPU:
/// <see cref="Strongest"/>.
/// </param>
public sealed record GpuLink(GpuVendor Vendor, int First, int Second, int Strength)
{
    public const int Strongest = 100;

    /// <summary>A link between two different GPUs of one vendor, whichever comes first.</summary>
    /// <param name="strength">What lies outside 1 to <see cref="Strongest"/> is taken to the nearest end.</param>
    public static GpuLink Between(Gpu gpu, Gpu other, int strength) =>
        new(gpu.Vendor, Math.Min(gpu.Index, other.Index), Math.Max(gpu.Index, other.Index), Math.Clamp(strength, 1, Strongest));
}
