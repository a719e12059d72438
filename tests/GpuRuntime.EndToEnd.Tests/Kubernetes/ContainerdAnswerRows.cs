using GpuRuntime.EndToEnd.Tests.Rows;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Kubernetes;

/// <summary>
/// The CDI names of answers, applied by containerd to what `gpu-runtime cdi generate` wrote, with runc and nothing of ours in between. With ctr it is
/// the client that applies them, from 2.0 on: that one is of a later suite.
/// </summary>
public sealed class ContainerdAnswerRows() : AnswerFixture(EngineKind.Containerd)
{
    private const string Suite = "sid";

    private EngineSettings? _settings;

    [TestCase(NvidiaGpu, 1)]
    [TestCase(NvidiaGpu, 0, 1)]
    [TestCase(AmdGpu, 1)]
    [TestCase(IntelXe, 0)]
    public async Task A_container_that_gets_them_as_devices_opens_the_nodes_and_no_others(string resource, params int[] places)
    {
        await StartAgentAsync();

        var result = await RunAsync(CdiNames(await AllocateAsync(resource, places)));

        string[] expected = [.. Of(resource, places).SelectMany(static gpu => (string[])[.. gpu.Nodes, .. gpu.DrmNodes]).Distinct(), .. resource == NvidiaGpu ? [HostNodes.Modeset] : (string[])[]];
        Probe.AssertAllOpen(result, expected);
        Assert.That(Probe.Results(result).Keys, Is.EquivalentTo(expected), result.ToString());
    }

    private protected override async Task PrepareAsync()
    {
        await base.PrepareAsync();
        _settings = CdiPodman.Configure(new EngineSettings { Directory = Machine.Directory, Runtimes = Runtimes() });
        (await Command.Of(Programs.GpuRuntime, "cdi", "generate", "--output", CdiDirectories.Of(Machine.Directory).Etc, "--config", Machine.ConfigPath).RunAsync()).EnsureSuccess();
        Client();
    }

    private Task<CommandResult> RunAsync(string[] devices) => CtrRun.ToItsEndAsync(() =>
    {
        var id = $"c{Guid.NewGuid():N}";
        return Client().With(
        [
            "run", "--rm", "--fifo-dir", Machine.Directory.CreateSubdirectory("fifos"), "--runc-binary", Programs.Engine("runc"), "--cgroup", $"/{_settings!.CgroupName}/{id}",
            .. devices.SelectMany(static device => (string[])["--device", device]),
            Busybox.Reference, id, "sh", "-c", "exec /bin/opendev $(find /dev/nvidia* /dev/dri /dev/kfd -type c 2>/dev/null)",
        ]);
    });

    private Command Client() => _settings!.Complete(Command.Of(Path.Combine(ContainerdPackages.Programs(Suite), "ctr"), "--address", Machine.Directory.Combine("c.sock")));
}
