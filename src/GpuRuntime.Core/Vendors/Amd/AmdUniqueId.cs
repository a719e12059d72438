using System.Globalization;

namespace GpuRuntime.Core.Vendors.Amd;

/// <summary>
/// The identifier of AMD's GPUs, a number of 64 bits. AMD's container tools and Swarm print <c>0x84CAFEAE17E7696</c>, sysfs and ROCm sixteen
/// digits, with or without <c>GPU-</c>: it is compared as the number. 0 means that there is none.
/// </summary>
public static class AmdUniqueId
{
    /// <returns>The form of AMD's container tools; <see langword="null"/> for 0.</returns>
    public static string? Format(ulong id) => id == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"0x{id:X}");

    /// <summary>Sysfs's <c>unique_id</c>.</summary>
    /// <returns>0 when absent, empty or no number.</returns>
    public static ulong ParseSysfs(string? text) =>
        ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var id) ? id : 0;
}
