using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>NVIDIA's real user-space driver, from Debian's non-free packages, in a Debian image: found by the loader's cache alone.</summary>
public sealed class DriverUserSpaceRows : DockerFixture
{
    private readonly TestDirectory _packages = TestDirectory.Create();
    private TestImage? _glibc;

    private protected override SimulatedNvidiaHostOptions HostOptions =>
        new() { DriverRootTemplate = NvidiaDriverPackages.Unpack(_packages.CreateSubdirectory("driver")).Directory };

    [Test]
    public async Task Nvidia_smi_starts_and_loads_libnvidia_ml()
    {
        // Without a kernel driver nvidia-smi can only say so; the loader's own trace says what it loaded before.
        var result = await Docker.RunAsync(Asking(_glibc!, "all", ["sh", "-c", "LD_DEBUG=files nvidia-smi 2>&1"]));

        Assert.That(result.Output, Does.Match(@"calling init: \S*/libnvidia-ml\.so\.1").And.Contain("NVIDIA-SMI"), result.ToString());
    }

    [Test]
    public async Task Libraries_of_the_default_capabilities_load()
    {
        var result = await Docker.RunAsync(Asking(_glibc!, "all",
            Probe.Load("libcuda.so.1", "libnvidia-ml.so.1", "libnvidia-ptxjitcompiler.so.1", "libcuda.so", "libnvidia-nvvm.so.4")));

        Assert.That(result.ExitCode, Is.Zero, result.ToString());
    }

    // One at a time: with libGLX_nvidia loaded too, libEGL_nvidia's own clean-up at exit crashes where there is no GPU.
    [Test]
    public async Task Libraries_of_graphics_load_with_all_that_they_need(
        [Values("libGLX_nvidia.so.0", "libEGL_nvidia.so.0", "libGLESv2_nvidia.so.2", "libnvoptix.so.1")] string library)
    {
        var result = await Docker.RunAsync(Asking(_glibc!, "all", Probe.Load(library))
            .With("NVIDIA_DRIVER_CAPABILITIES", "graphics"));

        Assert.That(result.ExitCode, Is.Zero, result.ToString());
    }

    [Test]
    public async Task Cuda_without_a_kernel_driver_answers_by_its_own_error_and_not_the_loaders()
    {
        var result = await Docker.RunAsync(Asking(_glibc!, "all", ["sh", "-c", "ldd $(readlink -f $(which nvidia-smi)) 2>&1; LD_DEBUG=libs /bin/dlopen-test libcuda.so.1 2>&1"]));

        Assert.That(result.Output, Does.Not.Contain("cannot open shared object file"), result.ToString());
        Assert.That(result.Output, Does.Match(@"libcuda\.so\.1: ok \S*/libcuda\.so\.1"));
    }

    [OneTimeTearDown]
    public async Task DeletePackagesAsync() => await _packages.DisposeAsync();

    private protected override async Task PrepareAsync() => _glibc = await ImportedAsync(TestImage.Glibc(Machine.Directory));
}
