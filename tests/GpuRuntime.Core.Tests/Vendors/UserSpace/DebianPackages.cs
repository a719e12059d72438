namespace GpuRuntime.Core.Tests.Vendors.UserSpace;

/// <summary>
/// The files of Debian's packages (intel-opencl-icd, libze1, intel-media-va-driver, rocm-opencl-icd, mesa-vulkan-drivers, mesa-va-drivers) with
/// what each needs, taken from the real ones and shortened to one library of a kind.
/// </summary>
internal static class DebianPackages
{
    public static void Install(UserSpaceHost host)
    {
        Intel(host);
        Amd(host);
        Mesa(host);
        // Other drivers beside them, and libraries that nothing here needs.
        host.Write($"{UserSpaceHost.OpenCl}/rusticl.icd", "libRusticlOpenCL.so.1\n");
        host.Library(UserSpaceHost.Libraries, "libRusticlOpenCL.so.1");
        host.Write($"{UserSpaceHost.OpenCl}/intel64.icd", "/opt/intel/oneapi/compiler/lib/libintelocl.so\n");
        host.Module("/opt/intel/oneapi/compiler/lib/libintelocl.so", "libtbb.so.12");
        host.Manifest($"{UserSpaceHost.Vulkan}/lvp_icd.{UserSpaceHost.Machine}.json", $"{UserSpaceHost.Libraries}/libvulkan_lvp.so");
        host.Module($"{UserSpaceHost.Libraries}/libvulkan_lvp.so");
        foreach (var soname in new[] { "libc.so.6", "libm.so.6", "libstdc++.so.6", "libgcc_s.so.1", "libtbb.so.12", "libX11.so.6" })
            host.Library(UserSpaceHost.Libraries, soname);
    }

    private static void Intel(UserSpaceHost host)
    {
        host.Write($"{UserSpaceHost.OpenCl}/intel.icd", $"{UserSpaceHost.Libraries}/intel-opencl/libigdrcl.so\n");
        host.Module($"{UserSpaceHost.Libraries}/intel-opencl/libigdrcl.so", "libigdgmm.so.12");
        host.Library(UserSpaceHost.Libraries, "libze_intel_gpu.so.1", "libigdgmm.so.12");
        host.Library(UserSpaceHost.Libraries, "libigdgmm.so.12");
        host.Library(UserSpaceHost.Libraries, "libigc.so.1", "libLLVM-14.so.1", "libz.so.1");
        host.Library(UserSpaceHost.Libraries, "libigdfcl.so.1", "libopencl-clang.so.14", "libLLVM-14.so.1");
        host.Library(UserSpaceHost.Libraries, "libopencl-clang.so.14", "libLLVM-14.so.1");
        host.Library(UserSpaceHost.Libraries, "libLLVM-14.so.1", "libz.so.1");
        host.Library(UserSpaceHost.Libraries, "libOpenCL.so.1");
        foreach (var soname in new[] { "libze_loader.so.1", "libze_tracing_layer.so.1", "libze_validation_layer.so.1" })
            host.Library(UserSpaceHost.Libraries, soname, "libstdc++.so.6");
        host.Module($"{UserSpaceHost.Libraries}/dri/iHD_drv_video.so", "libigdgmm.so.12");
        host.Module($"{UserSpaceHost.Libraries}/dri/i965_drv_video.so", "libdrm_intel.so.1", "libdrm.so.2");
    }

    private static void Amd(UserSpaceHost host)
    {
        host.Write($"{UserSpaceHost.OpenCl}/amdocl64.icd", "libamdocl64.so\n");
        host.Library(UserSpaceHost.Libraries, "libamdocl64.so", "libhsa-runtime64.so.1", "libnuma.so.1");
        host.Library(UserSpaceHost.Libraries, "libhsa-runtime64.so.1", "libdrm_amdgpu.so.1", "libdrm.so.2", "libnuma.so.1");
        host.Library(UserSpaceHost.Libraries, "libamd_comgr.so.3", "libLLVM.so.21.1", "libz.so.1");
        host.Library(UserSpaceHost.Libraries, "libLLVM.so.21.1", "libz.so.1");
        host.Library(UserSpaceHost.Libraries, "libnuma.so.1");
    }

    private static void Mesa(UserSpaceHost host)
    {
        foreach (var name in new[] { "intel", "intel_hasvk", "radeon" })
        {
            host.Manifest($"{UserSpaceHost.Vulkan}/{name}_icd.{UserSpaceHost.Machine}.json", $"{UserSpaceHost.Libraries}/libvulkan_{name}.so");
            host.Module($"{UserSpaceHost.Libraries}/libvulkan_{name}.so", name == "radeon" ? "libdrm_amdgpu.so.1" : "libdrm.so.2", "libxcb.so.1", "libz.so.1");
        }

        host.Library(UserSpaceHost.Libraries, "libgallium.so", "libdrm_amdgpu.so.1", "libz.so.1");
        // Newer releases have one file for all, and links to it.
        foreach (var name in new[] { "radeonsi", "r600", "nouveau" })
            File.CreateSymbolicLink(host.HostPath($"{UserSpaceHost.Libraries}/dri/{name}_drv_video.so"), "../libgallium.so");
        host.Library(UserSpaceHost.Libraries, "libdrm.so.2");
        host.Library(UserSpaceHost.Libraries, "libdrm_amdgpu.so.1", "libdrm.so.2");
        host.Library(UserSpaceHost.Libraries, "libdrm_intel.so.1", "libdrm.so.2");
        host.Library(UserSpaceHost.Libraries, "libxcb.so.1", "libXau.so.6");
        host.Library(UserSpaceHost.Libraries, "libXau.so.6");
        host.Library(UserSpaceHost.Libraries, "libz.so.1");
    }
}
