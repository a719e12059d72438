using GpuRuntime.EndToEnd.Tests.Rows;

namespace GpuRuntime.EndToEnd.Tests.Allocations;

/// <summary>
/// Where the configuration leaves runtime and state directory at their defaults, a container is deleted before the managed runtime starts
/// (src/native/passthrough). The machine's /run/gpu-runtime is covered by one of the test's own.
/// </summary>
public sealed class DefaultStateRows() : BundleFixture(EngineKind.RuncOnCgroupV1)
{
    private string Defaults => Machine.WriteConfiguration("defaults.json", static json =>
    {
        json.Remove("stateDirectory");
        json.Remove("lowLevelRuntimes");
    });

    [TestCase("delete --force")]
    [TestCase("delete -f")]
    public async Task A_delete_frees_what_the_container_held(string delete)
    {
        var result = await RunAsync($"$RUNTIME create --bundle $BUNDLE $ID >$OUT 2>&1 || cat $OUT; {List}; echo deleted; $RUNTIME {delete} $ID; echo $?; {List}");

        Assert.That(result.EnsureSuccess().Lines, Is.EqualTo((string[])[.. Entry(), "deleted", "0"]));
    }

    [Test]
    public async Task A_delete_that_runc_refuses_frees_nothing()
    {
        var result = await RunAsync($"$RUNTIME create --bundle $BUNDLE $ID >$OUT 2>&1; $RUNTIME start $ID; $RUNTIME delete $ID >$OUT 2>&1; echo $?; {List}; $RUNTIME delete --force $ID; {List}");

        Assert.That(result.EnsureSuccess().Lines, Is.EqualTo((string[])["1", .. Entry()]));
    }

    // As runc is before it has made its own directory of the container.
    [Test]
    public async Task A_delete_beside_a_create_of_the_same_name_leaves_the_creator_what_it_has()
    {
        var result = await RunAsync($"$RUNTIME create --bundle $BUNDLE $ID >$OUT 2>&1; runc --root $ROOT delete --force $ID; sed -i \"s/\\\"pid\\\":[0-9]*/\\\"pid\\\":$$/; s/\\\"startTime\\\":[0-9]*/\\\"startTime\\\":$(cut -d ' ' -f 22 /proc/$$/stat)/\" /run/gpu-runtime/allocations/*.json; $RUNTIME delete --force $ID; echo $?; {List}");

        Assert.That(result.EnsureSuccess().Lines, Is.EqualTo((string[])["0", .. Entry()]));
    }

    private const string List = "(cd /run/gpu-runtime/allocations && find . -type f ! -name .lock | sed 's/[.][0-9a-f]\\{16\\}[.]json/.KEY.json/; s#/[0-9a-f]\\{16\\}[.]#/KEY.#' | sort)";

    private string? _id;

    private string[] Entry() => [$"./{_id}.KEY.json", $"./holders/{Host.Gpus[0].PciAddress}/KEY.x.0"];

    private async Task<CommandResult> RunAsync(string script)
    {
        _id = NewId();
        var bundle = await Bundles.CreateBundleAsync(_id, ContainerRequest.Of(Busybox, "sleep", "60").With("GPU_RUNTIME_GPUS", "nvidia:0,mode=exclusive"));
        var whole = $"mkdir -p /run/gpu-runtime && mount -t tmpfs -o mode=0700 none /run/gpu-runtime && RUNTIME=\"{Programs.GpuRuntime} --root $ROOT\"; {script}";
        return await Command.Of("unshare", "--mount", "--propagation", "private", "sh", "-c", whole)
            .WithEnvironment("GPU_RUNTIME_CONFIG", Defaults).WithEnvironment("PATH", Programs.SearchPath)
            .WithEnvironment("ID", _id).WithEnvironment("BUNDLE", bundle.Directory).WithEnvironment("ROOT", Bundles.StateRoot).WithEnvironment("OUT", Machine.Directory.Combine("create.log"))
            .RunAsync();
    }
}
