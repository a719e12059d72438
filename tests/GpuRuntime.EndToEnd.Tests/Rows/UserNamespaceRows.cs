namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>dockerd --userns-remap: container root is nobody in particular on the host.</summary>
public sealed class UserNamespaceRows : DockerFixture
{
    private TestImage? _glibc;

    [Test]
    public async Task The_GPU_opens_and_the_libraries_resolve_for_a_remapped_user([Values("0:0", "1234:1234")] string user)
    {
        string[] nodes = [.. HostNodes.OfGpus(Host, 0, 4), .. HostNodes.ForCompute];
        var script = $"{string.Join(' ', Probe.Open(nodes))}; exec {string.Join(' ', Probe.Load("libcuda.so.1", "libnvidia-ml.so.1"))}";

        var result = await Docker.RunAsync(Asking(_glibc!, "0,4", ["sh", "-c", script]).WithOptions("--user", user));

        Probe.AssertAllOpen(result, nodes);
        Assert.That(result.ExitCode, Is.Zero, result.ToString());
    }

    // The nodes below /dev/dri stay closed: their groups have no number in the container's namespace.
    [Test]
    public async Task A_remapped_container_with_graphics_starts_and_has_its_links()
    {
        var node = HostNodes.OfGpus(Host, 0).Single();

        var result = await Docker.RunAsync(Asking(_glibc!, "0", ["sh", "-c", $"/bin/opendev {node}; ls /dev/dri/by-path"]).With("NVIDIA_DRIVER_CAPABILITIES", "all"));

        Probe.AssertAllOpen(result, node);
        Assert.That(result.EnsureSuccess().Lines, Is.SupersetOf(HostNodes.ByPathLinks(Host, 0)));
    }

    [Test]
    public async Task The_container_is_in_a_user_namespace_of_its_own()
    {
        var result = await Docker.RunAsync(Asking(_glibc!, "0", ["cat", "/proc/self/uid_map"]));

        Assert.That(result.EnsureSuccess().Output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries), Is.EqualTo((string[])["0", "200000", "65536"]));
    }

    private protected override EngineSettings Configure(EngineSettings settings) => RemappedDockerd.Configure(settings);

    private protected override async Task PrepareAsync() => _glibc = await ImportedAsync(TestImage.Glibc(Machine.Directory));
}
