using GpuRuntime.Core.Edits;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Core.Tests.Vendors.Nvidia;

/// <summary>Where distributions put the driver: the same files are found in each layout, with a loader cache and without one.</summary>
[TestFixture(DriverLayout.Multiarch, true)]
[TestFixture(DriverLayout.Multiarch, false)]
[TestFixture(DriverLayout.Debian, true)]
[TestFixture(DriverLayout.Debian, false)]
[TestFixture(DriverLayout.Lib64, true)]
[TestFixture(DriverLayout.Lib64, false)]
public sealed class DriverLayoutTests(DriverLayout layout, bool cache) : MachineFixture
{
    private const string Triplet = "/usr/lib/x86_64-linux-gnu";

    private protected override SimulatedNvidiaHostOptions? Options => new() { GpuCount = 1, Layout = layout, LoaderCache = cache };

    private string Libraries => layout switch
    {
        DriverLayout.Lib64 => "/usr/lib64",
        DriverLayout.Debian => $"{Triplet}/nvidia/current",
        _ => Triplet,
    };

    [TestCase("utility", 2, 0)]
    [TestCase("compute", 9, 0)]
    [TestCase("video", 13, 0)]
    [TestCase("utility,compat32", 2, 1)]
    [TestCase("compute,compat32", 9, 6)]
    public void Every_library_of_a_capability_is_found(string capabilities, int count, int count32)
    {
        var libraries = Plan(capabilities).Mounts.Where(mount => mount.ContainerPath.Contains(".so.", StringComparison.Ordinal)).Select(mount => mount.ContainerPath).ToList();
        var directories32 = layout == DriverLayout.Lib64 ? (string[])["/usr/lib"] : ["/usr/lib/i386-linux-gnu", "/usr/lib/i386-linux-gnu/nvidia/current"];

        using (Assert.EnterMultipleScope())
        {
            Assert.That(libraries.Count(path => !directories32.Contains(Path.GetDirectoryName(path))), Is.EqualTo(count), string.Join('\n', libraries));
            Assert.That(libraries.Count(path => directories32.Contains(Path.GetDirectoryName(path))), Is.EqualTo(count32), string.Join('\n', libraries));
        }
    }

    [Test]
    public void Graphics_is_complete()
    {
        var libraries = PlannedFiles.Of(Plan("graphics")).Libraries;

        Assert.That(libraries, Is.SupersetOf((string[])
        [
            "libEGL_nvidia", "libGLX_nvidia", "libnvidia-eglcore", "libnvidia-glcore", "libnvidia-glsi", "libnvidia-tls", "libnvidia-gpucomp", "libnvidia-egl-gbm",
            "libcuda", "nvidia_drv", "libglxserver_nvidia",
        ]));
    }

    // On Debian these are links to alternatives; the file that they lead to has another name or place.
    [TestCase("drivers/nvidia_drv.so")]
    [TestCase("extensions/libglxserver_nvidia.so")]
    public void The_X_servers_modules_have_the_names_that_the_server_asks_for(string module)
    {
        var modules = layout == DriverLayout.Lib64 ? "/usr/lib64/xorg/modules" : "/usr/lib/xorg/modules";

        Assert.That(Plan("graphics").Mounts.Select(mount => mount.ContainerPath), Does.Contain($"{modules}/{module}"));
    }

    [Test]
    public void A_library_lies_where_it_lies_on_the_host() =>
        Assert.That(Plan("compute").Mounts.Select(mount => mount.ContainerPath), Does.Contain($"{Libraries}/libcuda.so.{Host.DriverVersion}"));

    [Test]
    public void The_loader_is_told_where_each_SONAME_is()
    {
        var edits = Plan("compute,utility");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(edits.Libraries.Select(entry => $"{entry.Name} {entry.Path}"), Does.Contain($"libcuda.so.1 {Libraries}/libcuda.so.1"));
            Assert.That(edits.Symlinks, Does.Contain(new ContainerSymlink($"{Libraries}/libcuda.so.1", $"libcuda.so.{Host.DriverVersion}")));
            Assert.That(edits.Symlinks, Does.Contain(new ContainerSymlink($"{Libraries}/libcuda.so", "libcuda.so.1")));
        }
    }

    // Debian's is a link to an alternative, absolute inside the driver root.
    [TestCase("nvidia-smi")]
    [TestCase("nvidia-debugdump")]
    [TestCase("nvidia-persistenced")]
    public void Tools_come_to_usr_bin(string name)
    {
        var mount = Plan("utility").Mounts.Single(mount => mount.ContainerPath == $"/usr/bin/{name}");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(mount.HostPath, Does.StartWith(Host.DriverRoot));
            Assert.That(new FileInfo(mount.HostPath).LinkTarget, Is.Null, "links are resolved");
        }
    }

    [TestCase("/etc/vulkan/icd.d/nvidia_icd.json")]
    [TestCase("/usr/share/nvidia/nvoptix.bin")]
    [TestCase("/usr/share/glvnd/egl_vendor.d/10_nvidia.json")]
    public void Data_files_have_one_place_in_the_container(string path) => Assert.That(Plan("graphics").Mounts.Select(mount => mount.ContainerPath), Does.Contain(path));

    private ContainerEdits Plan(string capabilities) => Machine.Plan("NVIDIA_VISIBLE_DEVICES=0", $"NVIDIA_DRIVER_CAPABILITIES={capabilities}")!;
}
