using GpuRuntime.EndToEnd.Tests.Prestart;
using GpuRuntime.EndToEnd.Tests.Rows;

namespace GpuRuntime.EndToEnd.Tests.Vendors;

/// <summary>What a container finds of three vendors' GPUs is the same, whether the shim or the hook gave it.</summary>
[TestFixture(EngineKind.DockerOnCgroupV1)]
[TestFixture(EngineKind.DockerOnCgroupV2)]
public sealed class VendorsSameAsShimRows(EngineKind kind) : VendorHookFixture(kind, VendorHosts.ThreeVendors)
{
    // --gpus brings the hook; our own variable says of what, and counts before Docker's.
    [TestCase("amd:0,intel:0,nvidia:all")]
    [TestCase("amd:all")]
    [TestCase("intel:0")]
    public async Task A_container_finds_the_same(string request)
    {
        foreach (var image in (TestImage[])[Glibc, Busybox])
        {
            var files = await ContainerContents.SameOfBothAsync(Docker, script => Asking(request, image, "sh", "-c", script));

            foreach (var node in Asked(request).SelectMany(static gpu => gpu.Nodes))
                Assert.That(files, Has.Some.StartsWith(node + " character special file"));
            foreach (var link in Asked(request).Where(static gpu => gpu.Vendor != "nvidia").SelectMany(static gpu => gpu.ByPathLinks))
                Assert.That(files, Has.Some.StartsWith("/dev/dri/by-path/" + link.Split(' ')[0]).And.Some.EndsWith(link.Split(' ')[^1]));
        }
    }

    [TestCase("amd:0,intel:0,nvidia:all")]
    [TestCase("amd:1")]
    public async Task The_hooks_nodes_open_for_root_and_for_another_user_and_are_all_there_are(string request)
    {
        var nodes = Asked(request).SelectMany(static gpu => gpu.Nodes).Distinct().ToList();

        var listed = await Docker.RunAsync(ByHook(request, [.. Probe.ListNodes]));
        Assert.That(listed.EnsureSuccess().Lines, Is.EquivalentTo(nodes));
        foreach (var user in (string[])["0:0", "1000:1000"])
            Probe.AssertAllOpen(await Docker.RunAsync(ByHook(request, [.. Probe.Open(nodes)]) with { User = user }), nodes);
    }

    [Test]
    public async Task The_hook_opens_nothing_else_of_the_hosts_to_a_container_that_makes_nodes()
    {
        var nodes = await DeviceTree.ReadAsync(Machine, Busybox);
        var granted = Asked("amd:1").Single().Nodes;

        var answers = Probe.Results(await Docker.RunAsync(ByHook("amd:1", [.. Probe.MakeAndOpen(nodes.Select(static node => node.Number))])));

        Assert.Multiple(() =>
        {
            foreach (var node in nodes)
                Assert.That(answers.GetValueOrDefault($"/made/{nodes.IndexOf(node)}"), Is.EqualTo(granted.Contains(node.Path) ? node.Answer : Probe.Denied), node.ToString());
        });
    }

    private static ContainerRequest Asking(string request, TestImage image, params ReadOnlySpan<string> command) =>
        Gpus("all", image, command).With("GPU_RUNTIME_GPUS", request);

    private ContainerRequest ByHook(string request, params ReadOnlySpan<string> command) => Asking(request, Busybox, command) with { Runtime = RuntimeNames.Runc };

    private IEnumerable<HostGpu> Asked(string request) => request.Split(',').SelectMany(item =>
        item.EndsWith(":all", StringComparison.Ordinal) ? Present.Where(gpu => gpu.Vendor == item.Split(':')[0]) : Present.Named(item));
}
