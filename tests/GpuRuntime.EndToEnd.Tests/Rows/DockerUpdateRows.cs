namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>docker update writes the container's device rules anew: the GPU still opens.</summary>
[TestFixture(EngineKind.DockerOnCgroupV1, "--cpus", "0.5")]
[TestFixture(EngineKind.DockerOnCgroupV1, "--memory", "512m", "--memory-swap", "512m")]
// The controllers stay with v1 on a hybrid machine: Docker then drops the limit, but still calls the runtime's update.
[TestFixture(EngineKind.DockerOnCgroupV2, "--pids-limit", "100")]
public sealed class DockerUpdateRows(EngineKind kind, params string[] update) : DockerFixture(kind)
{
    private TestImage? _busybox;

    [Test]
    public async Task The_GPU_opens_before_and_after()
    {
        string[] nodes = [.. HostNodes.OfGpus(Host, 0, 5), .. HostNodes.ForCompute];
        var id = await Docker.StartContainerAsync(Asking(_busybox!, "0,5", ["sleep", "1000"]));
        Probe.AssertAllOpen(await Docker.DockerAsync(["exec", id, .. Probe.Open(nodes)]), nodes);

        (await Docker.DockerAsync(["update", .. update, id])).EnsureSuccess();

        Probe.AssertAllOpen(await Docker.DockerAsync(["exec", id, .. Probe.Open(nodes)]), nodes);
    }

    private protected override async Task PrepareAsync() => _busybox = await ImportedAsync(TestImage.Busybox(Machine.Directory));
}
