using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>Wherever a distribution puts the driver, with or without a loader cache in its root: images of other layouts find its libraries.</summary>
[TestFixture(DriverLayout.Multiarch, false)]
[TestFixture(DriverLayout.Debian, true)]
[TestFixture(DriverLayout.Debian, false)]
[TestFixture(DriverLayout.Lib64, true)]
[TestFixture(DriverLayout.Lib64, false)]
public sealed class DriverLayoutRows(DriverLayout layout, bool loaderCache) : DockerFixture
{
    private Dictionary<string, TestImage> _images = [];

    private protected override SimulatedNvidiaHostOptions HostOptions => new() { Layout = layout, LoaderCache = loaderCache };

    [Test]
    public async Task The_loader_finds_the_drivers_libraries([Values("glibc", "fedora")] string image)
    {
        var result = await Docker.RunAsync(Asking(_images[image], "0",
                Probe.Load("libcuda.so.1", "libnvidia-ml.so.1", "libnvidia-nvvm.so.4", "libnvidia-eglcore.so." + Host.DriverVersion))
            .With("NVIDIA_DRIVER_CAPABILITIES", "all"));

        Assert.That(result.ExitCode, Is.Zero, result.ToString());
    }

    [Test]
    public async Task The_tools_are_in_usr_bin()
    {
        var result = await Docker.RunAsync(Asking(_images["glibc"], "0", ["sh", "-c", "test -x /usr/bin/nvidia-smi && test -x /usr/bin/nvidia-cuda-mps-control"]));

        Assert.That(result.ExitCode, Is.Zero, result.ToString());
    }

    private protected override async Task PrepareAsync()
    {
        var glibc = await ImportedAsync(TestImage.Glibc(Machine.Directory));
        var fedora = await ImportedAsync(TestImage.Glibc(Machine.Directory, "fedora", new GlibcOptions { FedoraLike = true }));
        _images = new Dictionary<string, TestImage> { ["glibc"] = glibc, ["fedora"] = fedora };
    }
}
