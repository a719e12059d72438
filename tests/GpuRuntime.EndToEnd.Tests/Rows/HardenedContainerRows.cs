namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>Containers with less than Docker's defaults: the GPU opens and the libraries resolve in each.</summary>
public sealed class HardenedContainerRows : DockerFixture
{
    private TestImage? _glibc;

    [TestCase("--user", "1234:1234")]
    [TestCase("--user", "1234:1234", "--cap-drop", "ALL")]
    [TestCase("--cap-drop", "ALL")]
    [TestCase("--read-only")]
    [TestCase("--read-only", "--tmpfs", "/tmp", "--tmpfs", "/run")]
    [TestCase("--security-opt", "no-new-privileges")]
    [TestCase("--tmpfs", "/tmp")]
    [TestCase("--tmpfs", "/run")]
    [TestCase("--ipc", "host", "--pid", "host")]
    [TestCase("--user", "1234:1234", "--cap-drop", "ALL", "--read-only", "--security-opt", "no-new-privileges", "--tmpfs", "/tmp")]
    public async Task The_GPU_opens_and_the_libraries_resolve(params string[] options)
    {
        // The nodes below /dev/dri have mode 0660: only the groups that come with them let a user who is not root open them.
        string[] nodes = [.. HostNodes.OfGpus(Host, 0, 4), .. HostNodes.ForDisplay(Host, 0, 4), .. HostNodes.ForCompute];
        var script = $"{string.Join(' ', Probe.Open(nodes))}; exec {string.Join(' ', Probe.Load("libcuda.so.1", "libnvidia-ml.so.1"))}";

        var result = await Docker.RunAsync(Asking(_glibc!, "0,4", ["sh", "-c", script])
            .With("NVIDIA_DRIVER_CAPABILITIES", "compute,utility,graphics")
            .WithOptions(options));

        Probe.AssertAllOpen(result, nodes);
        Assert.That(result.ExitCode, Is.Zero, result.ToString());
    }

    [Test]
    public async Task A_user_who_is_not_root_keeps_the_groups_that_were_asked_for()
    {
        var result = await Docker.RunAsync(Asking(_glibc!, "0", ["id", "-G"])
            .With("NVIDIA_DRIVER_CAPABILITIES", "graphics")
            .WithOptions("--user", "1234:1234", "--group-add", "4321"));

        Assert.That(result.EnsureSuccess().Output.Split(' ', StringSplitOptions.TrimEntries), Does.Contain("4321").And.Contain("44").And.Contain("110"));
    }

    private protected override async Task PrepareAsync() => _glibc = await ImportedAsync(TestImage.Glibc(Machine.Directory));
}
