using GpuRuntime.EndToEnd.Tests.Rows;

namespace GpuRuntime.EndToEnd.Tests.Vendors;

/// <summary>docker run --gpus on hosts without a GPU of NVIDIA's means the GPUs that are there, by the runtime and by the hook alone.</summary>
[TestFixtureSource(nameof(Fixtures))]
public sealed class GpusFlagElsewhereRows(EngineKind kind, string host, string runtime) : VendorHookFixture(kind, host)
{
    private const string ListLinks = "cd /dev/dri/by-path && for link in *; do echo \"$link -> $(readlink $link)\"; [ -c $link ] || echo nowhere; done";

    public static IEnumerable<TestFixtureData> Fixtures =>
        from kind in (EngineKind[])[EngineKind.DockerOnCgroupV1, EngineKind.DockerOnCgroupV2]
        from host in (string[])[VendorHosts.Mi210Pair, VendorHosts.AmdAndIntel]
        from runtime in (string[])[RuntimeNames.GpuRuntime, RuntimeNames.Runc]
        select new TestFixtureData(kind, host, runtime);

    [Test]
    public async Task All_gives_every_GPU() => await AssertExactlyAsync("all", [.. Present]);

    [TestCase("driver=nvidia,count=1", 0)]
    [TestCase("2", 0, 1)]
    [TestCase("device=1", 1)]
    [TestCase("\"device=0,1\",\"capabilities=utility,compute\"", 0, 1)]
    public async Task A_count_and_indexes_go_by_the_order_of_gpu_runtime_devices(string flag, params int[] indexes) =>
        await AssertExactlyAsync(flag, [.. indexes.Select(index => Present[index])]);

    [Test]
    public async Task The_last_GPU_is_named_by_its_index_and_by_its_address([Values] bool byAddress)
    {
        var last = Present[^1];

        await AssertExactlyAsync($"device={(byAddress ? last.PciAddress : $"{Present.Length - 1}")}", last);
    }

    [Test]
    public async Task A_user_who_is_not_root_opens_them()
    {
        var nodes = Present.SelectMany(static gpu => gpu.Nodes).Distinct().ToList();

        var result = await Docker.RunAsync(Asking("all", [.. Probe.Open(nodes)]) with { User = "1000:1000" });

        Probe.AssertAllOpen(result, nodes);
    }

    [Test]
    public async Task Links_by_PCI_address_are_there_for_the_GPU_alone()
    {
        var result = await Docker.RunAsync(Asking("1", "sh", "-c", ListLinks));

        Assert.That(result.EnsureSuccess().Lines, Is.EquivalentTo(Present[0].ByPathLinks));
    }

    [Test]
    public async Task More_than_there_are_fail_the_start_and_the_sentence_lists_them()
    {
        var result = await Docker.RunAsync(Asking($"{Present.Length + 1}", "true"));

        Assert.That(result.ExitCode, Is.Not.Zero, result.ToString());
        Assert.That(result.Error, Does.Contain("GRT2002: "));
        foreach (var gpu in Present)
            Assert.That(result.Error, Does.Contain(gpu.Id).And.Contain(gpu.PciAddress));
    }

    private ContainerRequest Asking(string flag, params ReadOnlySpan<string> command) => Gpus(flag, Busybox, command) with { Runtime = runtime };

    private async Task AssertExactlyAsync(string flag, params HostGpu[] expected)
    {
        string[] nodes = [.. expected.SelectMany(static gpu => gpu.Nodes).Distinct()];

        var opened = await Docker.RunAsync(Asking(flag, [.. Probe.Open(nodes)]));
        var listed = await Docker.RunAsync(Asking(flag, Probe.ListNodes.AsSpan()));

        Probe.AssertAllOpen(opened, nodes);
        Assert.That(listed.EnsureSuccess().Lines, Is.EquivalentTo(nodes));
    }
}
