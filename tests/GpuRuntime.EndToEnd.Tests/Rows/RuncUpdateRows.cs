namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>runc update, by runc itself and through gpu-runtime, on both cgroup versions.</summary>
[TestFixture(EngineKind.RuncOnCgroupV1)]
[TestFixture(EngineKind.RuncOnCgroupV2)]
public sealed class RuncUpdateRows(EngineKind kind) : BundleFixture(kind)
{
    [Test]
    public async Task The_GPU_opens_before_and_after([Values] bool throughTheShim)
    {
        string[] nodes = [.. HostNodes.OfGpus(Host, 0, 5), .. HostNodes.ForCompute];
        var id = NewId();
        var bundle = await CreateBundleAsync(id, "0,5", command: ["sleep", "1000"]);
        (await Shim("--root", Bundles.StateRoot, "run", "--detach", "--bundle", bundle.Directory, id).RunAsync()).EnsureSuccess();
        Probe.AssertAllOpen(await ExecAsync(id, nodes), nodes);

        // An empty set of resources changes no limit, and makes runc write its device rules again.
        var resources = Path.Combine(bundle.Directory, "resources.json");
        await File.WriteAllTextAsync(resources, "{}");
        var update = (string[])["--root", Bundles.StateRoot, "update", "--resources", resources, id];
        (await (throughTheShim ? Shim(update) : Runc(update)).RunAsync()).EnsureSuccess();

        Probe.AssertAllOpen(await ExecAsync(id, nodes), nodes);
        (await Runc("--root", Bundles.StateRoot, "delete", "--force", id).RunAsync()).EnsureSuccess();
    }

    [Test]
    public async Task A_limit_on_processors_leaves_the_GPU_open()
    {
        if (Kind == EngineKind.RuncOnCgroupV2)
            Assert.Ignore("no controller on the cgroup v2 hierarchy of a hybrid machine; runc would refuse the limit");
        var node = HostNodes.OfGpus(Host, 2).Single();
        var id = NewId();
        var bundle = await CreateBundleAsync(id, "2", command: ["sleep", "1000"]);
        (await Shim("--root", Bundles.StateRoot, "run", "--detach", "--bundle", bundle.Directory, id).RunAsync()).EnsureSuccess();

        (await Shim("--root", Bundles.StateRoot, "update", "--cpu-quota", "50000", "--cpu-period", "100000", id).RunAsync()).EnsureSuccess();

        Probe.AssertAllOpen(await ExecAsync(id, node), node);
        (await Runc("--root", Bundles.StateRoot, "delete", "--force", id).RunAsync()).EnsureSuccess();
    }

    private Task<CommandResult> ExecAsync(string id, params string[] nodes) =>
        Shim(["--root", Bundles.StateRoot, "exec", id, .. Probe.Open(nodes)]).RunAsync();
}
