namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>A container that starts again and again: its writable layer holds what the first start left, and no more.</summary>
[TestFixture(EngineKind.DockerOnCgroupV1)]
[TestFixture(EngineKind.DockerOnCgroupV2)]
public sealed class RestartRows(EngineKind kind) : DockerFixture(kind)
{
    private const int Restarts = 20;
    private TestImage? _glibc;
    private TestImage? _musl;

    [Test]
    public async Task Twenty_restarts_leave_the_same_layer_as_one([Values("glibc", "musl")] string imageName)
    {
        var image = imageName == "musl" ? _musl! : _glibc!;
        var id = await Docker.StartContainerAsync(Asking(image, "all", ["sleep", "1000"]).With("NVIDIA_DRIVER_CAPABILITIES", "all"));
        var first = await StateAsync(id);

        for (var restart = 0; restart < Restarts; restart++)
            (await Docker.DockerAsync("restart", "--time", "0", id)).EnsureSuccess();

        Assert.That(await StateAsync(id), Is.EqualTo(first));
        string[] nodes = [.. HostNodes.OfAllGpus(Host)];
        Probe.AssertAllOpen(await Docker.DockerAsync(["exec", id, .. Probe.Open(nodes)]), nodes);
    }

    [Test]
    public async Task A_committed_container_starts_with_and_without_GPUs_and_grows_no_further()
    {
        var id = await Docker.StartContainerAsync(Asking(_glibc!, "all", ["sleep", "1000"]));
        (await Docker.DockerAsync("commit", id, "docker.io/gpu-runtime-tests/committed:1")).EnsureSuccess();

        var again = (await Docker.DockerAsync("run", "--detach", "--network", "none", "--runtime", RuntimeNames.GpuRuntime,
            "--env", "NVIDIA_VISIBLE_DEVICES=0", "docker.io/gpu-runtime-tests/committed:1", "sleep", "1000")).EnsureSuccess().Output.Trim();
        var without = await Docker.DockerAsync("run", "--rm", "--network", "none", "--runtime", RuntimeNames.GpuRuntime,
            "--env", "NVIDIA_VISIBLE_DEVICES=void", "docker.io/gpu-runtime-tests/committed:1", "/bin/dlopen-test", "libc.so.6");

        Assert.That(without.ExitCode, Is.Zero, without.ToString());
        Assert.That(await LoaderFilesAsync(again), Is.EqualTo(await LoaderFilesAsync(id)));
        Assert.That((await Docker.DockerAsync(["exec", again, .. Probe.Load("libcuda.so.1")])).ExitCode, Is.Zero);
    }

    [Test]
    public async Task The_writable_layer_holds_no_copy_of_the_driver()
    {
        var id = await Docker.StartContainerAsync(Asking(_glibc!, "all", ["sleep", "1000"]));

        var size = (await Docker.DockerAsync("ps", "--size", "--no-trunc", "--filter", $"id={id}", "--format", "{{.Size}}")).EnsureSuccess().Output;

        // "12.3kB (virtual 45MB)": a loader cache with its configuration stays below 100 kB.
        Assert.That(size, Does.Match(@"^\d{1,2}(\.\d+)?k?B "));
    }

    [Test]
    public async Task A_removed_container_leaves_nothing_in_the_state_directory()
    {
        var id = await Docker.StartContainerAsync(Asking(_glibc!, "all", ["sleep", "1000"]).With("NVIDIA_DRIVER_CAPABILITIES", "all"));

        (await Docker.DockerAsync("rm", "--force", id)).EnsureSuccess();

        var left = Directory.Exists(Machine.StateDirectory) ? Directory.GetFileSystemEntries(Machine.StateDirectory, "*", SearchOption.AllDirectories) : [];
        Assert.That(left, Has.None.Contains(id));
    }

    [Test]
    public async Task Containers_that_start_at_the_same_time_all_get_their_GPUs()
    {
        var starts = Host.Gpus.Select(gpu => Docker.RunAsync(Asking(_glibc!, $"{gpu.Index}", ["sh", "-c",
            $"{string.Join(' ', Probe.Open($"/dev/nvidia{gpu.Minor}"))}; exec {string.Join(' ', Probe.Load("libcuda.so.1"))}"])));

        var results = await Task.WhenAll(starts);

        foreach (var (result, gpu) in results.Zip(Host.Gpus))
        {
            Probe.AssertAllOpen(result, $"/dev/nvidia{gpu.Minor}");
            Assert.That(result.ExitCode, Is.Zero, result.ToString());
        }
    }

    // The layer's paths, the files in it that the loader reads, and how many mounts the container has.
    private async Task<string> StateAsync(string id)
    {
        var paths = (await Docker.DockerAsync("diff", id)).EnsureSuccess().Lines.Order(StringComparer.Ordinal);
        var mounts = (await Docker.DockerAsync("exec", id, "cat", "/proc/self/mountinfo")).EnsureSuccess().Lines.Length;
        return $"{string.Join('\n', paths)}\n{await LoaderFilesAsync(id)}\n{mounts} mounts";
    }

    private async Task<string> LoaderFilesAsync(string id) =>
        (await Docker.DockerAsync("exec", id, "sh", "-c", "cd /etc && sha256sum ld.so.cache ld.so.conf.d/* ld-musl-x86_64.path 2>/dev/null; true")).EnsureSuccess().Output;

    private protected override async Task PrepareAsync()
    {
        _glibc = await ImportedAsync(TestImage.Glibc(Machine.Directory));
        _musl = await ImportedAsync(TestImage.Musl(Machine.Directory));
    }
}
