using System.Collections.Immutable;
using GpuRuntime.EndToEnd.Tests.Rows;

namespace GpuRuntime.EndToEnd.Tests.Vendors;

/// <summary>
/// One GPU of each vendor, named one at a time: its nodes open, as far as the host itself can open them, and nothing else of the host's does.
/// </summary>
[TestFixtureSource(nameof(Fixtures))]
public sealed class AccessRows(EngineKind kind, string host) : VendorFixture(kind, host)
{
    private const string Root = "0:0";
    private const string User = "1000:1000";
    private const string Volume = "/own";

    private ImmutableArray<HostNode> _nodes;
    private string _copy = "";

    public static IEnumerable<TestFixtureData> Fixtures =>
    [
        .. Of([EngineKind.RuncOnCgroupV1, EngineKind.RuncOnCgroupV2], [.. VendorHosts.Captured, .. VendorHosts.Simulated]),
        .. Of(
            [EngineKind.DockerOnCgroupV1, EngineKind.DockerOnCgroupV2],
            [VendorHosts.Mi300OnCapture, VendorHosts.PartitionedMi300, VendorHosts.IntelArcAndIgpu, VendorHosts.ThreeVendors]),
    ];

    // The second where there are several: the first is what a mistake would give.
    private IEnumerable<HostGpu> Chosen => Gpus.GroupBy(static gpu => gpu.Vendor).Select(static own => own.Take(2).Last());

    [Test]
    public async Task The_nodes_of_the_GPU_open_and_no_others_are_there([Values(Root, User)] string user)
    {
        foreach (var gpu in Chosen)
        {
            var opened = await RunAsync(gpu, user, Probe.Open(_nodes.Select(static node => node.Path)));
            var listed = await RunAsync(gpu, user, Probe.ListNodes);

            AssertAnswers(opened, gpu, static node => node.Path, Probe.Absent);
            Assert.That(listed.EnsureSuccess().Lines, Is.EquivalentTo(gpu.Nodes), gpu.Id);
        }
    }

    [Test]
    public async Task Nodes_that_the_containers_root_makes_open_for_the_GPU_alone()
    {
        foreach (var gpu in Chosen)
        {
            var result = await RunAsync(gpu, Root, Probe.MakeAndOpen(_nodes.Select(static node => node.Number)));

            AssertAnswers(result, gpu, node => $"/made/{_nodes.IndexOf(node)}", Probe.Denied);
        }
    }

    [Test]
    public async Task Nodes_that_a_volume_brings_open_for_the_GPU_alone([Values(Root, User)] string user)
    {
        foreach (var gpu in Chosen)
        {
            var result = await RunAsync(gpu, user, Probe.Open(_nodes.Select(Brought)));

            AssertAnswers(result, gpu, Brought, Probe.Denied);
        }

        static string Brought(HostNode node) => Volume + node.Path["/dev".Length..];
    }

    private protected override async Task PrepareAsync()
    {
        await base.PrepareAsync();
        _nodes = await DeviceTree.ReadAsync(Machine, Busybox);
        _copy = await DeviceTree.CopyAsync(Machine);
    }

    private static IEnumerable<TestFixtureData> Of(EngineKind[] kinds, IEnumerable<string> hosts) =>
        from host in hosts
        from kind in kinds
        select new TestFixtureData(kind, host);

    private Task<CommandResult> RunAsync(HostGpu gpu, string user, ImmutableArray<string> command) => Engine.RunAsync(Asking([$"GPU_RUNTIME_GPUS=device={gpu.Id}"], command) with
    {
        User = user,
        Volumes = ImmutableSortedDictionary<string, string>.Empty.Add(Volume, _copy),
    });

    private void AssertAnswers(CommandResult result, HostGpu gpu, Func<HostNode, string> path, string refusal)
    {
        var answers = Probe.Results(result.EnsureSuccess());
        Assert.That(gpu.Nodes, Is.SubsetOf(_nodes.Select(static node => node.Path)), "the host lacks nodes");
        Assert.Multiple(() =>
        {
            foreach (var node in _nodes)
                Assert.That(answers.GetValueOrDefault(path(node), "nothing printed"), Is.EqualTo(gpu.Nodes.Contains(node.Path) ? node.Answer : refusal), $"{gpu}: {node}");
        });
    }
}
