using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Tests.Vendors.UserSpace;

/// <summary>Hosts with parts of a driver, broken ones and none: what cannot work is not given, and nothing fails.</summary>
public sealed class IncompleteUserSpaceTests : UserSpaceFixture
{
    private static readonly string Libraries = UserSpaceHost.Libraries;

    private static string IntelIcd => $"{UserSpaceHost.OpenCl}/intel.icd";

    private static string Driver => $"{Libraries}/intel-opencl/libigdrcl.so";

    [Test]
    public void A_host_without_any_gives_nothing([Values(GpuVendor.Amd, GpuVendor.Intel)] GpuVendor vendor) => Assert.That(Host.Give(vendor, "all").Mounts, Is.Empty);

    [Test]
    public void Loaders_without_a_driver_are_not_given()
    {
        Host.Library(Libraries, "libOpenCL.so.1");
        Host.Library(Libraries, "libze_loader.so.1");
        Host.Library(Libraries, "libigc.so.1");

        Assert.That(Host.Given(GpuVendor.Intel, "compute"), Is.Empty);
    }

    [Test]
    public void An_ICD_file_whose_driver_is_gone_is_not_given()
    {
        Host.Write(IntelIcd, Driver);

        Assert.That(Host.Given(GpuVendor.Intel, "compute"), Is.Empty);
    }

    [Test]
    public void A_driver_of_another_architecture_is_not_given()
    {
        Host.Write(IntelIcd, Driver);
        Host.Write(Driver, SharedObjectFile.Of("libigdrcl.so", foreign: true));

        Assert.That(Host.Given(GpuVendor.Intel, "compute"), Is.Empty);
    }

    [Test]
    public void A_driver_that_is_no_shared_object_is_not_given()
    {
        Host.Write(IntelIcd, Driver);
        Host.Write(Driver, "INPUT(libigdrcl.so.1)");

        Assert.That(Host.Given(GpuVendor.Intel, "compute"), Is.Empty);
    }

    // Relative to nobody knows what, or a path that means another one in the container.
    [TestCase("intel-opencl/libigdrcl.so")]
    [TestCase("./libigdrcl.so")]
    [TestCase("/usr/lib/../lib/libigdrcl.so")]
    [TestCase("/usr/lib//libigdrcl.so")]
    [TestCase("/usr/lib/./libigdrcl.so")]
    public void A_driver_by_a_path_that_is_not_plain_is_not_given(string path)
    {
        Host.Module("/usr/lib/libigdrcl.so");
        Host.Write(IntelIcd, path);

        Assert.That(Host.Given(GpuVendor.Intel, "compute"), Is.Empty);
    }

    [TestCase("")]
    [TestCase("\n\n")]
    [TestCase("/usr/lib/\n")]
    [TestCase("\0\0\0")]
    public void An_ICD_file_that_names_nothing_is_not_given(string content)
    {
        Host.Write(IntelIcd, content);

        Assert.That(Host.Given(GpuVendor.Intel, "compute"), Is.Empty);
    }

    [TestCase("")]
    [TestCase("{")]
    [TestCase("[]")]
    [TestCase("""{"ICD": "libvulkan_radeon.so"}""")]
    [TestCase("""{"ICD": {}}""")]
    [TestCase("""{"ICD": {"library_path": 5}}""")]
    [TestCase("""{"ICD": {"library_path": ""}}""")]
    [TestCase("""{"ICD": {"library_path": "\ud800"}}""")]
    [TestCase("""{"ICD": {"library_path": "../../../lib/libvulkan_radeon.so"}}""")]
    [TestCase("""{"ICD": {"library_path": "libvulkan_other.so"}}""")]
    public void A_manifest_that_names_no_driver_is_not_given(string content)
    {
        Host.Module($"{Libraries}/libvulkan_radeon.so");
        Host.Write($"{UserSpaceHost.Vulkan}/radeon_icd.json", content);

        Assert.That(Host.Given(GpuVendor.Amd, "graphics"), Is.Empty);
    }

    [Test]
    public void A_file_of_the_hosts_that_names_the_C_library_does_not_bring_it()
    {
        Host.Library(Libraries, "libc.so.6");
        Host.Manifest($"{UserSpaceHost.Vulkan}/radeon_icd.json", $"{Libraries}/libc.so.6");
        Host.Manifest($"{UserSpaceHost.Vulkan}/amd_icd64.json", "libc.so.6");

        Assert.That(Host.Given(GpuVendor.Amd, "graphics"), Is.Empty);
    }

    [Test]
    public void A_library_that_the_host_lacks_keeps_no_other_back()
    {
        Host.Module($"{Libraries}/dri/iHD_drv_video.so", "libmissing.so.1", "libigdgmm.so.12");
        Host.Library(Libraries, "libigdgmm.so.12");

        Assert.That(Host.Given(GpuVendor.Intel, "video"), Does.Contain("/usr/lib/gpu-runtime/intel/libigdgmm.so.12"));
    }

    [Test]
    public void Libraries_that_need_each_other_come_once()
    {
        Host.Module($"{Libraries}/dri/iHD_drv_video.so", "libone.so.1");
        Host.Library(Libraries, "libone.so.1", "libother.so.1", "libone.so.1");
        Host.Library(Libraries, "libother.so.1", "libone.so.1");

        Assert.That(Host.Give(GpuVendor.Intel, "video").FallbackLibraries.Select(entry => entry.Name), Is.EqualTo((string[])["libone.so.1", "libother.so.1"]));
    }

    [TestCase("libc.so.6")]
    [TestCase("libm.so.6")]
    [TestCase("libdl.so.2")]
    [TestCase("libpthread.so.0")]
    [TestCase("librt.so.1")]
    [TestCase("libresolv.so.2")]
    [TestCase("libstdc++.so.6")]
    [TestCase("libgcc_s.so.1")]
    [TestCase("ld-linux-x86-64.so.2")]
    [TestCase("ld-linux-aarch64.so.1")]
    public void The_libraries_of_the_languages_are_the_images(string soname)
    {
        Host.Library(Libraries, soname);
        Host.Module($"{Libraries}/dri/iHD_drv_video.so", soname, "libcrypt.so.1");
        Host.Library(Libraries, "libcrypt.so.1", soname);

        Assert.That(Host.Give(GpuVendor.Intel, "video").FallbackLibraries.Select(entry => entry.Name), Is.EqualTo((string[])["libcrypt.so.1"]));
    }

    // The driver's own prefix holds: a link leads where it leads in the driver root.
    [Test]
    public void A_link_leads_nowhere_outside_of_the_driver_root()
    {
        Host.Write(IntelIcd, Driver);
        Directory.CreateDirectory(Path.GetDirectoryName(Host.HostPath(Driver))!);
        File.CreateSymbolicLink(Host.HostPath(Driver), "/../../../../opt/libigdrcl.so");
        Host.Module("/opt/libigdrcl.so");

        Assert.That(Host.Give(GpuVendor.Intel, "compute").Mounts[0].HostPath, Is.EqualTo(Host.HostPath("/opt/libigdrcl.so")));
    }

    [Test]
    public void A_driver_that_is_a_directory_or_a_manifest_that_is_one_is_not_given()
    {
        Directory.CreateDirectory(Host.HostPath($"{Libraries}/dri/radeonsi_drv_video.so"));
        Directory.CreateDirectory(Host.HostPath($"{UserSpaceHost.Vulkan}/radeon_icd.json"));
        Directory.CreateDirectory(Host.HostPath($"{UserSpaceHost.OpenCl}/amdocl64.icd"));

        Assert.That(Host.Given(GpuVendor.Amd, "all"), Is.Empty);
    }
}
