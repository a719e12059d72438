namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>Verbs that start no container: gpu-runtime looks at its configuration and for the low-level runtime, and at nothing else but, for a delete, the ledger.</summary>
public sealed class UntouchedVerbRows : TracedShimFixture
{
    [Test]
    public async Task No_bundle_no_state_and_nothing_of_the_host_is_opened(
        [Values(
            "start ID", "state ID", "kill ID TERM", "delete ID", "delete --force ID", "exec ID true", "ps ID", "list", "pause ID", "resume ID",
            "events ID", "update ID", "checkpoint ID", "restore --bundle BUNDLE ID", "features", "spec --bundle BUNDLE", "no-such-verb --bundle BUNDLE",
            "create --help", "create")] string line,
        [Values] bool named)
    {
        var id = NewId();
        var bundle = await CreateBundleAsync(id, "all", command: ["true"]);
        var arguments = line.Split(' ').Select(word => word switch { "BUNDLE" => bundle.Directory, "ID" => id, _ => word });

        var opened = await OpenedAsync(Defaults(named), bundle.Directory, arguments);
        // A delete looks whether the container has an entry in the ledger, and at nothing else of it.
        if (line.StartsWith("delete", StringComparison.Ordinal))
            opened = [.. opened.Where(path => path != Machine.StateDirectory && path is not ("allocations" or "allocations/holders") && !path.StartsWith($"{id}.", StringComparison.Ordinal))];

        Assert.Multiple(() =>
        {
            Assert.That(opened, Is.Not.Empty);
            // The configuration is the host's own file beside its trees; a relative path would be one in the bundle, which is the working directory.
            string[] places = [bundle.Directory, Bundles.StateRoot, Host.DevRoot, Host.ProcRoot, Host.SysRoot, Host.DriverRoot, Machine.StateDirectory];
            foreach (var place in places)
                Assert.That(opened.Where(path => path == place || path.StartsWith(place + "/", StringComparison.Ordinal)), Is.Empty);
            Assert.That(opened.Where(static path => !path.StartsWith('/')), Is.Empty);
        });
    }

    [Test]
    public async Task A_create_does_open_its_bundle([Values] bool named)
    {
        var bundle = await CreateBundleAsync(NewId(), "all", command: ["true"]);

        var opened = await OpenedAsync(Defaults(named), bundle.Directory, ["create", "--bundle", bundle.Directory, NewId()]);

        Assert.That(opened, Does.Contain(bundle.Directory).And.Contain("config.json"));
    }
}
