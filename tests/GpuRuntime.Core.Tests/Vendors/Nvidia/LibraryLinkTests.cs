using GpuRuntime.Core.Edits;

namespace GpuRuntime.Core.Tests.Vendors.Nvidia;

/// <summary>The names by which programs, linkers and GL's dispatchers look for the driver's libraries.</summary>
public sealed class LibraryLinkTests : MachineFixture
{
    private const string Libraries = "/usr/lib/x86_64-linux-gnu";

    [TestCase("utility", "libnvidia-ml.so.1", "libnvidia-ml.so.V")]
    [TestCase("compute", "libcuda.so.1", "libcuda.so.V")]
    [TestCase("compute", "libcuda.so", "libcuda.so.1")]
    [TestCase("compute", "libnvidia-nvvm.so.4", "libnvidia-nvvm.so.V")]
    [TestCase("compute", "libnvidia-opencl.so.1", "libnvidia-opencl.so.V")]
    [TestCase("video", "libnvcuvid.so", "libnvcuvid.so.1")]
    [TestCase("video", "libnvidia-encode.so", "libnvidia-encode.so.1")]
    [TestCase("video", "libnvidia-opticalflow.so", "libnvidia-opticalflow.so.1")]
    [TestCase("video", "vdpau/libvdpau_nvidia.so.1", "libvdpau_nvidia.so.V")]
    [TestCase("graphics", "libGLX_nvidia.so.0", "libGLX_nvidia.so.V")]
    [TestCase("graphics", "libGLX_indirect.so.0", "libGLX_nvidia.so.V")]
    [TestCase("graphics", "libEGL_nvidia.so.0", "libEGL_nvidia.so.V")]
    [TestCase("graphics", "libGLESv2_nvidia.so.2", "libGLESv2_nvidia.so.V")]
    [TestCase("graphics", "libnvidia-fbc.so", "libnvidia-fbc.so.1")]
    [TestCase("graphics", "libnvidia-egl-gbm.so.1", "libnvidia-egl-gbm.so.1.1.1")]
    [TestCase("graphics", "libnvidia-egl-wayland.so.1", "libnvidia-egl-wayland.so.1.1.13")]
    [TestCase("graphics", "gbm/nvidia-drm_gbm.so", "../libnvidia-allocator.so.1")]
    [TestCase("graphics", "libnvidia-allocator.so.1", "libnvidia-allocator.so.V")]
    [TestCase("ngx", "libnvidia-ngx.so", "libnvidia-ngx.so.1")]
    public void A_link_stands_beside_its_library(string capability, string link, string target) =>
        Assert.That(
            Plan(capability).Symlinks, Does.Contain(new ContainerSymlink($"{Libraries}/{link}", target.Replace("V", Host.DriverVersion, StringComparison.Ordinal))));

    [Test]
    public void A_library_whose_SONAME_is_its_file_name_has_no_link() =>
        Assert.That(Plan("all").Symlinks, Has.None.Matches<ContainerSymlink>(link => link.Path.Contains("glcore", StringComparison.Ordinal) || link.Path == $"{Libraries}/{link.Target}"));

    [Test]
    public void No_two_links_have_one_name() => Assert.That(Plan("all").Symlinks.Select(link => link.Path), Is.Unique);

    [Test]
    public void No_link_takes_the_place_of_a_mounted_file()
    {
        var edits = Plan("all");

        Assert.That(edits.Symlinks.Select(link => link.Path).Intersect(edits.Mounts.Select(mount => mount.ContainerPath)), Is.Empty);
    }

    [Test]
    public void Every_link_but_those_to_nodes_leads_to_something_that_comes_along()
    {
        var edits = Plan("all");
        var known = edits.Mounts.Select(mount => mount.ContainerPath).Concat(edits.Symlinks.Select(link => link.Path)).Concat(edits.DeviceNodes.Select(node => node.Path)).ToHashSet();

        var dangling = edits.Symlinks.Where(link => !known.Contains(Path.GetFullPath(Path.Combine(Path.GetDirectoryName(link.Path)!, link.Target))));

        Assert.That(dangling, Is.Empty);
    }

    [Test]
    public void The_loader_is_told_every_SONAME_of_both_architectures()
    {
        var edits = Plan("all");
        var known = edits.Symlinks.Select(link => link.Path).Concat(edits.Mounts.Select(mount => mount.ContainerPath)).ToHashSet();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(edits.Libraries.Select(entry => $"{entry.Name} {entry.Architecture}"), Is.Unique);
            Assert.That(edits.Libraries.Where(entry => !known.Contains(entry.Path)), Is.Empty, "a name that leads nowhere");
            Assert.That(edits.Libraries.Where(entry => entry.Name == "libcuda.so.1").Select(entry => $"{entry.Architecture} {entry.Path}"), Is.EqualTo((string[])
                ["X64 /usr/lib/x86_64-linux-gnu/libcuda.so.1", "X86 /usr/lib/i386-linux-gnu/libcuda.so.1"]));
            Assert.That(edits.Libraries.Select(entry => entry.Name), Does.Contain($"libnvidia-glcore.so.{Host.DriverVersion}").And.Contain("libGLX_indirect.so.0"));
        }
    }

    private ContainerEdits Plan(string capabilities) => Machine.Plan("NVIDIA_VISIBLE_DEVICES=0", $"NVIDIA_DRIVER_CAPABILITIES={capabilities}")!;
}
