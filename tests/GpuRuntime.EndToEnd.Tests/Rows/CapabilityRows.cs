using System.Collections.Immutable;

namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>NVIDIA_DRIVER_CAPABILITIES: which of the driver's files and nodes come along.</summary>
public sealed class CapabilityRows : DockerFixture
{
    private static readonly ImmutableArray<string> Utility = ["libnvidia-cfg", "libnvidia-ml"];

    private static readonly ImmutableArray<string> Compute =
    [
        "libcuda", "libcudadebugger", "libnvidia-allocator", "libnvidia-gpucomp", "libnvidia-nvvm", "libnvidia-opencl",
        "libnvidia-pkcs11", "libnvidia-pkcs11-openssl3", "libnvidia-ptxjitcompiler",
    ];

    private static readonly ImmutableArray<string> Video = ["libnvcuvid", "libnvidia-encode", "libnvidia-opticalflow", "libvdpau_nvidia"];

    // libnvidia-gpucomp because libnvidia-glcore and -eglcore need it, though it counts as compute.
    private static readonly ImmutableArray<string> Graphics =
    [
        "libEGL_nvidia", "libGLESv1_CM_nvidia", "libGLESv2_nvidia", "libGLX_nvidia", "libnvidia-eglcore", "libnvidia-fbc", "libnvidia-glcore",
        "libnvidia-glsi", "libnvidia-glvkspirv", "libnvidia-gpucomp", "libnvidia-rtcore", "libnvidia-tls", "libnvoptix",
    ];

    private static readonly ImmutableArray<string> UtilityPrograms = ["nv-fabricmanager", "nvidia-debugdump", "nvidia-persistenced", "nvidia-smi"];

    private static readonly ImmutableArray<string> ComputePrograms = ["nvidia-cuda-mps-control", "nvidia-cuda-mps-server"];

    private TestImage? _busybox;

    [Test]
    public async Task Unset_means_utility_and_compute([Values(null, "", "utility,compute", " compute , utility ")] string? capabilities)
    {
        var files = await FilesAsync(capabilities);

        Assert.Multiple(() =>
        {
            Assert.That(files.Libraries, Is.EquivalentTo(Utility.AddRange(Compute)));
            Assert.That(files.Programs, Is.EquivalentTo(UtilityPrograms.AddRange(ComputePrograms)));
            Assert.That(files.Libraries32, Is.Empty);
        });
    }

    [Test]
    public async Task Utility_gives_only_its_own_files()
    {
        var files = await FilesAsync("utility");

        Assert.Multiple(() =>
        {
            Assert.That(files.Libraries, Is.EquivalentTo(Utility));
            Assert.That(files.Programs, Is.EquivalentTo(UtilityPrograms));
        });
    }

    [Test]
    public async Task Compute_gives_only_its_own_files()
    {
        var files = await FilesAsync("compute");

        Assert.Multiple(() =>
        {
            Assert.That(files.Libraries, Is.EquivalentTo(Compute));
            Assert.That(files.Programs, Is.EquivalentTo(ComputePrograms));
        });
    }

    [Test]
    public async Task Video_gives_compute_with_it()
    {
        var files = await FilesAsync("video");

        Assert.Multiple(() =>
        {
            Assert.That(files.Libraries, Is.EquivalentTo(Compute.AddRange(Video)));
            Assert.That(files.Programs, Is.Empty);
        });
    }

    [Test]
    public async Task Graphics_and_display_give_all_that_the_GL_libraries_need([Values("graphics", "display")] string capability)
    {
        var files = await FilesAsync(capability);

        Assert.Multiple(() =>
        {
            Assert.That(files.Libraries, Is.SupersetOf(Graphics));
            Assert.That(files.Libraries, Has.None.AnyOf("libnvidia-ml", "libnvidia-encode", "libnvidia-ngx", "libnvidia-gtk3", "libGL", "libX11", "libOpenCL"));
            Assert.That(files.Configuration, Is.SupersetOf((string[])
            [
                "/etc/vulkan/icd.d/nvidia_icd.json", "/etc/vulkan/implicit_layer.d/nvidia_layers.json", "/usr/share/glvnd/egl_vendor.d/10_nvidia.json",
                "/usr/share/egl/egl_external_platform.d/15_nvidia_gbm.json", "/usr/share/X11/xorg.conf.d/nvidia-drm-outputclass.conf", "/usr/share/nvidia/nvoptix.bin",
            ]));
        });
    }

    [Test]
    public async Task Ngx_gives_its_library()
    {
        var files = await FilesAsync("ngx");

        Assert.That(files.Libraries, Does.Contain("libnvidia-ngx").And.Not.Contain("libcuda").And.Not.Contain("libGLX_nvidia"));
    }

    [Test]
    public async Task Compat32_gives_the_32_bit_twins_beside_the_64_bit_libraries()
    {
        var files = await FilesAsync("compute,utility,compat32");

        Assert.Multiple(() =>
        {
            Assert.That(files.Libraries, Is.EquivalentTo(Utility.AddRange(Compute)));
            Assert.That(files.Libraries32, Is.SupersetOf((string[])["libcuda", "libnvidia-ml", "libnvidia-ptxjitcompiler"]));
        });
    }

    [Test]
    public async Task All_gives_every_set()
    {
        var files = await FilesAsync("all");

        Assert.Multiple(() =>
        {
            Assert.That(files.Libraries, Is.SupersetOf(Utility.Union(Compute).Union(Video).Union(Graphics).Append("libnvidia-ngx")));
            Assert.That(files.Libraries32, Does.Contain("libcuda"));
            Assert.That(files.Programs, Is.EquivalentTo(UtilityPrograms.AddRange(ComputePrograms)));
        });
    }

    [Test]
    public async Task Firmware_comes_with_every_capability([Values("utility", "compute")] string capability) =>
        Assert.That((await FilesAsync(capability)).Firmware, Is.EquivalentTo((string[])["gsp_ga10x.bin", "gsp_tu10x.bin"]));

    [TestCase("nonsense")]
    [TestCase("compute,Utility")]
    public async Task An_unknown_capability_fails_the_start_and_names_the_supported_ones(string capabilities)
    {
        var result = await RunAsync("0", capabilities, "true");

        var line = ErrorLine.In(result.Error);
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.Not.Zero);
            foreach (var supported in (string[])["compute", "compat32", "graphics", "utility", "video", "display", "ngx", "all"])
                Assert.That(line, Does.Contain(supported));
        });
    }

    [Test]
    public async Task Links_lead_from_the_names_that_programs_use_to_the_versioned_files()
    {
        var result = await RunAsync("0", "compute,utility", "sh", "-c",
            "cd /usr/lib/x86_64-linux-gnu && for l in libcuda.so libcuda.so.1 libnvidia-ml.so.1 libnvidia-nvvm.so.4; do readlink -f $l; done");

        var version = Host.DriverVersion;
        Assert.That(result.EnsureSuccess().Lines, Is.EqualTo((string[])
        [
            $"/usr/lib/x86_64-linux-gnu/libcuda.so.{version}", $"/usr/lib/x86_64-linux-gnu/libcuda.so.{version}",
            $"/usr/lib/x86_64-linux-gnu/libnvidia-ml.so.{version}", $"/usr/lib/x86_64-linux-gnu/libnvidia-nvvm.so.{version}",
        ]));
    }

    [Test]
    public async Task The_drivers_files_cannot_be_written_from_inside()
    {
        var result = await RunAsync("0", "utility", "sh", "-c", $"echo x >>/usr/lib/x86_64-linux-gnu/libnvidia-ml.so.{Host.DriverVersion}");

        Assert.That(result.Error, Does.Contain("Read-only file system"), result.ToString());
    }

    private async Task<InjectedFiles> FilesAsync(string? capabilities) =>
        InjectedFiles.In((await RunAsync("0", capabilities, InjectedFiles.Command.AsSpan())).EnsureSuccess());

    private Task<CommandResult> RunAsync(string devices, string? capabilities, params ReadOnlySpan<string> command)
    {
        var request = Asking(_busybox!, devices, [.. command]);
        return Docker.RunAsync(capabilities is null ? request : request.With("NVIDIA_DRIVER_CAPABILITIES", capabilities));
    }

    private protected override async Task PrepareAsync() => _busybox = await ImportedAsync(TestImage.Busybox(Machine.Directory));
}
