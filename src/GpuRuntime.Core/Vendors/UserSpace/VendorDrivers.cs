using System.Collections.Immutable;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Vendors.UserSpace;

/// <summary>How one vendor's user-space drivers are called on a host.</summary>
internal sealed record VendorDrivers
{
    /// <summary>What the kernel's own drivers have in user space; <see langword="null"/> for a vendor that brings a driver of its own.</summary>
    public static VendorDrivers? Of(GpuVendor vendor) => vendor switch
    {
        GpuVendor.Intel => Intel,
        GpuVendor.Amd => Amd,
        _ => null,
    };

    /// <summary>The name of their directory in a container.</summary>
    public required string Directory { get; init; }

    /// <summary>
    /// How the names of libraries begin that are part of the driver, and of one version with it: in a container that asks for the host's
    /// driver they go in front of the image's.
    /// </summary>
    public required ImmutableArray<string> Own { get; init; }

    /// <summary>How the name of the OpenCL driver begins. Other ICD files, such as rusticl's or one for the processor, are no part of it.</summary>
    public required string OpenCl { get; init; }

    /// <summary>The drivers that the Level Zero loader asks for.</summary>
    public ImmutableArray<string> LevelZero { get; init; } = [];

    /// <summary>What compute drivers open by name while they run, compilers above all; of several versions those that are there.</summary>
    public required ImmutableArray<string> OpenedByCompute { get; init; }

    public required ImmutableArray<string> VaApi { get; init; }

    /// <summary>Vulkan manifests without <c>.json</c>; Mesa's also with the architecture in front of that.</summary>
    public required ImmutableArray<string> Vulkan { get; init; }

    /// <summary>Directories of libraries besides the system's.</summary>
    public ImmutableArray<string> LibraryDirectories { get; init; } = [];

    private static VendorDrivers Intel { get; } = new()
    {
        Directory = "intel",
        Own = ["libigdrcl", "libze_intel_gpu", "libigc.so", "libigdfcl.so", "libigdgmm.so", "libvulkan_intel"],
        OpenCl = "libigdrcl",
        LevelZero = ["libze_intel_gpu.so.1", "libze_intel_gpu_legacy1.so.1"],
        OpenedByCompute = ["libigc.so.2", "libigdfcl.so.2", "libigc.so.1", "libigdfcl.so.1"],
        VaApi = ["iHD_drv_video.so", "i965_drv_video.so"],
        Vulkan = ["intel_icd", "intel_hasvk_icd"],
    };

    private static VendorDrivers Amd { get; } = new()
    {
        Directory = "amd",
        Own = ["libamdocl", "libamd_comgr.so", "libhsa-runtime64.so", "libhsakmt.so", "librocprofiler-register.so", "libvulkan_radeon", "amdvlk"],
        OpenCl = "libamdocl",
        OpenedByCompute = ["libamd_comgr.so.3", "libamd_comgr.so.2"],
        VaApi = ["radeonsi_drv_video.so", "r600_drv_video.so"],
        Vulkan = ["radeon_icd", "amd_icd64"],
        LibraryDirectories = ["/opt/rocm/lib"],
    };
}
