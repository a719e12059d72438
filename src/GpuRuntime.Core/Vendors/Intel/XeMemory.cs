using System.Globalization;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Limits;

namespace GpuRuntime.Core.Vendors.Intel;

/// <summary>
/// How much memory a card on xe has: of a virtual function its quota, which its physical function tells (Linux 7.0 and later), else what the dmem
/// controller counts. Of i915's no file tells.
/// </summary>
public static class XeMemory
{
    /// <summary>The file of a physical function with the memory of one of its virtual functions, in bytes; 0 while it has none.</summary>
    /// <param name="number">Of the virtual function, from 1.</param>
    public static string QuotaAttribute(int number) => string.Create(CultureInfo.InvariantCulture, $"sriov_admin/vf{number}/profile/vram_quota");

    /// <returns>Bytes; <see langword="null"/> where no file tells.</returns>
    internal static long? Of(Gpu gpu, IHostRoot host)
    {
        if (gpu.Driver != "xe")
            return null;
        var function = new PciFunction(host, gpu.PciAddress);
        return Quota(function) ?? DmemRegions.CapacityOf(gpu, DmemRegions.Read(host));
    }

    private static long? Quota(PciFunction function) =>
        function.VirtualFunctionNumber is { } number
        && long.TryParse(function.PhysicalFunction?.Text(QuotaAttribute(number)), NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) && bytes > 0
            ? bytes
            : null;
}
