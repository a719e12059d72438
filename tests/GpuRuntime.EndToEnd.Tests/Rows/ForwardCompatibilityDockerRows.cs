namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>An image with NVIDIA's cuda-compat package, under Docker: its newer libcuda is found first, at the first start and at later ones.</summary>
public sealed class ForwardCompatibilityDockerRows : DockerFixture
{
    private TestImage? _cuda;

    [Test]
    public async Task The_images_libcuda_is_found_first_and_stays_so_over_restarts([Values(false, true)] bool readOnly)
    {
        string[] options = readOnly ? ["--read-only"] : [];
        var id = await Docker.StartContainerAsync(Asking(_cuda!, "0", ["sleep", "1000"]).WithOptions(options));
        await AssertFoundAsync(id);

        (await Docker.DockerAsync("restart", "--time", "0", id)).EnsureSuccess();

        await AssertFoundAsync(id);
    }

    private async Task AssertFoundAsync(string id)
    {
        var result = await Docker.DockerAsync(["exec", id, .. Probe.Load("libcuda.so.1", "libnvidia-ml.so.1")]);

        Assert.That(result.EnsureSuccess().Lines, Is.EqualTo((string[])
        [
            $"libcuda.so.1: ok {CudaCompatPackage.Directory}/libcuda.so.1",
            "libnvidia-ml.so.1: ok /usr/lib/x86_64-linux-gnu/libnvidia-ml.so.1",
        ]));
    }

    private protected override async Task PrepareAsync()
    {
        var package = await CudaCompatPackage.BuildAsync(Machine.Directory);
        _cuda = await ImportedAsync(TestImage.Glibc(Machine.Directory, "cuda", add: rootfs => package.Install(rootfs)));
    }
}
