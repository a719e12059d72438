using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Tests.Vendors.UserSpace;

/// <summary>Where distributions and the vendors' own packages put the drivers.</summary>
public sealed class UserSpaceLayoutTests : UserSpaceFixture
{
    private const string Rocm = "/opt/rocm-6.3.0/lib";

    private static readonly string Libraries = UserSpaceHost.Libraries;

    [Test]
    public void A_library_is_found_in_each_directory_of_the_system([Values("", "64", "/TRIPLET")] string suffix, [Values("/usr/lib", "/lib")] string directory)
    {
        var path = $"{directory}{suffix}".Replace("TRIPLET", UserSpaceHost.Triplet, StringComparison.Ordinal);
        Host.Library(path, "libze_intel_gpu.so.1");

        Assert.That(Host.Give(GpuVendor.Intel, "compute").Mounts.Single().HostPath, Is.EqualTo(Host.HostPath($"{path}/libze_intel_gpu.so.1.0")));
    }

    [Test]
    public void What_only_the_loader_cache_names_is_found()
    {
        Host.Write($"{UserSpaceHost.OpenCl}/amdocl64_60300_39.icd", "libamdocl64.so\n");
        Host.Library(Rocm, "libamdocl64.so", "libhsa-runtime64.so.1");
        Host.Library(Rocm, "libhsa-runtime64.so.1");
        Host.Cache("libamdocl64.so", $"{Rocm}/libamdocl64.so");

        Assert.That(Host.Give(GpuVendor.Amd, "compute").Mounts.Select(mount => mount.HostPath), Is.EqualTo((string[])
        [
            Host.HostPath($"{Rocm}/libamdocl64.so.0"), Host.HostPath($"{Rocm}/libhsa-runtime64.so.1.0"),
            Host.HostPath($"{UserSpaceHost.OpenCl}/amdocl64_60300_39.icd"),
        ]), "the second lies besides the first");
    }

    [Test]
    public void The_loader_cache_counts_before_the_directories()
    {
        Host.Library(Libraries, "libze_intel_gpu.so.1");
        Host.Library("/opt/newer", "libze_intel_gpu.so.1");
        Host.Cache("libze_intel_gpu.so.1", "/opt/newer/libze_intel_gpu.so.1");

        Assert.That(Host.Give(GpuVendor.Intel, "compute").Mounts.Single().HostPath, Does.Contain("/opt/newer/"));
    }

    [Test]
    public void A_loader_cache_that_is_out_of_date_hides_nothing()
    {
        Host.Library(Libraries, "libze_intel_gpu.so.1");
        Host.Cache("libze_intel_gpu.so.1", "/opt/gone/libze_intel_gpu.so.1");

        Assert.That(Host.Given(GpuVendor.Intel, "compute"), Has.Length.EqualTo(1));
    }

    [Test]
    public void A_variant_for_some_processors_is_passed_over()
    {
        Host.Library($"{Libraries}/glibc-hwcaps/x86-64-v3", "libze_intel_gpu.so.1");
        Host.Library(Libraries, "libze_intel_gpu.so.1");
        Host.Cache("libze_intel_gpu.so.1", $"{Libraries}/glibc-hwcaps/x86-64-v3/libze_intel_gpu.so.1");

        Assert.That(Host.Give(GpuVendor.Intel, "compute").Mounts.Single().HostPath, Is.EqualTo(Host.HostPath($"{Libraries}/libze_intel_gpu.so.1.0")));
    }

    [Test]
    public void ROCm_without_a_loader_cache_is_found_where_its_packages_put_it()
    {
        Host.Write($"{UserSpaceHost.OpenCl}/amdocl64.icd", "libamdocl64.so\n");
        Host.Library("/opt/rocm/lib", "libamdocl64.so");

        Assert.That(Host.Given(GpuVendor.Amd, "compute"), Does.Contain("/usr/lib/gpu-runtime/amd/libamdocl64.so"));
    }

    [Test]
    public void The_configured_directories_are_searched_too()
    {
        Host.Library("/srv/neo", "libze_intel_gpu.so.1");
        Host.Module("/srv/neo/dri/iHD_drv_video.so");
        Host.Configuration = Host.Configuration with { LibrarySearchPaths = ["/srv/neo"] };

        Assert.That(Host.Given(GpuVendor.Intel, "compute,video"), Has.Length.EqualTo(3));
    }

    [TestCase("dri")]
    [TestCase("dri-freeworld")]
    [TestCase("dri-nonfree")]
    public void A_VA_API_driver_is_found_in_each_of_Fedoras_directories(string directory)
    {
        Host.Module($"/usr/lib64/{directory}/radeonsi_drv_video.so");

        Assert.That(Host.Given(GpuVendor.Amd, "video"), Is.EqualTo((string[])[$"{Libraries}/dri/radeonsi_drv_video.so", "/usr/lib64/dri/radeonsi_drv_video.so"]));
    }

    [Test]
    public void The_build_with_more_codecs_counts()
    {
        Host.Module("/usr/lib64/dri/radeonsi_drv_video.so");
        Host.Module("/usr/lib64/dri-freeworld/radeonsi_drv_video.so");

        Assert.That(Host.Give(GpuVendor.Amd, "video").Mounts.Select(mount => mount.HostPath), Is.All.Contains("/dri-freeworld/"));
    }

    [Test]
    public void A_Vulkan_driver_by_its_bare_name_is_for_the_loader_to_find([Values] bool withArchitecture)
    {
        var manifest = $"{UserSpaceHost.Vulkan}/intel_icd{(withArchitecture ? $".{UserSpaceHost.Machine}" : "")}.json";
        Host.Manifest(manifest, "libvulkan_intel.so");
        Host.Module($"{Libraries}/libvulkan_intel.so");

        var edits = Host.Give(GpuVendor.Intel, "graphics");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(edits.Mounts.Select(mount => mount.ContainerPath), Is.EqualTo((string[])["/usr/lib/gpu-runtime/intel/libvulkan_intel.so", manifest]));
            Assert.That(edits.Libraries.Single().Name, Is.EqualTo("libvulkan_intel.so"));
        }
    }

    [Test]
    public void A_manifest_of_the_admins_counts_before_the_packages()
    {
        foreach (var directory in new[] { "/etc/vulkan/icd.d", UserSpaceHost.Vulkan })
        {
            Host.Manifest($"{directory}/amd_icd64.json", $"{Libraries}/amdvlk64.so");
            Host.Module($"{Libraries}/amdvlk64.so");
        }

        Assert.That(Host.Given(GpuVendor.Amd, "graphics"), Is.EqualTo((string[])[$"{Libraries}/amdvlk64.so", "/etc/vulkan/icd.d/amd_icd64.json"]));
    }

    [Test]
    public void A_manifest_left_over_from_a_driver_that_is_gone_hides_no_other()
    {
        Host.Manifest("/etc/vulkan/icd.d/radeon_icd.json", "/opt/gone/libvulkan_radeon.so");
        Host.Manifest($"{UserSpaceHost.Vulkan}/radeon_icd.json", "libvulkan_radeon.so");
        Host.Module($"{Libraries}/libvulkan_radeon.so");

        Assert.That(Host.Given(GpuVendor.Amd, "graphics"), Does.Contain($"{UserSpaceHost.Vulkan}/radeon_icd.json").And.Not.Contain("/etc/vulkan/icd.d/radeon_icd.json"));
    }

    [Test]
    public void Compilers_of_two_generations_come_both()
    {
        Host.Library(Libraries, "libze_intel_gpu.so.1");
        Host.Library(Libraries, "libze_intel_gpu_legacy1.so.1");
        Host.Library(Libraries, "libigc.so.1");
        Host.Library(Libraries, "libigc.so.2");

        Assert.That(Host.Give(GpuVendor.Intel, "compute").Libraries.Select(entry => entry.Name), Is.EqualTo((string[])
            ["libze_intel_gpu.so.1", "libze_intel_gpu_legacy1.so.1", "libigc.so.2", "libigc.so.1"]));
    }

    [Test]
    public void An_ICD_file_that_is_a_link_is_given_under_its_own_name()
    {
        Host.Module($"{Libraries}/intel-opencl/libigdrcl_legacy1.so");
        Host.Write("/usr/share/neo/legacy.icd", $"{Libraries}/intel-opencl/libigdrcl_legacy1.so");
        Directory.CreateDirectory(Host.HostPath(UserSpaceHost.OpenCl));
        File.CreateSymbolicLink(Host.HostPath($"{UserSpaceHost.OpenCl}/intel_legacy1.icd"), "/usr/share/neo/legacy.icd");

        var mount = Host.Give(GpuVendor.Intel, "compute").Mounts.Single(mount => mount.ContainerPath.EndsWith(".icd", StringComparison.Ordinal));

        Assert.That((mount.ContainerPath, mount.HostPath), Is.EqualTo(($"{UserSpaceHost.OpenCl}/intel_legacy1.icd", Host.HostPath("/usr/share/neo/legacy.icd"))));
    }
}
