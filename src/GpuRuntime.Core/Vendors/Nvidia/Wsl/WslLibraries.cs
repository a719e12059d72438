using System.Collections.Immutable;

namespace GpuRuntime.Core.Vendors.Nvidia.Wsl;

/// <summary>Which files of <see cref="WslDriver.Libraries"/> each capability means. Source: NVIDIA's drivers for Windows and container tools.</summary>
internal static class WslLibraries
{
    /// <summary>The library by which all others reach the kernel, and with it Windows.</summary>
    public const string Core = "libdxcore.so";

    private static readonly ImmutableArray<string> Always = [Core, "libcuda.so", "libcuda.so.1", "libcuda.so.1.1"];
    private static readonly ImmutableArray<string> Utility = ["libnvidia-ml.so.1"];
    private static readonly ImmutableArray<string> Compute = ["libcudadebugger.so.1"];

    private static readonly ImmutableArray<string> Video =
    [
        "libnvcuvid.so", "libnvcuvid.so.1", "libnvidia-encode.so", "libnvidia-encode.so.1", "libnvidia-opticalflow.so", "libnvidia-opticalflow.so.1",
    ];

    // GL and Vulkan on WSL2 are Mesa's, on top of Direct3D 12.
    private static readonly ImmutableArray<string> Graphics =
        ["libd3d12.so", "libd3d12core.so", "libnvwgf2umx.so", "libnvdxdlkernels.so", "libnvoptix.so.1", "libnvoptix_loader.so.1"];

    private static readonly ImmutableArray<string> Ngx = ["libnvidia-ngx.so.1"];

    public static IEnumerable<string> For(DriverCapability capabilities)
    {
        IEnumerable<string> names = Always;
        if (capabilities.HasFlag(DriverCapability.Utility))
            names = names.Concat(Utility);
        if (capabilities.HasFlag(DriverCapability.Compute))
            names = names.Concat(Compute);
        if (capabilities.HasFlag(DriverCapability.Video))
            names = names.Concat(Video);
        if ((capabilities & (DriverCapability.Graphics | DriverCapability.Display)) != 0)
            names = names.Concat(Graphics);
        if (capabilities.HasFlag(DriverCapability.Ngx))
            names = names.Concat(Ngx);
        return names;
    }
}
