using System.Collections.Immutable;

namespace GpuRuntime.Core.Tests.Vendors.Nvidia;

/// <summary>Which of the driver's files come along with each capability: the tables of NVIDIA's own tools, with what the libraries need in turn.</summary>
public sealed class CapabilityFilesTests : MachineFixture
{
    private static readonly ImmutableArray<string> Utility = ["libnvidia-cfg", "libnvidia-ml"];

    private static readonly ImmutableArray<string> Compute =
    [
        "libcuda", "libcudadebugger", "libnvidia-allocator", "libnvidia-gpucomp", "libnvidia-nvvm", "libnvidia-opencl",
        "libnvidia-pkcs11", "libnvidia-pkcs11-openssl3", "libnvidia-ptxjitcompiler",
    ];

    private static readonly ImmutableArray<string> Video = ["libnvcuvid", "libnvidia-encode", "libnvidia-opticalflow", "libvdpau_nvidia"];

    private static readonly ImmutableArray<string> Graphics =
    [
        "libEGL_nvidia", "libGLESv1_CM_nvidia", "libGLESv2_nvidia", "libGLX_nvidia", "libnvidia-eglcore", "libnvidia-fbc", "libnvidia-glcore",
        "libnvidia-glsi", "libnvidia-glvkspirv", "libnvidia-rtcore", "libnvidia-tls", "libnvoptix",
    ];

    // The GL cores name gpucomp in DT_NEEDED; EGL and the ray-tracing core open libcuda, which opens the rest; GBM's back end is the allocator.
    private static readonly ImmutableArray<string> NeededByGraphics =
    [
        "libcuda", "libcudadebugger", "libnvidia-allocator", "libnvidia-egl-gbm", "libnvidia-egl-wayland", "libnvidia-gpucomp", "libnvidia-nvvm",
        "libnvidia-pkcs11", "libnvidia-pkcs11-openssl3", "libnvidia-ptxjitcompiler",
    ];

    private static readonly ImmutableArray<string> XorgModules = ["libglxserver_nvidia", "nvidia_drv"];
    private static readonly ImmutableArray<string> UtilityPrograms = ["nv-fabricmanager", "nvidia-debugdump", "nvidia-persistenced", "nvidia-smi"];
    private static readonly ImmutableArray<string> ComputePrograms = ["nvidia-cuda-mps-control", "nvidia-cuda-mps-server"];

    private ImmutableArray<string> Firmware =>
        [$"/lib/firmware/nvidia/{Host.DriverVersion}/gsp_ga10x.bin", $"/lib/firmware/nvidia/{Host.DriverVersion}/gsp_tu10x.bin"];

    private static ImmutableArray<string> Sockets => ["/run/nvidia-fabricmanager/socket", "/run/nvidia-persistenced/socket"];

    private static ImmutableArray<string> GraphicsData =>
    [
        "/etc/vulkan/icd.d/nvidia_icd.json", "/etc/vulkan/implicit_layer.d/nvidia_layers.json", "/usr/share/X11/xorg.conf.d/nvidia-drm-outputclass.conf",
        "/usr/share/egl/egl_external_platform.d/10_nvidia_wayland.json", "/usr/share/egl/egl_external_platform.d/15_nvidia_gbm.json",
        "/usr/share/glvnd/egl_vendor.d/10_nvidia.json", "/usr/share/nvidia/nvoptix.bin",
    ];

    [Test]
    public void Utility_brings_only_its_own_files()
    {
        var files = Files("utility");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(files.Libraries, Is.EqualTo(Utility));
            Assert.That(files.Libraries32, Is.Empty);
            Assert.That(files.Programs, Is.EqualTo(UtilityPrograms));
            Assert.That(files.Others, Is.EquivalentTo(Firmware.AddRange(Sockets)));
        }
    }

    [Test]
    public void Compute_brings_CUDA_with_MPS_and_OpenCL()
    {
        var files = Files("compute");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(files.Libraries, Is.EqualTo(Compute));
            Assert.That(files.Programs, Is.EqualTo(ComputePrograms));
            Assert.That(files.Others, Is.EquivalentTo(Firmware.AddRange("/etc/OpenCL/vendors/nvidia.icd", "/tmp/nvidia-mps")));
        }
    }

    [Test]
    public void Utility_and_compute_are_the_default()
    {
        var files = PlannedFiles.Of(Machine.Plan("NVIDIA_VISIBLE_DEVICES=all")!);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(files.Libraries, Is.EquivalentTo(Utility.AddRange(Compute)));
            Assert.That(files.Programs, Is.EquivalentTo(UtilityPrograms.AddRange(ComputePrograms)));
        }
    }

    [Test]
    public void Video_brings_computes_libraries_too()
    {
        var files = Files("video");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(files.Libraries, Is.EquivalentTo(Compute.AddRange(Video)));
            Assert.That(files.Programs, Is.Empty);
        }
    }

    [TestCase("graphics")]
    [TestCase("display")]
    public void Graphics_and_display_bring_all_that_the_GL_libraries_need(string capability)
    {
        var files = Files(capability);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(files.Libraries, Is.EquivalentTo(Graphics.AddRange(NeededByGraphics).AddRange(XorgModules)));
            Assert.That(files.Programs, Is.Empty);
            Assert.That(files.Others, Is.EquivalentTo(Firmware.AddRange(GraphicsData).Add("/etc/OpenCL/vendors/nvidia.icd")));
        }
    }

    [Test]
    public void Ngx_brings_its_library_and_the_one_that_it_opens() =>
        Assert.That(Files("ngx").Libraries, Is.EqualTo((string[])["libnvidia-ml", "libnvidia-ngx"]));

    [Test]
    public void Compat32_brings_the_twins_of_what_else_is_asked_for()
    {
        var utility = Files("utility,compat32");
        var compute = Files("compute,compat32");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(utility.Libraries, Is.EqualTo(Utility));
            Assert.That(utility.Libraries32, Is.EqualTo((string[])["libnvidia-ml"]));
            Assert.That(compute.Libraries, Is.EqualTo(Compute));
            Assert.That(compute.Libraries32, Is.EqualTo((string[])
                ["libcuda", "libnvidia-allocator", "libnvidia-gpucomp", "libnvidia-nvvm", "libnvidia-opencl", "libnvidia-ptxjitcompiler"]));
        }
    }

    [Test]
    public void Compat32_alone_brings_no_library() => Assert.That(Files("compat32").Libraries, Is.Empty);

    [Test]
    public void All_brings_every_set()
    {
        var files = Files("all");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(files.Libraries, Is.EquivalentTo(
                Utility.Union(Compute).Union(Video).Union(Graphics).Union(NeededByGraphics).Union(XorgModules).Append("libnvidia-ngx")));
            Assert.That(files.Libraries32, Does.Contain("libcuda").And.Contain("libGLX_nvidia").And.Contain("libnvidia-encode").And.Contain("libvdpau_nvidia"));
            Assert.That(files.Programs, Is.EquivalentTo(UtilityPrograms.AddRange(ComputePrograms)));
            Assert.That(files.Others, Is.EquivalentTo(
                Firmware.AddRange(Sockets).AddRange(GraphicsData).AddRange("/etc/OpenCL/vendors/nvidia.icd", "/tmp/nvidia-mps")));
        }
    }

    [Test]
    public void What_belongs_to_the_image_or_to_the_desktop_never_comes()
    {
        var files = Files("all");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(files.Libraries.Concat(files.Libraries32), Has.None.AnyOf("libnvidia-gtk2", "libnvidia-gtk3", "libnvidia-wfb", "libGL", "libEGL", "libX11", "libOpenCL", "libc"));
            Assert.That(files.Programs, Has.None.AnyOf("nvidia-modprobe", "nvidia-settings", "nvidia-xconfig"));
            Assert.That(files.Others, Has.None.Contains("application-profiles-550"));
        }
    }

    [Test]
    public void Every_file_is_mounted_read_only_and_once()
    {
        var mounts = Machine.Plan("NVIDIA_VISIBLE_DEVICES=all", "NVIDIA_DRIVER_CAPABILITIES=all")!.Mounts;
        var writable = mounts.Where(mount => !mount.Options.Contains("ro")).Select(mount => mount.ContainerPath);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(mounts.Select(mount => mount.ContainerPath), Is.Unique);
            Assert.That(writable, Is.EquivalentTo(Sockets.Add("/tmp/nvidia-mps")), "connecting to a socket wants write permission");
            Assert.That(mounts, Has.All.Matches<Core.Edits.ContainerMount>(mount => mount.Options.Contains("nosuid") && mount.Options.Contains("nodev")));
            Assert.That(mounts, Has.All.Matches<Core.Edits.ContainerMount>(mount => mount.HostPath.StartsWith(Host.DriverRoot, StringComparison.Ordinal) && Path.Exists(mount.HostPath)));
        }
    }

    [Test]
    public void A_library_keeps_its_place_in_the_driver_root() =>
        Assert.That(
            Machine.Plan("NVIDIA_VISIBLE_DEVICES=0")!.Mounts.Single(mount => mount.ContainerPath.Contains("libcuda.so", StringComparison.Ordinal)),
            Has.Property("HostPath").EqualTo($"{Host.DriverRoot}/usr/lib/x86_64-linux-gnu/libcuda.so.{Host.DriverVersion}")
                .And.Property("ContainerPath").EqualTo($"/usr/lib/x86_64-linux-gnu/libcuda.so.{Host.DriverVersion}"));

    private PlannedFiles Files(string capabilities) => PlannedFiles.Of(Machine.Plan("NVIDIA_VISIBLE_DEVICES=all", $"NVIDIA_DRIVER_CAPABILITIES={capabilities}")!);
}
