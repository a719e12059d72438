using GpuRuntime.EndToEnd.Tests.Rows;

namespace GpuRuntime.EndToEnd.Tests.Prestart;

/// <summary>docker update of a container that has its GPU from the hook: this runc leaves the device rules alone.</summary>
[TestFixture(EngineKind.DockerOnCgroupV1, "--cpus", "0.5")]
[TestFixture(EngineKind.DockerOnCgroupV2, "--pids-limit", "100")]
public sealed class DockerUpdateHookRows(EngineKind kind, params string[] update) : DockerHookFixture(kind)
{
    [Test]
    public async Task The_GPU_opens_before_and_after()
    {
        string[] nodes = [.. HostNodes.OfGpus(Host, 0), .. HostNodes.ForCompute];
        var id = await Docker.StartContainerAsync(Gpus("device=0", Busybox, "sleep", "1000"));
        Probe.AssertAllOpen(await Docker.DockerAsync(["exec", id, .. Probe.Open(nodes)]), nodes);

        (await Docker.DockerAsync(["update", .. update, id])).EnsureSuccess();

        Probe.AssertAllOpen(await Docker.DockerAsync(["exec", id, .. Probe.Open(nodes)]), nodes);
    }
}
