using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Tests.Vendors.UserSpace;

/// <summary>What each capability brings from a host with Debian's packages of both vendors: whole lists.</summary>
public sealed class CapabilityTests : UserSpaceFixture
{
    private const string Intel = "/usr/lib/gpu-runtime/intel";
    private const string Amd = "/usr/lib/gpu-runtime/amd";
    private const string Fallback = UserSpaceHost.Fallback;

    private static readonly string Libraries = UserSpaceHost.Libraries;

    private static readonly string[] IntelCompute =
    [
        $"{UserSpaceHost.OpenCl}/intel.icd", $"{Libraries}/intel-opencl/libigdrcl.so",
        $"{Intel}/libigc.so.1", $"{Intel}/libigdfcl.so.1", $"{Intel}/libigdgmm.so.12", $"{Intel}/libze_intel_gpu.so.1",
        $"{Fallback}/libLLVM-14.so.1", $"{Fallback}/libOpenCL.so.1", $"{Fallback}/libopencl-clang.so.14", $"{Fallback}/libz.so.1",
        $"{Fallback}/libze_loader.so.1", $"{Fallback}/libze_tracing_layer.so.1", $"{Fallback}/libze_validation_layer.so.1",
    ];

    private static readonly string[] AmdCompute =
    [
        $"{UserSpaceHost.OpenCl}/amdocl64.icd", $"{Amd}/libamd_comgr.so.3", $"{Amd}/libamdocl64.so", $"{Amd}/libhsa-runtime64.so.1",
        $"{Fallback}/libLLVM.so.21.1", $"{Fallback}/libOpenCL.so.1", $"{Fallback}/libdrm.so.2", $"{Fallback}/libdrm_amdgpu.so.1", $"{Fallback}/libnuma.so.1",
        $"{Fallback}/libz.so.1",
    ];

    private static readonly string[] IntelVideo =
    [
        $"{Libraries}/dri/iHD_drv_video.so", "/usr/lib64/dri/iHD_drv_video.so", $"{Libraries}/dri/i965_drv_video.so", "/usr/lib64/dri/i965_drv_video.so",
        $"{Intel}/libigdgmm.so.12", $"{Fallback}/libdrm.so.2", $"{Fallback}/libdrm_intel.so.1",
    ];

    private static readonly string[] AmdVideo =
    [
        $"{Libraries}/dri/radeonsi_drv_video.so", "/usr/lib64/dri/radeonsi_drv_video.so", $"{Libraries}/dri/r600_drv_video.so", "/usr/lib64/dri/r600_drv_video.so",
        $"{Fallback}/libdrm.so.2", $"{Fallback}/libdrm_amdgpu.so.1", $"{Fallback}/libz.so.1",
    ];

    private static readonly string[] IntelVulkan =
    [
        $"{UserSpaceHost.Vulkan}/intel_icd.{UserSpaceHost.Machine}.json", $"{UserSpaceHost.Vulkan}/intel_hasvk_icd.{UserSpaceHost.Machine}.json",
        $"{Libraries}/libvulkan_intel.so", $"{Libraries}/libvulkan_intel_hasvk.so",
        $"{Fallback}/libXau.so.6", $"{Fallback}/libdrm.so.2", $"{Fallback}/libxcb.so.1", $"{Fallback}/libz.so.1",
    ];

    private static readonly string[] AmdVulkan =
    [
        $"{UserSpaceHost.Vulkan}/radeon_icd.{UserSpaceHost.Machine}.json", $"{Libraries}/libvulkan_radeon.so",
        $"{Fallback}/libXau.so.6", $"{Fallback}/libdrm.so.2", $"{Fallback}/libdrm_amdgpu.so.1", $"{Fallback}/libxcb.so.1", $"{Fallback}/libz.so.1",
    ];

    [SetUp]
    public void Install() => DebianPackages.Install(Host);

    [Test]
    public void Without_these_capabilities_nothing_is_given(
        [Values(GpuVendor.Amd, GpuVendor.Intel)] GpuVendor vendor, [Values(null, "utility", "compat32,ngx", "gpu")] string? capabilities) =>
        Assert.That(Host.Given(vendor, capabilities), Is.Empty);

    [Test]
    public void NVIDIAs_variable_brings_nothing([Values(GpuVendor.Amd, GpuVendor.Intel)] GpuVendor vendor) =>
        Assert.That(Host.Give(vendor, null, "NVIDIA_VISIBLE_DEVICES=all", "NVIDIA_DRIVER_CAPABILITIES=all").Mounts, Is.Empty);

    [TestCase(GpuVendor.Intel)]
    [TestCase(GpuVendor.Amd)]
    public void Compute_brings_OpenCL_and_Level_Zero(GpuVendor vendor) => AssertGiven(vendor, "compute", vendor == GpuVendor.Intel ? IntelCompute : AmdCompute);

    [TestCase(GpuVendor.Intel)]
    [TestCase(GpuVendor.Amd)]
    public void Video_brings_VA_API_to_where_either_family_of_distributions_looks(GpuVendor vendor) =>
        AssertGiven(vendor, "video", vendor == GpuVendor.Intel ? IntelVideo : AmdVideo);

    [Test]
    public void Graphics_and_display_bring_Vulkan(
        [Values(GpuVendor.Amd, GpuVendor.Intel)] GpuVendor vendor, [Values("graphics", "display", "graphics,display")] string capabilities) =>
        AssertGiven(vendor, capabilities, vendor == GpuVendor.Intel ? IntelVulkan : AmdVulkan);

    [Test]
    public void All_brings_everything_once([Values(GpuVendor.Amd, GpuVendor.Intel)] GpuVendor vendor)
    {
        string[] every = vendor == GpuVendor.Intel ? [.. IntelCompute, .. IntelVideo, .. IntelVulkan] : [.. AmdCompute, .. AmdVideo, .. AmdVulkan];

        AssertGiven(vendor, "all", [.. every.Distinct()]);
    }

    [Test]
    public void Every_file_is_the_hosts_links_resolved_and_read_only()
    {
        var mounts = Host.Give(GpuVendor.Intel, "all").Mounts;

        using (Assert.EnterMultipleScope())
        {
            foreach (var mount in mounts)
            {
                Assert.That(mount.Options, Is.EqualTo(ContainerMount.ReadOnly));
                Assert.That(mount.HostPath, Does.StartWith(Host.HostPath("/")).And.Exist);
                Assert.That(new FileInfo(mount.HostPath).LinkTarget, Is.Null, mount.HostPath);
            }

            Assert.That(HostPathOf(mounts, $"{Intel}/libze_intel_gpu.so.1"), Is.EqualTo(Host.HostPath($"{Libraries}/libze_intel_gpu.so.1.0")));
        }
    }

    [Test]
    public void The_loader_is_told_of_every_library_in_our_directories_and_of_no_other()
    {
        var edits = Host.Give(GpuVendor.Intel, "all");
        var paths = edits.Mounts.Select(mount => mount.ContainerPath).ToArray();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(edits.Libraries.Select(entry => entry.Path), Is.EquivalentTo(paths.Where(path => path.StartsWith(Intel, StringComparison.Ordinal))));
            Assert.That(edits.FallbackLibraries.Select(entry => entry.Path), Is.EquivalentTo(paths.Where(path => path.StartsWith(Fallback, StringComparison.Ordinal))));
            foreach (var entry in edits.Libraries.Concat(edits.FallbackLibraries))
                Assert.That((Path.GetFileName(entry.Path), entry.Architecture), Is.EqualTo((entry.Name, LibraryArchitectures.Native)));
        }
    }

    [Test]
    public void No_link_of_the_image_is_replaced() =>
        Assert.That(Host.Give(GpuVendor.Amd, "all").Symlinks, Is.Empty);

    [Test]
    public void The_order_is_the_same_every_time()
    {
        var first = Host.Give(GpuVendor.Intel, "all");
        var second = Host.Give(GpuVendor.Intel, "all");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(second.Mounts, Is.EqualTo(first.Mounts).Using<ContainerMount>((x, y) => x.ContainerPath == y.ContainerPath && x.HostPath == y.HostPath));
            Assert.That(second.Libraries, Is.EqualTo(first.Libraries));
            Assert.That(second.FallbackLibraries, Is.EqualTo(first.FallbackLibraries));
        }
    }

    [Test]
    public void What_both_vendors_need_of_the_host_is_mounted_once()
    {
        var joined = ContainerEdits.Join(Host.Give(GpuVendor.Amd, "all"), Host.Give(GpuVendor.Intel, "all"));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(joined.Mounts.Select(mount => mount.ContainerPath), Is.Unique);
            Assert.That(joined.Mounts.Count(mount => mount.HostPath.EndsWith("/libz.so.1.0", StringComparison.Ordinal)), Is.EqualTo(1));
            Assert.That(joined.FallbackLibraries.Select(entry => entry.Name), Is.Unique.And.Contain("libOpenCL.so.1"));
            Assert.That(joined.Libraries.Select(entry => entry.Name), Is.Unique);
        }
    }

    private void AssertGiven(GpuVendor vendor, string capabilities, string[] expected) => Assert.That(Host.Given(vendor, capabilities), Is.EquivalentTo(expected));

    private static string HostPathOf(IEnumerable<ContainerMount> mounts, string path) => mounts.Single(mount => mount.ContainerPath == path).HostPath;
}
