namespace GpuRuntime.Core.Inventory;

public enum GpuVendor
{
    Nvidia,
    Amd,
    Intel,
}

public static class GpuVendors
{
    /// <summary>The word that requests and output use: nvidia, amd, intel.</summary>
    public static string Word(this GpuVendor vendor) => vendor switch
    {
        GpuVendor.Nvidia => "nvidia",
        GpuVendor.Amd => "amd",
        _ => "intel",
    };

    /// <summary>The name as the vendor writes it.</summary>
    public static string DisplayName(this GpuVendor vendor) => vendor switch
    {
        GpuVendor.Nvidia => "NVIDIA",
        GpuVendor.Amd => "AMD",
        _ => "Intel",
    };

    /// <summary>The variable of the vendor's own tools that names the GPUs of a container.</summary>
    public static string VisibleDevicesVariable(this GpuVendor vendor) => vendor switch
    {
        GpuVendor.Nvidia => "NVIDIA_VISIBLE_DEVICES",
        GpuVendor.Amd => "AMD_VISIBLE_DEVICES",
        _ => "INTEL_VISIBLE_DEVICES",
    };

    /// <summary>The kind of the vendor's GPUs in CDI.</summary>
    public static string CdiKind(this GpuVendor vendor) => $"{vendor.Word()}.com/gpu";

    public static GpuVendor? Parse(ReadOnlySpan<char> word)
    {
        if (word.Equals("nvidia", StringComparison.OrdinalIgnoreCase))
            return GpuVendor.Nvidia;
        if (word.Equals("amd", StringComparison.OrdinalIgnoreCase))
            return GpuVendor.Amd;
        return word.Equals("intel", StringComparison.OrdinalIgnoreCase) ? GpuVendor.Intel : null;
    }
}
